// CloudEvents 1.0 in JSON, with a retailer's business content in `data`.
#include <charconv>

#include "api/decoder_parts.h"
#include "base/rfc3339.h"

namespace holdfast::api {
namespace {

constexpr FieldNames<13> kEventFields{"specversion",    "id",      "source",      "type",
                                      "time",           "subject", "sequence",    "sourceepoch",
                                      "semantickey",    "data",    "traceparent", "dataschema",
                                      "datacontenttype"};
constexpr FieldNames<9> kDataFields{"location", "channel", "order",       "document", "reason",
                                    "sold",     "partial", "reservation", "lines"};
constexpr FieldNames<6> kLineFields{"sku", "location", "quantity", "line", "bucket", "disposition"};

/// Where returned goods go: inspect keeps them from being sold until somebody has looked.
Bucket bucket_of(Disposition disposition) {
    switch (disposition) {
        case Disposition::damaged: return Bucket::damaged;
        case Disposition::inspect: return Bucket::quarantine;
        case Disposition::sellable: break;
    }
    return Bucket::sellable;
}

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

bool read_disposition(JsonReader& reader, json::value value, Bucket& out) {
    std::string_view text;
    if (!reader.read_text(value, 1, code_bytes_max, text)) return false;
    const auto disposition = disposition_from(text);
    if (!disposition) return reader.invalid("It must be sellable, damaged or inspect.");
    out = bucket_of(*disposition);
    return true;
}

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

bool read_sequence(JsonReader& reader, json::value value, std::uint64_t& out) {
    std::string_view text;
    if (!reader.read_text(value, 1, 20, text)) return false;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || out == 0) {
        return reader.invalid("It must be a positive number in digits.");
    }
    return true;
}

class EventReader {
  public:
    EventReader(Decoder::Parts& parts, JsonReader& reader, RecordEvent& out)
        : parts_(parts), reader_(reader), out_(out) {}

    bool read_data(json::value value) {
        return reader_.read_object(value, kDataFields, 0, [&](std::size_t field, json::value v) {
            switch (field) {
                case 0:
                    out_.names_location = true;
                    return parts_.location(reader_, v, out_.location);
                case 1: return parts_.channel(reader_, v, out_.channel);
                case 2: return text(v, out_.order, document_bytes_max);
                case 3: return text(v, out_.document, document_bytes_max);
                case 4: return text(v, out_.envelope.reason, code_bytes_max);
                case 5: return reader_.read_bool(v, out_.already_sold);
                case 6: return reader_.read_bool(v, out_.partial);
                case 7:
                    out_.names_reservation = true;
                    return parts_.reservation_id(reader_, v, out_.reservation);
                default:
                    return reader_.read_lines(v, [&](std::size_t, json::value item) {
                        parts_.lines.emplace_back();
                        return read_line(item, parts_.lines.back());
                    });
            }
        });
    }

  private:
    bool text(json::value v, std::string_view& out, std::size_t bytes_max) {
        return parts_.kept_text(reader_, v, 1, bytes_max, out);
    }
    bool read_line(json::value value, Line& line) {
        return reader_.read_object(value, kLineFields, bit(0) | bit(2),
                                   [&](std::size_t field, json::value v) {
                                       switch (field) {
                                           case 0: return parts_.sku(reader_, v, line.sku);
                                           case 1:
                                               line.names_location = true;
                                               return parts_.location(reader_, v, line.location);
                                           case 2: return reader_.read_integer(v, line.quantity);
                                           case 3: return parts_.line_number(reader_, v, line.line);
                                           case 4: return read_bucket(reader_, v, line.bucket);
                                           default:
                                               return read_disposition(reader_, v, line.bucket);
                                       }
                                   });
    }

    Decoder::Parts& parts_;
    JsonReader& reader_;
    RecordEvent& out_;
};

/// Everything that the event says, in one order; ids stand for their codes.
std::uint64_t hash_content(Decoder::Parts& parts, const RecordEvent& event) {
    std::vector<std::byte>& out = parts.content;
    out.clear();
    const auto put = [&](std::uint64_t number) {
        const auto* bytes = reinterpret_cast<const std::byte*>(&number);
        out.insert(out.end(), bytes, bytes + sizeof number);
    };
    const auto put_text = [&](std::string_view text) {
        put(text.size());
        const ByteSpan bytes = as_byte_span(text);
        out.insert(out.end(), bytes.begin(), bytes.end());
    };
    put(static_cast<std::uint64_t>(event.type));
    put(std::uint64_t{event.location.raw} << 32 | event.channel.raw);
    put((event.already_sold ? 1U : 0U) | (event.partial ? 2U : 0U) |
        (event.names_reservation ? 4U : 0U));
    put(event.reservation.raw);
    put_text(event.order);
    put_text(event.document);
    put_text(event.envelope.reason);
    for (const Line& line : event.lines) {
        put(line.line);
        put(std::uint64_t{line.sku.raw} << 32 | line.location.raw);
        put(static_cast<std::uint64_t>(line.bucket));
        put(static_cast<std::uint64_t>(line.quantity));
    }
    return hash64(out, parts.state->seed);
}

}  // namespace

bool Decoder::event(std::string_view body, RecordEvent& out, EventFacts& facts, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    EventReader event(parts, reader, out);
    parts.lines.clear();
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
            case 6: return read_sequence(reader, value, out.envelope.source_seq);
            case 7: {
                std::int64_t epoch = 0;
                constexpr std::int64_t kEpochMax = 9'007'199'254'740'991;
                if (!reader.read_integer_between(value, 0, kEpochMax, epoch)) return false;
                out.envelope.source_epoch = static_cast<std::uint64_t>(epoch);
                return true;
            }
            case 8:
                return parts.kept_text(reader, value, 1, semantic_key_bytes_max,
                                       facts.semantic_key);
            case 9: return event.read_data(value);
            case 10: return read_trace(reader, value, out.envelope);
            case 11: return reader.read_text(value, 0, title_bytes_max, text);
            default:
                if (!reader.read_text(value, 0, code_bytes_max, text)) return false;
                return text == "application/json" || reader.invalid("It must be application/json.");
        }
    };
    constexpr std::uint32_t kRequired = bit(0) | bit(1) | bit(2) | bit(3) | bit(9);
    if (!reader.read_document(parts.parser, body, kEventFields, kRequired, on_field)) return false;
    out.lines = parts.kept_lines();
    facts.content_hash = hash_content(parts, out);
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
