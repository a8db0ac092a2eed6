// Answers of reservations and events.
#include "api/render.h"
#include "api/tokens.h"
#include "ledger/reservation_status.h"

namespace holdfast::api {
namespace {

using http::JsonWriter;
using ledger::State;

void seq_member(JsonWriter& json, const FactView& fact) {
    json.member("seq", as_text(seq_token(fact.seq())));
}

ReservationId reservation_of(const FactView& fact) {
    return ReservationId{fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(fact.seq())};
}

void channel_member(JsonWriter& json, const FactView& fact, const State& state) {
    if (const auto channel = fact.field_as<std::uint32_t>(FieldTag::channel)) {
        json.member("channel", state.channels.code(*channel));
    }
}

void expiry_member(JsonWriter& json, const FactView& fact) {
    if (const auto at = fact.field_as<std::int64_t>(FieldTag::expires_at)) {
        json.member("expires_at", instant_from_raw(*at));
    }
}

/// The kit that a line asked for, of which it holds a component.
void kit_member(JsonWriter& json, const State& state, std::uint32_t recipe) {
    if (recipe != 0) json.member("kit", state.items.code(state.kits.recipe(recipe).kit.raw));
}

/// Parts of a fact that makes a reservation.
void new_lines(JsonWriter& json, const FactView& fact, const State& state) {
    const auto numbers = fact.field(FieldTag::part_lines);
    const auto recipes = fact.field(FieldTag::part_recipes);
    const auto part_of_posting = fact.field(FieldTag::part_of_posting);
    json.key("lines").begin_array();
    for (std::size_t i = 0; i < fact.posting_count_without_quotas(); ++i) {
        const Posting posting = fact.posting(i);
        // Units from stock and from supply at one place are of one part.
        const auto part =
            fact.item<std::uint32_t>(part_of_posting, i, static_cast<std::uint32_t>(i));
        json.begin_object()
            .member("line", fact.item<std::uint64_t>(numbers, part, std::uint64_t{part} + 1))
            .member("sku", state.items.code(posting.sku.raw))
            .member("location", state.locations.code(posting.place.location().raw))
            .member("quantity", posting.delta);
        kit_member(json, state, fact.item<std::uint32_t>(recipes, part, 0));
        json.end_object();
    }
    json.end_array();
}

std::string_view change_of(FactType type) {
    switch (type) {
        case FactType::order_created:  // confirmed for an order that events waited for
        case FactType::reservation_confirmed: return "confirmed";
        case FactType::reservation_extended: return "extended";
        case FactType::reservation_adjusted: return "adjusted";
        case FactType::reservation_resourced: return "resourced";
        default: return "released";
    }
}

}  // namespace

void render_notes(JsonWriter& json, const FactView& fact, const State& state) {
    if (const auto refused = fact.field(FieldTag::refused_lines)) {
        json.key("refused_lines").begin_array();
        for (std::size_t i = 0; (i + 1) * sizeof(RefusedLine) <= refused->size(); ++i) {
            const auto line = fact.item<RefusedLine>(refused, i, {});
            json.begin_object().member("index", std::uint64_t{line.line_index});
            text_member(json, "sku", state.items.code(line.sku));
            text_member(json, "location", state.locations.code(line.location));
            json.member("code", name(static_cast<Refusal>(line.refusal)))
                .member("requested", line.requested)
                .member("available_to_sell", line.available_to_sell)
                .end_object();
        }
        json.end_array();
    }
    // What it means for the order waits until somebody tells of the order.
    const bool speaks_of_others =
        fact.type() == FactType::parked_settled || fact.type() == FactType::parked_overdue;
    if (fact.field(FieldTag::parked_lines) && !speaks_of_others) json.member("parked", true);
    if (const auto kinds = fact.field(FieldTag::raises)) {
        json.key("raises").begin_array();
        for (std::size_t i = 0; i < kinds->size(); ++i) {
            json.value(name(static_cast<CaseKind>(fact.item<std::uint8_t>(kinds, i, 0))));
        }
        json.end_array();
    }
}

void render_reservation(JsonWriter& json, const FactView& fact, const State& state) {
    json.begin_object()
        .member("id", as_text(reservation_name(ReservationId{fact.seq()})))
        .member("status", std::string_view("held"));
    channel_member(json, fact, state);
    text_member(json, "order", fact.text(FieldTag::order));
    json.member("created_at", fact.recorded_at());
    expiry_member(json, fact);
    new_lines(json, fact, state);
    render_notes(json, fact, state);
    seq_member(json, fact);
    json.end_object();
}

void render_change(JsonWriter& json, const FactView& fact, const State& state) {
    json.begin_object()
        .member("id", as_text(reservation_name(reservation_of(fact))))
        .member("change", change_of(fact.type()));
    text_member(json, "order", fact.text(FieldTag::order));
    expiry_member(json, fact);
    json.member("recorded_at", fact.recorded_at()).key("lines").begin_array();
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.bucket != Bucket::reserved) continue;
        json.begin_object()
            .member("sku", state.items.code(posting.sku.raw))
            .member("location", state.locations.code(posting.place.location().raw))
            .member("quantity", posting.delta)
            .end_object();
    }
    json.end_array();
    render_notes(json, fact, state);
    seq_member(json, fact);
    json.end_object();
}

