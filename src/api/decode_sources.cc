// Bodies of what people say about sources.
#include "api/decoder_parts.h"

namespace holdfast::api {

bool Decoder::source_epoch(std::string_view body, ChangeSourceEpoch& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    return reader.read_document(
        parts.parser, body, FieldNames<4>{"epoch", "first_sequence", "announced_only", "reason"},
        bit(0), [&](std::size_t field, json::value v) {
            switch (field) {
                case 0: return parts.epoch(reader, v, out.epoch);
                case 1: return parts.sequence(reader, v, out.first);
                case 2: return reader.read_bool(v, out.announced_only);
                default: return parts.kept_text(reader, v, 1, code_bytes_max, out.envelope.reason);
            }
        });
}

bool Decoder::given_up(std::string_view body, GiveUpSequence& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    return reader.read_document(parts.parser, body, FieldNames<2>{"last_sequence", "reason"},
                                bit(0), [&](std::size_t field, json::value v) {
                                    if (field == 0) return parts.sequence(reader, v, out.last);
                                    return parts.kept_text(reader, v, 1, code_bytes_max,
                                                           out.envelope.reason);
                                });
}

bool Decoder::authority(std::string_view body, ChangeAuthority& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    return reader.read_document(
        parts.parser, body, FieldNames<4>{"type", "location", "source", "reason"}, bit(2),
        [&](std::size_t field, json::value v) {
            std::string_view text;
            switch (field) {
                case 0: {
                    if (!reader.read_text(v, 1, code_bytes_max, text)) return false;
                    const auto type = fact_type_from(text);
                    if (!type || !is_event(*type)) {
                        return reader.invalid("It is not an event that the hub takes.");
                    }
                    out.type = *type;
                    return true;
                }
                case 1: out.names_location = true; return parts.location(reader, v, out.location);
                case 2:
                    if (JsonReader::is_null(v)) return reader.read_null(v);
                    return parts.kept_text(reader, v, 1, code_bytes_max, out.source);
                default: return parts.kept_text(reader, v, 1, code_bytes_max, out.envelope.reason);
            }
        });
}

}  // namespace holdfast::api
