#include "command_reader.h"

#include <algorithm>
#include <array>

namespace holdfast::stories {
namespace {

constexpr auto kOptions = std::to_array<std::string_view>({
    "in",     "for",       "order",     "key",    "semantic", "source",   "because",  "by",
    "event",  "from",      "with",      "due",    "to",       "document", "happened", "cut",
    "picked", "including", "replacing", "pinned", "on",       "made",
});

Envelope* envelope_in(Command& command) {
    return std::visit(
        [](auto& c) -> Envelope* {
            if constexpr (requires { c.envelope; })
                return &c.envelope;
            else
                return nullptr;
        },
        command);
}

/// "x2" as 2.
std::optional<std::int64_t> quantity_in(std::string_view word) {
    if (word.size() < 2 || word.front() != 'x') return std::nullopt;
    Words number(word.substr(1));
    const auto value = number.take_number();
    return value ? std::optional<std::int64_t>(*value) : std::nullopt;
}

}  // namespace

std::string_view keep(ReadCommand& out, std::string text) {
    out.texts.push_back(std::move(text));
    return out.texts.back();
}

std::optional<Microseconds> take_duration(Words& words) {
    struct Unit {
        std::string_view one, many;
        Microseconds length;
    };
    static constexpr Unit kUnits[] = {{"second", "seconds", std::chrono::seconds(1)},
                                      {"minute", "minutes", std::chrono::minutes(1)},
                                      {"hour", "hours", std::chrono::hours(1)},
                                      {"day", "days", std::chrono::hours(24)}};
    for (const Unit& unit : kUnits)
        if (words.peek(1) == unit.one || words.peek(1) == unit.many)
            if (const auto count = words.take_number()) {
                words.take();
                return unit.length * *count;
            }
    return std::nullopt;
}

std::optional<std::string> CommandReader::read(ReadCommand& out) {
    if (!read_body(out)) return "not understood: " + std::string(text_);
    read_options(out);
    if (!words_.done()) return "not understood: " + words_.rest();
    std::visit(
        [&](auto& c) {
            if constexpr (requires { c.lines; }) c.lines = out.lines;
            if constexpr (requires { c.includes; }) {
                c.includes = out.includes;
                c.components = out.components;
            }
            if constexpr (requires { c.cases; }) c.cases = out.cases;
        },
        out.command);
    return std::nullopt;
}

bool CommandReader::read_body(ReadCommand& out) {
    if (words_.eat("reserve")) return read_hold(out);
    if (words_.eat("confirm")) return read_step(out, ReservationStep::confirm);
    if (words_.eat("release")) return read_step(out, ReservationStep::release);
    if (words_.eat("extend")) return read_step(out, ReservationStep::extend);
    if (words_.eat("adjust stock")) return read_event(out, FactType::stock_adjusted);
    if (words_.eat("adjust")) return read_step(out, ReservationStep::adjust);
    if (words_.eat("order")) return read_order(out);
    if (words_.eat("cancel order")) {
        const std::string order = words_.take();
        read_event(out, FactType::order_cancelled);
        std::get<RecordEvent>(out.command).order = keep(out, order);
        return true;
    }
    if (words_.eat("ship")) {
        const std::string order = words_.eat("order") ? words_.take() : std::string{};
        read_event(out, FactType::shipment_posted);
        std::get<RecordEvent>(out.command).order = keep(out, order);
        return true;
    }
    if (words_.eat("count")) return read_event(out, FactType::stock_counted);
    if (words_.eat("receive")) return read_event(out, FactType::receipt_posted);
    if (read_fulfilment(out)) return true;
    if (words_.eat("sell")) return read_event(out, FactType::pos_sale);
    if (words_.eat("void")) return read_event(out, FactType::pos_void);
    if (read_cases(out)) return true;
    return read_movement(out) || read_source(out) || read_table(out);
}

void CommandReader::read_options(ReadCommand& out) {
    Envelope unused;
    Envelope* const found = envelope_in(out.command);
    Envelope& envelope = found != nullptr ? *found : unused;
    auto* const hold = std::get_if<ReserveStock>(&out.command);
    auto* const step = std::get_if<StepReservation>(&out.command);
    auto* const event = std::get_if<RecordEvent>(&out.command);
    auto* const acts = std::get_if<ActOnCases>(&out.command);
    const auto key = [&]() -> CommandKey {
        const std::string name = words_.take();
        return {hash128(as_byte_span(name)), hash64(as_byte_span(body_text()))};
    };
    while (!words_.done()) {
        if (words_.eat("key")) {
            envelope.transport = key();
        } else if (words_.eat("semantic")) {
            envelope.semantic = key();
        } else if (words_.eat("source")) {
            envelope.source = keep(out, words_.take());
            if (words_.eat("number"))
                envelope.source_seq = static_cast<std::uint64_t>(words_.take_number().value_or(0));
            if (words_.eat("epoch"))
                envelope.source_epoch =
                    static_cast<std::uint64_t>(words_.take_number().value_or(0));
        } else if (words_.eat("because")) {
            envelope.reason = keep(out, words_.take());
        } else if (words_.eat("by")) {
            envelope.actor = keep(out, words_.take());
        } else if ((hold || step) && words_.eat("for")) {
            const auto length = take_duration(words_);
            if (!length) return;
            (hold ? hold->time_to_live : step->time_to_live) = *length;
        } else if ((hold || step) && words_.eat("order")) {
            (hold ? hold->order : step->order) = keep(out, words_.take());
        } else if (hold && words_.eat("in part")) {
            hold->partial = true;
        } else if (event && words_.eat("in part")) {
            event->partial = true;
        } else if (acts && words_.eat("in part")) {
            acts->partial = true;
        } else if (acts && words_.eat("saying")) {
            acts->comment = keep(out, words_.take());
        } else if (event && words_.eat("event at")) {
            event->names_location = true;
            event->location = location();
        } else if (hold && words_.eat("replacing")) {
            hold->names_replaced = true;
            hold->replaced = reservation();
        } else if (event && words_.eat("on backorder")) {
            event->backorder = true;
        } else if (event && words_.eat("pinned")) {
            event->pinned = true;
        } else if (event && words_.eat("document")) {
            event->document = keep(out, words_.take());
        } else if (event && words_.eat("from")) {
            event->channel = names_.channel(words_.take());
            if (event->channel == kNoChannel) event->channel = ChannelId{channels_max};
        } else if (read_movement_option(out)) {
            continue;
        } else {
            return;
        }
    }
}

/// The statement without its keys and its place in a source's sequence: a repeat of the same words
/// has the same body.
std::string CommandReader::body_text() const {
    std::string_view body = text_;
    for (const std::string_view option : {" key ", " semantic ", " source "})
        body = body.substr(0, body.find(option));
    return std::string(body);
}

bool CommandReader::read_hold(ReadCommand& out) {
    ReserveStock c;
    out.label = words_.take();
    c.channel = names_.channel(out.label.substr(0, out.label.rfind('-')));
    read_lines(out);
    out.command = c;
    return true;
}

ReservationId CommandReader::reservation() {
    if (words_.eat("order")) {
        const std::string order = words_.take();
        const ChannelId channel = words_.eat("of") ? names_.channel(words_.take()) : kNoChannel;
        const auto* found =
            names_.state.reservations.find_by_order(names_.state.order_hash(order), channel)
                .reservation;
        return found == nullptr ? ReservationId{} : found->id;
    }
    const auto label = names_.labels.find(words_.take());
    return label == names_.labels.end() ? ReservationId{} : label->second;
}

bool CommandReader::read_step(ReadCommand& out, ReservationStep step) {
    StepReservation c;
    c.step = step;
    c.reservation = reservation();
    if (lines_follow()) read_lines(out);
    out.command = c;
    return true;
}

bool CommandReader::read_order(ReadCommand& out) {
    RecordEvent c;
    c.type = FactType::order_created;
    const std::string order = words_.take();
    c.order = keep(out, order);
    out.label = "order " + order;
    if (words_.eat("confirms")) {
        c.names_reservation = true;
        c.reservation = reservation();
        out.label.clear();
    } else if (words_.eat("already sold")) {
        c.already_sold = true;
    }
    if (words_.eat("from")) c.channel = names_.channel(words_.take());
    if (lines_follow()) read_lines(out);
    out.command = c;
    return true;
}

bool CommandReader::read_event(ReadCommand& out, FactType type) {
    RecordEvent c;
    c.type = type;
    if (lines_follow()) read_lines(out);
    out.command = c;
    return true;
}

bool CommandReader::lines_follow() const {
    return !words_.done() &&
           std::find(kOptions.begin(), kOptions.end(), words_.peek()) == kOptions.end();
}

void CommandReader::read_lines(ReadCommand& out) {
    if (words_.eat("nothing")) return;
    do {
        read_one_line(out);
    } while (words_.eat(","));
}

void CommandReader::read_one_line(ReadCommand& out) {
    Line line;
    if (words_.eat("line"))
        line.line = static_cast<std::uint64_t>(words_.take_number().value_or(0));
    if (!quantity_in(words_.peek())) line.sku = sku();
    if (const auto quantity = quantity_in(words_.peek())) {
        line.quantity = *quantity;
        words_.take();
    }
    std::size_t times = 1;
    for (bool more = true; more;) {
        more = false;
        if (words_.eat("at")) {
            line.names_location = more = true;
            line.location = location();
        } else if (words_.eat("as")) {
            line.bucket = bucket_from(words_.take()).value_or(Bucket::external);
            more = true;
        } else if (read_movement_word(line)) {
            more = true;
        } else if (words_.eat("unit")) {
            line.unit = keep(out, words_.take());
            more = true;
        } else if (words_.eat("times")) {
            times = static_cast<std::size_t>(words_.take_number().value_or(1));
            more = true;
        }
    }
    out.lines.insert(out.lines.end(), times, line);
}

void CommandReader::read_components(ReadCommand& out) {
    do {
        KitComponent component{.sku = sku()};
        component.quantity = quantity_in(words_.peek()).value_or(0);
        words_.take();
        out.components.push_back(component);
    } while (words_.eat("and"));
}

bool CommandReader::read_table(ReadCommand& out) {
    if (words_.eat("item")) {
        UpsertItem c;
        c.code = keep(out, words_.take());
        if (words_.eat("comes in")) return read_units(out, c);
        if (words_.eat("is made of")) return read_kit(out, c);
        c.assembled = words_.eat("is assembled from");
        if (c.assembled) return read_kit(out, c);
        c.sets_components = words_.eat("is no kit");
        if (c.sets_components) {
            out.command = c;
            return true;
        }
        if (words_.eat("is worth")) {
            c.unit_value = words_.take_number().value_or(-1);
            out.command = c;
            return true;
        }
        if (!words_.eat("is added") && !words_.eat("is called")) return false;
        if (lines_follow()) c.title = keep(out, words_.take());
        out.command = c;
        return true;
    }
    if (words_.eat("location")) {
        UpsertLocation c;
        c.code = keep(out, words_.take());
        c.enabled = words_.eat("opens");
        out.command = c;
        return c.enabled || words_.eat("closes");
    }
    if (words_.eat("pool")) {
        UpsertPool c;
        c.code = keep(out, words_.take());
        if (!words_.eat("is")) return false;
        read_locations(out);
        c.locations = out.locations;
        out.command = c;
        return true;
    }
    if (words_.eat("channel")) return read_channel(out);
    if (words_.eat("api key")) return read_api_key(out);
    return read_selling(out);
}

bool CommandReader::read_channel(ReadCommand& out) {
    UpsertChannel c;
    c.code = keep(out, words_.take());
    if (words_.eat("sells from nowhere")) {
        out.command = c;
        return true;
    }
    if (!words_.eat("sells from pool")) return false;
    const std::string pool = words_.take();
    c.pool = names_.state.pool(pool);
    if (c.pool == kNoPool) c.pool = PoolId{pools_max};  // kNoPool itself means "no pool wanted"
    c.splits = !words_.eat("without splitting");
    out.command = c;
    return true;
}

bool CommandReader::read_api_key(ReadCommand& out) {
    const auto id = static_cast<std::uint64_t>(words_.take_number().value_or(0));
    if (words_.eat("is revoked")) {
        out.command = RevokeApiKey{.envelope = {}, .id = id};
        return true;
    }
    CreateApiKey c;
    c.id = id;
    c.title = keep(out, "a key");
    if (!words_.eat("is created")) return false;
    if (words_.eat("for source")) c.source = keep(out, words_.take());
    out.command = c;
    return true;
}

}  // namespace holdfast::stories
