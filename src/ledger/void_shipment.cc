// A shipment that did not leave after all, or was taken back before it was anybody else's: what it
// did is undone, unit by unit.
#include <algorithm>

#include "ledger/backorders.h"
#include "ledger/movement.h"
#include "ledger/reservation_changes.h"

namespace holdfast::ledger {
namespace {

/// What one field of a fact may hold.
constexpr std::size_t kSeqsMax = 65535 / sizeof(std::uint64_t);

/// Whose part of the document is voided: the named order's, or all of it where that is one.
struct Whose {
    Refusal refusal = Refusal::none;
    std::uint64_t reservation = 0;
};
Whose whose(const State& state, const RecordEvent& event, const ShipmentRow& row) {
    if (event.order.empty()) {
        for (const ShippedChange& change : row.changes)
            if (change.reservation != row.changes.front().reservation)
                return {.refusal = Refusal::order_required};
        return {.reservation = row.changes.front().reservation};
    }
    const auto [named, refusal] = order_of(state, event);
    if (refusal != Refusal::none) return {.refusal = refusal};
    if (named == nullptr) return {.refusal = Refusal::unknown_order};
    for (const ShippedChange& change : row.changes)
        if (change.reservation == named->id.raw) return {.reservation = named->id.raw};
    return {.refusal = Refusal::unknown_document};
}

/// Undoes one change. A physical one has its other leg at the customer.
void undo(ReservationChanges& changes, const ShippedChange& change, const SeenByCount& seen) {
    if (change.bucket == 0) return changes.mark_cancelled(change.part, -change.delta);
    const auto bucket = static_cast<Bucket>(change.bucket);
    if (change.part != kNoPart) return changes.give(change.part, bucket, -change.delta);
    const Posting returns{.sku = change.sku,
                          .place = Place{change.location},
                          .bucket = bucket,
                          .delta = -change.delta};
    changes.post_outside(returns);
    changes.post_outside({.sku = change.sku,
                          .place = Place{PlaceKind::customer},
                          .bucket = Bucket::external,
                          .delta = change.delta});
    if (seen.covers(change.sku, change.location)) changes.post_back(returns);
}

/// Whether some promise comes back to a place that has no stock for it: the goods had left from
/// somewhere else.
bool at_risk(const Context& context, std::span<const Posting> postings) {
    TakenUnits gained(context.arena);  // free units, by position
    for (const Posting& posting : postings) {
        if (posting.place.kind() != PlaceKind::location) continue;
        Units& units = gained[position_key(posting.sku, posting.place.raw())];
        if (posting.bucket == Bucket::sellable) units += posting.delta;
        if (posting.bucket == Bucket::reserved || posting.bucket == Bucket::allocated)
            units -= posting.delta;
    }
    return std::any_of(postings.begin(), postings.end(), [&](const Posting& posting) {
        if (posting.place.kind() != PlaceKind::location) return false;
        const Units units = gained.get(position_key(posting.sku, posting.place.raw()));
        const Position* row = context.state.positions.find(posting.sku, posting.place.location());
        return units < 0 && (row == nullptr ? 0 : row->free()) + units < 0;
    });
}

}  // namespace

Outcome void_shipment(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.reference.empty()) return refused(Refusal::document_required);
    const ShipmentRow* row =
        state.shipments.find(state.document_hash(DocumentKind::shipment, event.reference));
    if (row == nullptr) return refused(Refusal::unknown_document);
    if (row->changes.empty()) return refused(Refusal::document_ended);
    const Whose part_of = whose(state, event, *row);
    if (part_of.refusal != Refusal::none) return refused(part_of.refusal);

    static const Reservation kNone{};
    const Reservation* reservation =
        part_of.reservation == 0 ? nullptr
                                 : state.reservations.find(ReservationId{part_of.reservation});
    ReservationChanges changes(state, reservation == nullptr ? kNone : *reservation, context.arena);
    const SeenByCount seen(state, event.envelope);
    for (const ShippedChange& change : row->changes) {
        if (change.reservation != part_of.reservation) continue;
        HOLDFAST_CHECK(reservation != nullptr || change.part == kNoPart,
                       "an order that gave units to a shipment is known for as long");
        undo(changes, change, seen);
    }
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    if (!levels_stay_in_range(state, changes.postings(), context.arena))
        return refused(Refusal::level_out_of_range);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact =
        write_order_fact(entry, FactType::shipment_voided, event, reservation, changes);
    fact.text(FieldTag::reference, event.reference);
    if (reservation == nullptr && part_of.reservation != 0)
        fact.value(FieldTag::shipped_for, part_of.reservation);
    // What is back on its shelf has not left, whatever order comes.
    const auto* waiting =
        state.parked.of_document(state.document_hash(DocumentKind::shipment, event.reference));
    if (part_of.reservation == 0 && waiting != nullptr)
        fact.list<std::uint64_t>(FieldTag::parked_seqs,
                                 std::span(*waiting).first(std::min(waiting->size(), kSeqsMax)));
    ArenaList<CaseKind> raises(context.arena, 2);
    if (at_risk(context, changes.postings())) raises.push_back(CaseKind::reservation_at_risk);
    if (leaves_uncovered(state, changes.postings(), kNoLocation, context.arena))
        raises.push_back(CaseKind::backorder_uncovered);
    raise(fact, raises.view());
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
