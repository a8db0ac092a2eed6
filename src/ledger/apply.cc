// Adds a fact to the state. Only additions: what a fact means today was settled when it was
// decided, so history never depends on today's rules.
#include "base/check.h"
#include "base/planted.h"
#include "ledger/apply_count.h"
#include "ledger/apply_inbound.h"
#include "ledger/apply_parked.h"
#include "ledger/apply_reference_data.h"
#include "ledger/apply_reservation.h"
#include "ledger/apply_return.h"
#include "ledger/apply_shipment.h"
#include "ledger/apply_sources.h"
#include "ledger/apply_transfer.h"
#include "ledger/availability.h"
#include "ledger/ledger.h"

namespace holdfast::ledger {
namespace {

void apply_postings(State& state, const FactView& fact) {
    Units legs = 0;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        const bool on_lane = posting.place.kind() == PlaceKind::lane;
        if (is_physical(posting.bucket) || posting.bucket == Bucket::external || on_lane)
            legs += posting.delta;
        if (on_lane) apply_lane_posting(state, fact, posting);
        if (posting.place.kind() == PlaceKind::quota)
            state.quotas.add_used(QuotaScope::of(posting.sku, posting.place.number()),
                                  posting.delta);
        if (posting.place.kind() != PlaceKind::location) continue;
        HOLDFAST_CHECK(posting.sku.raw < state.items.size(), "a posting names a known SKU");
        HOLDFAST_CHECK(posting.place.number() < state.locations.size(),
                       "a posting names a known location");
        bool made = false;
        Position& row = state.positions.add(posting.sku, posting.place.location(), posting.bucket,
                                            posting.delta, fact.seq(), made);
        if (made) refresh_policies(state, row);
        if (planted(Bug::clamp_negative_stock)) row.sellable = std::max<Units>(row.sellable, 0);
        HOLDFAST_CHECK(row.reserved >= 0, "reserved is never below zero");
        HOLDFAST_CHECK(row.allocated >= 0, "allocated is never below zero");
    }
    HOLDFAST_CHECK(legs == 0, "the legs of a movement sum to zero");
}

void apply_keys(State& state, const FactView& fact) {
    const auto put = [&](KeyTable& table, FieldTag tag) {
        if (const auto field = fact.field_as<KeyField>(tag))
            table.put(field->key, {.body_hash = field->body_hash, .seq = fact.seq()},
                      fact.recorded_at());
    };
    put(state.transport_keys, FieldTag::transport_key);
    put(state.semantic_keys, FieldTag::semantic_key);
    const std::uint32_t source = fact.header().source;
    if (source == kNoId) return;
    state.sources.hear(NameId{source}, fact.recorded_at());
    if (const auto at = fact.field_as<SourcePositionField>(FieldTag::source_position);
        at && !planted(Bug::source_sequence_not_advanced))
        state.sources.record(NameId{source}, {.epoch = at->epoch, .seq = at->seq},
                             fact.recorded_at());
}

void apply_effect(State& state, const FactView& fact) {
    apply_new_lanes(state, fact);
    apply_transfer_supply(state, fact);
    apply_postings(state, fact);
    if (makes_reservation(fact))
        apply_new_reservation(state, fact);
    else if (const auto id = fact.field_as<std::uint64_t>(FieldTag::reservation))
        apply_reservation_step(state, fact, *id);
    apply_to_shipments(state, fact);
    apply_inbound(state, fact);
    apply_count(state, fact);
    apply_return(state, fact);
    apply_reference_data(state, fact);
    apply_to_sources(state, fact);
    apply_parked(state, fact);
}

}  // namespace

void apply(State& state, const FactView& fact) {
    HOLDFAST_CHECK(fact.seq() == state.seq + 1, "facts are applied in order, without a gap");
    HOLDFAST_CHECK(fact.recorded_at() >= state.log_time, "log time never goes back");
    state.seq = fact.seq();
    state.log_time = fact.recorded_at();

    if (!fact.advisory()) apply_effect(state, fact);
    apply_keys(state, fact);
    if (!fact.last_of_entry()) return;
    // Only now: the entry was decided with everything that the state still knew, so an entry that
    // brings an old reservation back must find it here as well.
    state.transport_keys.advance(state.log_time);
    state.semantic_keys.advance(state.log_time);
    state.reservations.advance(state.log_time);
    state.shipments.advance(state.log_time);
    state.inbound.advance(state.log_time);
    state.returns.advance(state.log_time);
    state.counts.advance(state.log_time, state.seq + 1);
    state.parked.advance(state.log_time);
}

}  // namespace holdfast::ledger
