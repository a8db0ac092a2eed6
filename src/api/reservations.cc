// Holds: created, confirmed, released, extended, adjusted, promised from elsewhere, read.
#include <algorithm>

#include "api/handlers.h"
#include "api/render.h"
#include "api/tokens.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

/// May the key touch every part of the stored reservation?
bool covers(const Desk& desk, const Call& call, Action action, const ledger::Reservation& held) {
    const bool no_channel = held.channel == kNoChannel;
    const Reach all{.channel = held.channel, .all_channels = no_channel, .all_locations = true};
    if (desk.may(call, action, all)) return true;
    return std::ranges::all_of(
        desk.state().reservations.parts(held), [&](const ledger::Part& part) {
            return desk.may(
                call, action,
                {.channel = held.channel, .all_channels = no_channel, .location = part.location});
        });
}

/// Answers 403 when not. Ids can be guessed, so the answer does not tell whose reservation it is.
bool allowed_on(Desk& desk, const Call& call, Action action, const ledger::Reservation& held) {
    if (covers(desk, call, action, held)) return true;
    desk.metrics().requests_forbidden.add();
    desk.refuse(call.token, problems::forbidden,
                "Needs " + std::string(name(action)) +
                    " on the channel and on every location of this reservation.");
    return false;
}

/// May the key hold every line where it asks for it? A line without a location may come from any.
bool allowed_lines(Desk& desk, const Call& call, ChannelId channel, std::span<const Line> lines) {
    const Reach anywhere{.channel = channel, .all_locations = true};
    if (desk.may(call, Action::reserve_write, anywhere)) return true;
    if (lines.empty()) return desk.allowed(call, Action::reserve_write, anywhere);
    for (const Line& line : lines) {
        const Reach reach{
            .channel = channel, .location = line.location, .all_locations = !line.names_location};
        if (!desk.allowed(call, Action::reserve_write, reach)) return false;
    }
    return true;
}

bool read_id(Desk& desk, const Call& call, ReservationId& id) {
    const auto found = reservation_from_name(call.path[0]);
    if (!found) return refuse_id(desk, call, "rsv_", "A reservation's");
    id = *found;
    return true;
}

}  // namespace

void create_reservation(Desk& desk, const Call& call) {
    ReserveStock command;
    if (!has_json(desk, call) || !read_params(desk, call, {}) ||
        !read_idempotency_key(desk, call, command.envelope.transport)) {
        return;
    }
    Fault fault;
    if (!desk.decoder().reservation(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    if (!allowed_lines(desk, call, command.channel, command.lines)) return;
    // One that is not known, or of another channel, is told so by the ledger.
    const ledger::Reservation* replaced =
        command.names_replaced ? desk.state().reservations.find(command.replaced) : nullptr;
    if (replaced != nullptr && !allowed_on(desk, call, Action::reserve_write, *replaced)) return;
    bind_key(command.envelope.transport, command.channel);
    desk.describe(call, command.envelope);
    desk.submit(call, command, command.envelope.transport.body_hash);
}

void step_reservation(Desk& desk, const Call& call, ReservationStep step) {
    StepReservation command;
    command.step = step;
    if (!read_id(desk, call, command.reservation) || !has_json(desk, call) ||
        !read_params(desk, call, {}) ||
        !read_idempotency_key(desk, call, command.envelope.transport)) {
        return;
    }
    Fault fault;
    if (!desk.decoder().step(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    // One that is not known is told so by the ledger, to any key that may do this somewhere.
    const ledger::Reservation* held = desk.state().reservations.find(command.reservation);
    const bool allowed = held != nullptr ? allowed_on(desk, call, Action::reserve_write, *held)
                                         : desk.allowed(call, Action::reserve_write, kNowhere);
    if (!allowed) return;
    const bool moves = held != nullptr && step == ReservationStep::resource;
    if (moves && !allowed_lines(desk, call, held->channel, command.lines)) return;
    if (held != nullptr) bind_key(command.envelope.transport, held->channel);
    desk.describe(call, command.envelope);
    desk.submit(call, command, command.envelope.transport.body_hash);
}

void get_reservation(Desk& desk, const Call& call) {
    ReservationId id;
    if (!read_id(desk, call, id) || !read_params(desk, call, {{"min_seq"}})) return;
    const ledger::Reservation* held = desk.state().reservations.find(id);
    if (held == nullptr) {
        if (!desk.allowed(call, Action::reserve_read, kNowhere)) return;
        desk.refuse(call.token, problem_of(Refusal::unknown_reservation));
        return;
    }
    if (!allowed_on(desk, call, Action::reserve_read, *held)) return;
    if (not_modified(desk, call, held->seq)) return;
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    render_reservation_state(json, *held, desk.state());
    HeaderText headers;
    headers.line("ETag", "\"" + std::string(as_text(seq_token(held->seq))) + "\"");
    desk.answer_read(call.token, held->seq, body, headers.text());
}

void find_reservations(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"order"}, {"min_seq"}})) return;
    const auto order = desk.params().find("order");
    if (!order || order->empty()) {
        desk.refuse(call.token, problems::missing_parameter, "The parameter order is required.");
        return;
    }
    const ledger::State& state = desk.state();
    if (!desk.allowed(call, Action::reserve_read, kNowhere)) return;
    std::uint64_t seen = 0;
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    // Order numbers can be guessed: one that the key does not cover looks like one that is not
    // there.
    state.reservations.for_each_of_order(state.order_hash(*order),
                                         [&](const ledger::Reservation& held) {
                                             if (!covers(desk, call, Action::reserve_read, held))
                                                 return;
                                             seen = std::max(seen, held.seq);
                                             render_reservation_state(json, held, state);
                                         });
    json.end_array()
        .member("as_of_seq", as_text(seq_token(std::max(seen, desk.sequencer().durable_seq()))))
        .end_object();
    desk.answer_read(call.token, seen, body);
}

}  // namespace holdfast::api
