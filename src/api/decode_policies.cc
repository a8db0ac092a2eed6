// Bodies of what a retailer decides about stock: policy rows, quotas, and whether a node is heard
// of.
#include "api/decoder_parts.h"
#include "base/rfc3339.h"

namespace holdfast::api {
namespace {

constexpr std::string_view kKinds =
    "It must be safety_stock, buffer, group_safety_stock, enabled, offline_buffer, backorder_limit "
    "or backorder_horizon.";

bool read_kind(JsonReader& reader, json::value value, PolicyKind& out) {
    std::string_view text;
    if (!reader.read_text(value, 1, code_bytes_max, text)) return false;
    const auto kind = policy_kind_from(text);
    // A quota has a resource of its own.
    if (!kind || *kind == PolicyKind::quota) return reader.invalid(std::string(kKinds));
    out = *kind;
    return true;
}

}  // namespace

bool Decoder::policy(std::string_view body, SetPolicy& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    constexpr FieldNames<6> kFields{"kind", "sku", "location", "group", "value", "reason"};
    return reader.read_document(
        parts.parser, body, kFields, bit(0) | bit(4), [&](std::size_t field, json::value v) {
            switch (field) {
                case 0: return read_kind(reader, v, out.kind);
                case 1: out.names_sku = true; return parts.sku(reader, v, out.sku);
                case 2: out.names_location = true; return parts.location(reader, v, out.location);
                case 3: out.names_group = true; return parts.group(reader, v, out.group);
                case 4: return parts.limit(reader, v, out.value);
                default: return parts.kept_text(reader, v, 1, code_bytes_max, out.envelope.reason);
            }
        });
}

bool Decoder::quota(std::string_view body, SetQuota& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    constexpr FieldNames<8> kFields{"group", "channel",  "sku",    "guarantee",
                                    "cap",   "priority", "refill", "reason"};
    constexpr std::uint32_t kRequired = bit(0) | bit(1) | bit(3) | bit(4);
    return reader.read_document(
        parts.parser, body, kFields, kRequired, [&](std::size_t field, json::value v) {
            switch (field) {
                case 0: return parts.group(reader, v, out.group);
                case 1: return parts.channel(reader, v, out.channel);
                case 2: out.names_sku = true; return parts.sku(reader, v, out.sku);
                case 3: return parts.limit(reader, v, out.guarantee);
                case 4: return parts.limit(reader, v, out.cap);
                case 5: return reader.read_integer(v, out.priority);
                case 6: return reader.read_bool(v, out.refill);
                default: return parts.kept_text(reader, v, 1, code_bytes_max, out.envelope.reason);
            }
        });
}

bool Decoder::node_status(std::string_view body, SetNodeStatus& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    constexpr FieldNames<3> kFields{"online", "since", "reason"};
    return reader.read_document(
        parts.parser, body, kFields, bit(0), [&](std::size_t field, json::value v) {
            switch (field) {
                case 0: return reader.read_bool(v, out.online);
                case 1: {
                    std::string_view text;
                    if (!reader.read_text(v, 1, code_bytes_max, text)) return false;
                    const Result<Instant> at = parse_rfc3339(text);
                    if (!at) return reader.invalid("It must be an RFC 3339 time with an offset.");
                    out.since = *at;
                    return true;
                }
                default: return parts.kept_text(reader, v, 1, code_bytes_max, out.envelope.reason);
            }
        });
}

}  // namespace holdfast::api
