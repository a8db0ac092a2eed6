#include "api/event_data.h"

#include <cstring>

#include "api/tokens.h"
#include "base/bytes.h"
#include "base/rfc3339.h"

namespace holdfast::api {
namespace {

constexpr FieldNames<18> kDataFields{
    "location", "channel",   "order",       "document",        "reason",      "sold",
    "partial",  "lines",     "reservation", "reference",       "destination", "due",
    "pinned",   "backorder", "cut",         "picked_included", "includes",    "components"};
constexpr FieldNames<3> kIncludedFields{"source", "epoch", "sequence"};
constexpr FieldNames<2> kComponentFields{"sku", "quantity"};
constexpr FieldNames<11> kLineFields{"sku",    "location", "quantity",    "line",
                                     "bucket", "from",     "disposition", "unit",
                                     "book",   "into",     "suspect"};

bool read_bucket(JsonReader& reader, json::value value, Bucket& out) {
    std::string_view text;
    if (!reader.read_text(value, 1, code_bytes_max, text)) return false;
    const auto bucket = bucket_from(text);
    if (!bucket || !is_physical(*bucket)) {
        return reader.invalid("It must be sellable, damaged, quarantine or suspect.");
    }
    out = *bucket;
    return true;
}

/// Where looked-at goods go: `inspect` keeps them from being sold until somebody has looked.
bool read_disposition(JsonReader& reader, json::value value, Line& line) {
    std::string_view text;
    if (!reader.read_text(value, 1, code_bytes_max, text)) return false;
    const auto disposition = disposition_from(text);
    if (!disposition) {
        return reader.invalid("It must be sellable, damaged, inspect, loss or supplier.");
    }
    switch (*disposition) {
        case Disposition::sellable: line.bucket = Bucket::sellable; break;
        case Disposition::damaged: line.bucket = Bucket::damaged; break;
        case Disposition::inspect: line.bucket = Bucket::quarantine; break;
        case Disposition::loss: line.goes_to = PlaceKind::loss; break;
        case Disposition::supplier: line.goes_to = PlaceKind::supplier; break;
    }
    return true;
}

}  // namespace

bool EventData::text(json::value value, std::size_t bytes_max, std::string_view& out) {
    return parts_.kept_text(reader_, value, 1, bytes_max, out);
}

bool EventData::code(json::value value, std::uint32_t place) {
    EventCode& later = parts_.event_codes.emplace_back();
    if (!parts_.kept_text(reader_, value, 1, code_bytes_max, later.text)) return false;
    later.hashed = ledger::CodeTable::hash(later.text);
    later.place = place;
    return true;
}

bool EventData::time(json::value value, Instant& out) {
    std::string_view text;
    if (!reader_.read_text(value, 1, code_bytes_max, text)) return false;
    const Result<Instant> at = parse_rfc3339(text);
    if (!at) return reader_.invalid("It must be an RFC 3339 time with an offset.");
    out = *at;
    return true;
}

bool EventData::read(json::value value) {
    return reader_.read_object(value, kDataFields, 0,
                               [&](std::size_t index, json::value v) { return field(index, v); });
}

bool EventData::field(std::size_t index, json::value v) {
    switch (index) {
        case 0: out_.names_location = true; return code(v, CodePlace::kLocation);
        case 1: return code(v, CodePlace::kChannel);
        case 2: return text(v, document_bytes_max, out_.order);
        case 3: return text(v, document_bytes_max, out_.document);
        case 4: return text(v, code_bytes_max, out_.envelope.reason);
        case 5: return reader_.read_bool(v, out_.already_sold);
        case 6: return reader_.read_bool(v, out_.partial);
        case 7:
            return reader_.read_lines(v, [&](std::size_t at, json::value item) {
                parts_.lines.emplace_back();
                return line(item, at);
            });
        case 8:
            out_.names_reservation = true;
            return parts_.reservation_id(reader_, v, out_.reservation);
        case 9: return text(v, document_bytes_max, out_.reference);
        case 10: out_.names_destination = true; return code(v, CodePlace::kDestination);
        case 11: return time(v, out_.due);
        case 12: return reader_.read_bool(v, out_.pinned);
        case 13: return reader_.read_bool(v, out_.backorder);
        case 14: {
            std::string_view token;
            if (!reader_.read_text(v, 1, code_bytes_max, token)) return false;
            const auto seq = seq_from_token(token);
            if (!seq) return reader_.invalid("It must be a Holdfast-Seq, such as 0-918273.");
            out_.cut_seq = *seq;
            return true;
        }
        case 15: return reader_.read_bool(v, out_.picked_included);
        case 16:
            return reader_.read_array(
                v, count_sources_max,
                [&](std::size_t, json::value item) {
                    return included(item, parts_.sources.emplace_back());
                },
                problem_of(Refusal::too_many_lines));
        default:
            return reader_.read_array(
                v, kit_components_max,
                [&](std::size_t at, json::value item) {
                    parts_.components.emplace_back();
                    return component(item, at);
                },
                problem_of(Refusal::too_many_lines));
    }
}

bool EventData::component(json::value value, std::size_t at) {
    return reader_.read_object(
        value, kComponentFields, bit(0) | bit(1), [&](std::size_t index, json::value v) {
            return index == 0 ? code(v, CodePlace::component(at))
                              : reader_.read_integer(v, parts_.components[at].quantity);
        });
}

/// Up to where a count includes a source.
bool EventData::included(json::value value, SourceCut& source) {
    return reader_.read_object(value, kIncludedFields, bit(0) | bit(2),
                               [&](std::size_t index, json::value v) {
                                   switch (index) {
                                       case 0: return text(v, code_bytes_max, source.source);
                                       case 1: return parts_.epoch(reader_, v, source.epoch);
                                       default: return parts_.sequence(reader_, v, source.seq);
                                   }
                               });
}

bool EventData::line(json::value value, std::size_t at) {
    return reader_.read_object(
        value, kLineFields, bit(0) | bit(2),
        [&](std::size_t index, json::value v) { return line_field(index, v, at); });
}

bool EventData::line_field(std::size_t index, json::value v, std::size_t at) {
    Line& line = parts_.lines[at];
    switch (index) {
        case 0: return code(v, CodePlace::line(at, CodePlace::sku));
        case 1:
            line.names_location = true;
            return code(v, CodePlace::line(at, CodePlace::location));
        case 2: return reader_.read_integer(v, line.quantity);
        case 3: return parts_.line_number(reader_, v, line.line);
        case 4: return read_bucket(reader_, v, line.bucket);
        case 5: return read_bucket(reader_, v, line.from_bucket);
        case 6: return read_disposition(reader_, v, line);
        case 7: return text(v, code_bytes_max, line.unit);
        case 8:
            line.names_book = true;
            return reader_.read_integer_between(v, -level_max, level_max, line.book);
        case 9: return code(v, CodePlace::line(at, CodePlace::other_sku));
        default: return reader_.read_integer_between(v, 0, level_max, line.book_suspect);
    }
}

std::uint64_t EventData::hash(std::uint64_t seed) const {
    std::vector<std::byte>& out = parts_.content;  // keeps its size: only grows
    std::size_t size = 0;
    const auto room = [&](std::size_t bytes) {
        if (out.size() - size < bytes) out.resize(2 * (size + bytes));
        std::byte* const at = out.data() + size;
        size += bytes;
        return at;
    };
    const auto put = [&](auto number) { store(room(sizeof number), number); };
    const auto put_text = [&](std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        std::byte* const at = room(text.size());
        if (!text.empty()) std::memcpy(at, text.data(), text.size());
    };
    put(static_cast<std::uint32_t>(out_.type));
    std::uint32_t flags = 0;
    for (const bool flag : {out_.already_sold, out_.partial, out_.names_reservation, out_.pinned,
                            out_.backorder, out_.picked_included})
        flags = flags << 1 | (flag ? 1U : 0U);
    put(flags);
    put(out_.reservation.raw);
    put(to_raw(out_.due));
    put(out_.cut_seq);
    for (const std::string_view text :
         {out_.order, out_.document, out_.reference, out_.envelope.reason})
        put_text(text);
    put(static_cast<std::uint32_t>(parts_.event_codes.size()));
    for (const EventCode& code : parts_.event_codes) {
        put(code.place);
        put_text(code.text);
    }
    put(static_cast<std::uint32_t>(parts_.sources.size()));
    for (const SourceCut& source : parts_.sources) {
        put_text(source.source);
        put(source.epoch);
        put(source.seq);
    }
    put(static_cast<std::uint32_t>(parts_.components.size()));
    for (const KitComponent& component : parts_.components) put(component.quantity);
    for (const Line& line : parts_.lines) {
        put(line.line);
        put(static_cast<std::uint32_t>(line.names_book) << 24 |
            static_cast<std::uint32_t>(line.bucket) << 16 |
            static_cast<std::uint32_t>(line.from_bucket) << 8 |
            static_cast<std::uint32_t>(line.goes_to));
        put(line.quantity);
        put(line.book);
        put(line.book_suspect);
        put_text(line.unit);
    }
    return hash64(ByteSpan(out).first(size), seed);
}

}  // namespace holdfast::api
