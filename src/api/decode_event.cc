// CloudEvents 1.0 in JSON, with a retailer's business content in `data`.
#include <algorithm>
#include <charconv>

#include "api/event_data.h"
#include "base/rfc3339.h"

namespace holdfast::api {
namespace {

constexpr FieldNames<13> kEventFields{"specversion",    "id",      "source",      "type",
                                      "time",           "subject", "sequence",    "sourceepoch",
                                      "semantickey",    "data",    "traceparent", "dataschema",
                                      "datacontenttype"};

/// W3C trace context: version, trace id, parent id, flags.
bool read_trace(JsonReader& reader, json::value value, Envelope& envelope) {
    constexpr std::size_t kLength = 55;
    std::string_view text;
    if (!reader.read_text(value, kLength, kLength, text)) return false;
    for (std::size_t i = 0; i < sizeof envelope.trace; ++i) {
        unsigned byte = 0;
        const char* const digits = text.data() + 3 + 2 * i;
        const auto read = std::from_chars(digits, digits + 2, byte, 16);
        if (read.ec != std::errc{} || read.ptr != digits + 2) {
            return reader.invalid("It must be a W3C traceparent.");
        }
        envelope.trace[i] = static_cast<std::byte>(byte);
    }
    envelope.traced = true;
    return true;
}

}  // namespace

bool Decoder::event(std::string_view body, RecordEvent& out, EventFacts& facts, Fault& fault) {
    EventText text;
    if (!event_text(body, text, fault)) return false;
    resolve_codes(*parts_->state, text);
    out = text.event;
    facts = text.facts;
    return true;
}

bool Decoder::event_text(std::string_view body, EventText& read, Fault& fault) {
    Parts& parts = *parts_;
    RecordEvent& out = read.event;
    EventFacts& facts = read.facts;
    JsonReader reader(fault);
    EventData data(parts, reader, out);
    parts.lines.clear();
    parts.sources.clear();
    parts.components.clear();
    parts.event_codes.clear();
    std::string_view text;
    const auto on_field = [&](std::size_t field, json::value value) {
        switch (field) {
            case 0:
                if (!reader.read_text(value, 0, 16, text)) return false;
                return text == "1.0" || reader.invalid("It must be \"1.0\".");
            case 1: return parts.kept_text(reader, value, 1, event_id_bytes_max, facts.id);
            case 2: return parts.kept_text(reader, value, 1, code_bytes_max, out.envelope.source);
            case 3: {
                if (!reader.read_text(value, 1, code_bytes_max, text)) return false;
                const auto type = fact_type_from(text);
                if (!type || !is_event(*type)) {
                    return reader.invalid("It is not an event that the hub takes.");
                }
                out.type = *type;
                return true;
            }
            case 4: {
                if (!reader.read_text(value, 1, code_bytes_max, text)) return false;
                const Result<Instant> at = parse_rfc3339(text);
                if (!at) return reader.invalid("It must be an RFC 3339 time with an offset.");
                out.envelope.occurred_at = *at;
                return true;
            }
            case 5: return reader.read_text(value, 0, title_bytes_max, text);
            case 6: return Parts::sequence(reader, value, out.envelope.source_seq);
            case 7: return Parts::epoch(reader, value, out.envelope.source_epoch);
            case 8:
                return parts.kept_text(reader, value, 1, semantic_key_bytes_max,
                                       facts.semantic_key);
            case 9: return data.read(value);
            case 10: return read_trace(reader, value, out.envelope);
            case 11: return reader.read_text(value, 0, title_bytes_max, text);
            default:
                if (!reader.read_text(value, 0, code_bytes_max, text)) return false;
                return text == "application/json" || reader.invalid("It must be application/json.");
        }
    };
    constexpr std::uint32_t kRequired = bit(0) | bit(1) | bit(2) | bit(3) | bit(9);
    if (!reader.read_document(parts.parser, body, kEventFields, kRequired, on_field)) return false;
    const auto by_place = [](const EventCode& code) { return code.place; };
    if (!std::ranges::is_sorted(parts.event_codes, {}, by_place))
        std::ranges::sort(parts.event_codes, {}, by_place);
    out.lines = read.lines = parts.kept(parts.lines);
    out.includes = parts.kept(parts.sources);
    out.components = read.components = parts.kept(parts.components);
    read.codes = parts.kept(parts.event_codes);
    facts.content_hash = data.hash(parts.seed);
    return true;
}

bool Decoder::elements(std::string_view body, std::size_t items_max,
                       std::vector<std::string_view>& out, Fault& fault) {
    const auto malformed = [&] {
        return fault.set(problems::malformed_json, {},
                         "The body is not one JSON array of objects.");
    };
    out.clear();
    json::document document;
    const simdjson::padded_string_view padded(body.data(), body.size(),
                                              body.size() + simdjson::SIMDJSON_PADDING);
    if (parts_->parser.iterate(padded).get(document) != simdjson::SUCCESS) return malformed();
    json::array array;
    if (document.get_array().get(array) != simdjson::SUCCESS) return malformed();
    for (auto entry : array) {
        json::object object;
        std::string_view text;
        if (entry.get_object().get(object) != simdjson::SUCCESS ||
            object.raw_json().get(text) != simdjson::SUCCESS) {
            return malformed();
        }
        if (out.size() == items_max) {
            return fault.set(problems::batch_too_large, {},
                             "At most " + std::to_string(items_max) + " are taken.");
        }
        out.push_back(text);
    }
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS || malformed();
}

}  // namespace holdfast::api
