// Bodies of reservations and of their steps.
#include "api/decoder_parts.h"
#include "api/tokens.h"

namespace holdfast::api {
namespace {

constexpr FieldNames<5> kCartLineFields{"sku", "location", "quantity", "line", "unit"};
constexpr FieldNames<6> kReservationFields{"channel", "lines",    "order",
                                           "partial", "replaces", "time_to_live_seconds"};
constexpr FieldNames<3> kStepLineFields{"line", "quantity", "unit"};
constexpr FieldNames<4> kMovedLineFields{"line", "quantity", "unit", "location"};

bool read_line(Decoder::Parts& parts, JsonReader& reader, json::value value, Line& line) {
    return reader.read_object(value, kCartLineFields, bit(0) | bit(2),
                              [&](std::size_t field, json::value v) {
                                  switch (field) {
                                      case 0: return parts.sku(reader, v, line.sku);
                                      case 1:
                                          line.names_location = true;
                                          return parts.location(reader, v, line.location);
                                      case 2: return reader.read_integer(v, line.quantity);
                                      case 3: return parts.line_number(reader, v, line.line);
                                      default: return parts.unit(reader, v, line);
                                  }
                              });
}

bool read_moved_lines(Decoder::Parts& parts, JsonReader& reader, json::value value) {
    parts.lines.clear();
    return reader.read_lines(value, [&](std::size_t, json::value item) {
        parts.lines.emplace_back();
        Line& line = parts.lines.back();
        return reader.read_object(item, kMovedLineFields, bit(0) | bit(1),
                                  [&](std::size_t field, json::value v) {
                                      switch (field) {
                                          case 0: return parts.line_number(reader, v, line.line);
                                          case 1: return reader.read_integer(v, line.quantity);
                                          case 2: return parts.unit(reader, v, line);
                                          default:
                                              line.names_location = true;
                                              return parts.location(reader, v, line.location);
                                      }
                                  });
    });
}

bool read_step_lines(Decoder::Parts& parts, JsonReader& reader, json::value value) {
    parts.lines.clear();
    return reader.read_lines(value, [&](std::size_t, json::value item) {
        Line line;
        const bool read = reader.read_object(
            item, kStepLineFields, bit(0) | bit(1), [&](std::size_t field, json::value v) {
                switch (field) {
                    case 0: return parts.line_number(reader, v, line.line);
                    case 1: return reader.read_integer(v, line.quantity);
                    default: return parts.unit(reader, v, line);
                }
            });
        parts.lines.push_back(line);
        return read;
    });
}

}  // namespace

bool Decoder::Parts::reservation_id(JsonReader& reader, json::value value, ReservationId& out) {
    std::string_view text;
    if (!reader.read_text(value, 1, code_bytes_max, text)) return false;
    const auto id = reservation_from_name(text);
    if (!id) return reader.invalid("It must be a reservation's id, such as rsv_00000000000w1.");
    out = *id;
    return true;
}

Decoder::Decoder() : parts_(std::make_unique<Parts>()) {}
Decoder::~Decoder() = default;

void Decoder::begin(const ledger::State& state, Arena& arena) {
    parts_->state = &state;
    parts_->arena = &arena;
    parts_->seed = state.seed;
}

void Decoder::begin(std::uint64_t seed, Arena& arena) {
    parts_->state = nullptr;
    parts_->arena = &arena;
    parts_->seed = seed;
}

bool Decoder::reservation(std::string_view body, ReserveStock& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    parts.lines.clear();
    const auto on_field = [&](std::size_t field, json::value value) {
        switch (field) {
            case 0: return parts.channel(reader, value, out.channel);
            case 1:
                return reader.read_lines(value, [&](std::size_t, json::value item) {
                    parts.lines.emplace_back();
                    return read_line(parts, reader, item, parts.lines.back());
                });
            case 2: return parts.kept_text(reader, value, 1, document_bytes_max, out.order);
            case 3: return reader.read_bool(value, out.partial);
            case 4:
                out.names_replaced = true;
                return parts.reservation_id(reader, value, out.replaced);
            default: return parts.time_to_live(reader, value, out.time_to_live);
        }
    };
    if (!reader.read_document(parts.parser, body, kReservationFields, bit(0) | bit(1), on_field)) {
        return false;
    }
    out.lines = parts.kept_lines();
    return true;
}

bool Decoder::step(std::string_view body, StepReservation& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    body = body_or_empty_object(body);
    parts.lines.clear();
    bool read = false;
    switch (out.step) {
        case ReservationStep::confirm:
            read = reader.read_document(
                parts.parser, body, FieldNames<1>{"order"}, 0, [&](std::size_t, json::value v) {
                    return parts.kept_text(reader, v, 1, document_bytes_max, out.order);
                });
            break;
        case ReservationStep::release: {
            bool names_lines = false;
            read = reader.read_document(parts.parser, body, FieldNames<2>{"lines", "reason"}, 0,
                                        [&](std::size_t field, json::value v) {
                                            if (field == 1) {
                                                return parts.kept_text(reader, v, 1, code_bytes_max,
                                                                       out.envelope.reason);
                                            }
                                            names_lines = true;
                                            return read_step_lines(parts, reader, v);
                                        });
            // To the ledger no lines means all; an empty list of a caller's rather is a mistake.
            if (read && names_lines && parts.lines.empty()) {
                return fault.set(problems::invalid_value, "#/lines",
                                 "Leave it out to release everything.");
            }
            break;
        }
        case ReservationStep::extend:
            read = reader.read_document(parts.parser, body, FieldNames<1>{"time_to_live_seconds"},
                                        0, [&](std::size_t, json::value v) {
                                            return parts.time_to_live(reader, v, out.time_to_live);
                                        });
            break;
        case ReservationStep::adjust:
            read = reader.read_document(
                parts.parser, body, FieldNames<1>{"lines"}, bit(0),
                [&](std::size_t, json::value v) { return read_step_lines(parts, reader, v); });
            break;
        case ReservationStep::resource:
            read = reader.read_document(
                parts.parser, body, FieldNames<1>{"lines"}, bit(0),
                [&](std::size_t, json::value v) { return read_moved_lines(parts, reader, v); });
            break;
    }
    if (read) out.lines = parts.kept_lines();
    return read;
}

}  // namespace holdfast::api
