#include "ledger/apply_transfer.h"

#include "base/check.h"
#include "ledger/availability.h"

namespace holdfast::ledger {
namespace {

bool moves_on_lanes(FactType type) {
    return type == FactType::transfer_shipped || type == FactType::transfer_received ||
           type == FactType::transfer_completed;
}

/// The transfer that the fact is about; its own seq where it begins one.
ReservationId transfer_of(const FactView& fact) {
    return ReservationId{fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(fact.seq())};
}

}  // namespace

void apply_new_lanes(State& state, const FactView& fact) {
    if (!moves_on_lanes(fact.type())) return;
    const auto lanes = fact.field(FieldTag::lanes);
    const std::size_t count = lanes ? lanes->size() / sizeof(LaneField) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto lane = fact.item<LaneField>(lanes, i, {});
        HOLDFAST_CHECK(lane.number == state.lanes.size(), "lanes are numbered densely");
        HOLDFAST_CHECK(
            lane.source < state.locations.size() && lane.destination < state.locations.size(),
            "a lane joins known locations");
        state.lanes.append({LocationId{lane.source}, LocationId{lane.destination}});
    }
}

void apply_lane_posting(State& state, const FactView& fact, const Posting& posting) {
    HOLDFAST_CHECK(posting.place.number() < state.lanes.size(), "a posting names a known lane");
    state.lanes.add(posting.sku, posting.place.number(), posting.delta);
    bool made = false;
    Position& row =
        state.positions.add(posting.sku, state.lanes.lane(posting.place.number()).destination,
                            Bucket::in_transit, posting.delta, fact.seq(), made);
    if (made) refresh_policies(state, row);
}

void apply_transfer_supply(State& state, const FactView& fact) {
    const FactType type = fact.type();
    if (type != FactType::transfer_requested && !moves_on_lanes(type)) return;
    const ReservationId id = transfer_of(fact);
    const std::int64_t before = state.transfers.due(id);
    const std::int64_t due = fact.field_as<std::int64_t>(FieldTag::due).value_or(before);
    const Reservation* const transfer = state.reservations.find(id);
    if (due != before && transfer != nullptr)
        for (const Part& part : state.reservations.parts(*transfer)) {
            const Units moving = state.reservations.counts(part).in_transit();
            state.expected.add({part.sku, transfer->destination, before}, -moving);
            state.expected.add({part.sku, transfer->destination, due}, moving);
        }
    if (due != due_unknown) state.transfers.set_due(id, due);
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() != PlaceKind::lane) continue;
        const LocationId to = state.lanes.lane(posting.place.number()).destination;
        state.expected.add({posting.sku, to, due}, posting.delta);
    }
}

}  // namespace holdfast::ledger
