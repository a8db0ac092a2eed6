// Adds a fact to the reservation that it makes or changes, part by part.
#include "ledger/apply_reservation.h"

#include "base/check.h"
#include "base/planted.h"
#include "ledger/reservation_changes.h"

namespace holdfast::ledger {
namespace {

/// Which count of a part answers for units that enter or leave its open ones.
enum class Flow : std::uint8_t {
    promised,  ///< created where they enter, ended where they leave
    moved,     ///< created on both sides: from one part or bucket to another
    kept,      ///< between the buckets of a part; what does not come back to it has ended
    shipped,
    expired,
};

Flow flow_of(FactType type) {
    switch (type) {
        case FactType::shipment_posted:
        case FactType::shipment_voided:
        case FactType::pickup_completed: return Flow::shipped;
        case FactType::reservation_expired: return Flow::expired;
        case FactType::reservation_resourced:
        case FactType::backorder_created:
        case FactType::backorder_filled:
        case FactType::transfer_shipped: return Flow::moved;
        case FactType::allocation_created:
        case FactType::allocation_released:
        case FactType::pick_confirmed:
        case FactType::pick_shorted:
        case FactType::pick_returned: return Flow::kept;
        default: return Flow::promised;
    }
}

void add_open(PartCounts& counts, Units delta, Flow flow) {
    switch (flow) {
        case Flow::promised:
            (delta > 0 ? counts.created : counts.ended) += delta > 0 ? delta : -delta;
            break;
        case Flow::moved: counts.created += delta; break;
        case Flow::kept: counts.ended -= delta; break;
        case Flow::shipped: counts.shipped -= delta; break;
        case Flow::expired: counts.expired -= delta; break;
    }
}

/// Units of a transfer on its lane. What the promise gives for them has moved there, and what was
/// never promised is created there.
void add_on_lane(PartCounts& counts, Units delta, FactType type) {
    if (type == FactType::transfer_shipped) {
        counts.created += delta;
        counts.shipped += delta;
    } else if (type == FactType::transfer_received && delta < 0) {
        counts.received -= delta;
    } else {  // to loss, or back from it
        counts.lost -= delta;
    }
}

void add_posting(PartCounts& counts, const Posting& posting, Flow flow) {
    units_in(counts, posting.bucket) += posting.delta;
    // These two stand on units of the others.
    if (posting.bucket != Bucket::picked && posting.bucket != Bucket::erp_held)
        add_open(counts, posting.delta, flow);
}

void check_counts(const PartCounts& counts) {
    HOLDFAST_CHECK(counts.reserved >= 0, "a part gives no more than it has reserved");
    HOLDFAST_CHECK(counts.allocated >= 0, "a part gives no more than it has allocated");
    HOLDFAST_CHECK(counts.backordered >= 0, "a part gives no more than it has back-ordered");
    HOLDFAST_CHECK(counts.picked >= 0 && counts.picked <= counts.allocated,
                   "picked units are allocated");
    HOLDFAST_CHECK(counts.erp_held >= 0 && counts.erp_held <= counts.reserved + counts.allocated,
                   "what the ERP holds is promised");
    HOLDFAST_CHECK(counts.cancel_pending >= 0 && counts.cancel_pending <= counts.allocated,
                   "a node works on the units whose cancellation waits for it");
    HOLDFAST_CHECK(counts.ended >= 0 && counts.shipped >= 0 && counts.expired >= 0,
                   "units that are gone are not gone less than never");
    HOLDFAST_CHECK(counts.created == counts.open() + counts.shipped + counts.ended + counts.expired,
                   "every unit of a part stands somewhere");
}

void apply_to_parts(State& state, const FactView& fact, Reservation& reservation) {
    const auto part_of_posting = fact.field(FieldTag::part_of_posting);
    const auto part_lines = fact.field(FieldTag::part_lines);
    const auto part_recipes = fact.field(FieldTag::part_recipes);
    const Flow flow = flow_of(fact.type());
    const std::size_t postings = fact.posting_count_without_quotas();
    const auto dates = fact.field(FieldTag::promise_dates);
    std::uint32_t fresh = 0;
    std::size_t promised = 0;  // of the dates
    for (std::size_t i = 0; i < postings; ++i) {
        const Posting posting = fact.posting(i);
        const auto index =
            fact.item<std::uint32_t>(part_of_posting, i, static_cast<std::uint32_t>(i));
        if (index == kNoPart) continue;
        HOLDFAST_CHECK(index <= reservation.part_count, "parts are appended densely");
        if (index == reservation.part_count) {
            Part& part = state.reservations.append_part(reservation);
            part.line = fact.item<std::uint64_t>(part_lines, fresh, std::uint64_t{fresh} + 1);
            part.sku = posting.sku;
            part.recipe = fact.item<std::uint32_t>(part_recipes, fresh, 0);
            HOLDFAST_CHECK(part.recipe <= state.kits.recipes(), "a part's recipe is known");
            part.location = posting.place.kind() == PlaceKind::lane
                                ? state.lanes.lane(posting.place.number()).source
                                : posting.place.location();
            ++fresh;
        }
        Part& part = state.reservations.parts_mutable(reservation)[index];
        PartCounts counts = state.reservations.counts(part);
        if (posting.bucket == Bucket::in_transit)
            add_on_lane(counts, posting.delta, fact.type());
        else
            add_posting(counts, posting, flow);
        state.reservations.set_counts(part, counts);
        if (posting.bucket != Bucket::backordered) continue;
        const std::int64_t due =
            posting.delta > 0 ? fact.item<std::int64_t>(dates, promised++, due_unknown) : 0;
        state.backorders.add({reservation.id.raw, index}, posting.sku, posting.place.location(),
                             posting.delta, due, fact.seq());
    }
    const auto pending = fact.field(FieldTag::pending_changes);
    const std::size_t pending_count = pending ? pending->size() / sizeof(PendingChange) : 0;
    for (std::size_t i = 0; i < pending_count; ++i) {
        const auto change = fact.item<PendingChange>(pending, i, {});
        HOLDFAST_CHECK(change.part < reservation.part_count, "a pending change names a part");
        Part& part = state.reservations.parts_mutable(reservation)[change.part];
        PartCounts counts = state.reservations.counts(part);
        counts.cancel_pending += change.delta;
        state.reservations.set_counts(part, counts);
    }
    const auto settled = fact.field(FieldTag::settled_parts);
    for (std::size_t i = 0; settled && (i + 1) * sizeof(SettledPartField) <= settled->size(); ++i) {
        const auto gone = fact.item<SettledPartField>(settled, i, {});
        HOLDFAST_CHECK(gone.part <= reservation.part_count, "parts are appended densely");
        if (gone.part == reservation.part_count) {
            Part& part = state.reservations.append_part(reservation);
            part.line = gone.line;
            part.sku = SkuId{gone.sku};
            part.location = LocationId{gone.location};
            part.recipe = gone.recipe;
            HOLDFAST_CHECK(part.recipe <= state.kits.recipes(), "a part's recipe is known");
        }
        Part& part = state.reservations.parts_mutable(reservation)[gone.part];
        PartCounts counts = state.reservations.counts(part);
        counts.created += gone.units;
        counts.shipped += gone.units;
        state.reservations.set_counts(part, counts);
    }
    // Only now: between two postings of one fact a unit may be in neither bucket.
    for (std::size_t i = 0; i < postings; ++i) {
        const auto index =
            fact.item<std::uint32_t>(part_of_posting, i, static_cast<std::uint32_t>(i));
        if (index != kNoPart)
            check_counts(state.reservations.counts(state.reservations.parts(reservation)[index]));
    }
    for (std::size_t i = 0; i < pending_count; ++i)
        check_counts(state.reservations.counts(
            state.reservations.parts(reservation)[fact.item<PendingChange>(pending, i, {}).part]));
}

/// Ends what has nothing open any more. A transfer that ended is open again when goods of it move
/// that nobody expected to.
void end_or_reopen(State& state, Reservation& reservation, const FactView& fact) {
    const std::span<const Part> parts = state.reservations.parts(reservation);
    const bool open = std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
        return reservation.kept_open_by(state.reservations.counts(part));
    });
    if (open == !reservation.ended()) return;
    if (open) {
        state.reservations.reopen(reservation);
        return;
    }
    state.reservations.end(reservation, fact.type(), fact.recorded_at());
    state.transfers.erase(reservation.id);
}

}  // namespace