void render_event(JsonWriter& json, const FactView& fact, const State& state) {
    const FactHeader header = fact.header();
    json.begin_object()
        .member("id", as_text(event_name(fact.seq())))
        .member("type", name(fact.type()))
        .member("recorded_at", fact.recorded_at());
    if (header.occurred_at != header.recorded_at) {
        json.member("occurred_at", instant_from_raw(header.occurred_at));
    }
    text_member(json, "order", fact.text(FieldTag::order));
    text_member(json, "document", fact.text(FieldTag::document));
    const bool own_hold = fact.type() == FactType::order_created;
    if (own_hold || fact.field(FieldTag::reservation)) {
        json.member("reservation", as_text(reservation_name(reservation_of(fact))));
    }
    // Over an existing hold the postings are changes of its lines, not its lines.
    if (own_hold && !fact.field(FieldTag::reservation)) new_lines(json, fact, state);
    render_notes(json, fact, state);
    seq_member(json, fact);
    json.end_object();
}

void render_reservation_state(JsonWriter& json, const ledger::Reservation& reservation,
                              const State& state) {
    json.begin_object()
        .member("id", as_text(reservation_name(reservation.id)))
        .member("status", ledger::reservation_status(state.reservations, reservation));
    json.key("channel");
    if (reservation.channel == kNoChannel) {
        json.null();
    } else {
        json.value(state.channels.code(reservation.channel.raw));
    }
    if (reservation.expires_at != 0 && !reservation.ended()) {
        json.member("expires_at", instant_from_raw(reservation.expires_at));
    }
    json.key("lines").begin_array();
    std::uint32_t index = 0;
    for (const ledger::Part& part : state.reservations.parts(reservation)) {
        const ledger::PartCounts counts = state.reservations.counts(part);
        const ledger::BackorderRow* waiting = state.backorders.find({reservation.id.raw, index++});
        json.begin_object()
            .member("line", part.line)
            .member("sku", state.items.code(part.sku.raw))
            .member("location", state.locations.code(part.location.raw))
            .member("quantity", counts.created)
            .member("reserved", counts.reserved)
            .member("allocated", counts.allocated)
            .member("picked", counts.picked)
            .member("backordered", counts.backordered);
        if (waiting != nullptr && waiting->due != ledger::due_unknown)
            json.member("promised_for", instant_from_raw(waiting->due));
        json.member("erp_held", counts.erp_held)
            .member("cancel_pending", counts.cancel_pending)
            .member("shipped", counts.shipped)
            .member("ended", counts.ended)
            .member("expired", counts.expired);
        kit_member(json, state, part.recipe);
        json.end_object();
    }
    json.end_array().member("seq", as_text(seq_token(reservation.seq))).end_object();
}

}  // namespace holdfast::api