void apply_new_reservation(State& state, const FactView& fact) {
    Reservation& reservation = state.reservations.create(ReservationId{fact.seq()});
    reservation.seq = fact.seq();
    reservation.channel =
        ChannelId{fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId)};
    reservation.confirmed = fact.type() == FactType::order_created;
    reservation.pinned = fact.field(FieldTag::pinned).has_value();
    if (const auto to = fact.field_as<std::uint32_t>(FieldTag::destination)) {
        reservation.kind = PromiseKind::transfer;
        reservation.confirmed = true;
        reservation.destination = LocationId{*to};
        const std::string_view document = fact.text(FieldTag::document);
        state.reservations.set_order(reservation,
                                     state.document_hash(DocumentKind::transfer, document));
    }
    apply_to_parts(state, fact, reservation);
    if (const std::string_view order = fact.text(FieldTag::order); !order.empty())
        state.reservations.set_order(reservation, state.order_hash(order));
    if (const auto expires_at = fact.field_as<std::int64_t>(FieldTag::expires_at))
        state.reservations.set_deadline(reservation, *expires_at);
}

void apply_reservation_step(State& state, const FactView& fact, std::uint64_t id) {
    Reservation* reservation = state.reservations.find_mutable(ReservationId{id});
    HOLDFAST_CHECK(reservation != nullptr, "a step names a known reservation");
    reservation->seq = fact.seq();
    const FactType type = fact.type();
    if (type == FactType::reservation_confirmed || type == FactType::order_created) {
        if (reservation->ended()) state.reservations.reopen(*reservation);
        reservation->confirmed = true;
        if (fact.field(FieldTag::pinned)) reservation->pinned = true;
        if (!planted(Bug::expire_confirmed_hold)) state.reservations.set_deadline(*reservation, 0);
        if (const std::string_view order = fact.text(FieldTag::order); !order.empty())
            state.reservations.set_order(*reservation, state.order_hash(order));
    } else if (type == FactType::reservation_extended) {
        state.reservations.set_deadline(
            *reservation, fact.field_as<std::int64_t>(FieldTag::expires_at).value_or(0));
    }
    const bool with_the_node =
        type == FactType::allocation_created || type == FactType::pick_confirmed;
    if (with_the_node && !reservation->confirmed && !reservation->ended()) {
        reservation->confirmed = true;  // a node does not work on what may expire
        state.reservations.set_deadline(*reservation, 0);
    }
    const bool had_ended = reservation->ended();
    apply_to_parts(state, fact, *reservation);
    end_or_reopen(state, *reservation, fact);
    // What was shipped was an order's: it does not come back as a hold that ends by time.
    if (had_ended && !reservation->ended()) reservation->confirmed = true;
}

}  // namespace holdfast::ledger
