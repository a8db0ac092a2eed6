// Goods that leave for a customer: shipped, or fetched. Recorded whatever the stock and the
// promise.
#include "base/planted.h"
#include "ledger/line_parts.h"
#include "ledger/movement.h"
#include "ledger/parked.h"

namespace holdfast::ledger {
namespace {

/// Takes what a part was promised, as far as a step was not made before: what a node works on
/// first, the picked units of it before the others.
Units take_shipped(ReservationChanges& changes, std::size_t part, Units wanted) {
    const Units allocated = changes.take(part, Bucket::allocated, wanted);
    changes.take(part, Bucket::picked, allocated);
    if (planted(Bug::ship_without_lowering_reserved)) return allocated;
    const Units reserved = changes.take(part, Bucket::reserved, wanted - allocated);
    return allocated + reserved +
           changes.take(part, Bucket::backordered, wanted - allocated - reserved);
}

/// Takes what a line that left was promised: where it left first, then elsewhere. What was not
/// promised is told.
Units unpromised(ReservationChanges& changes, const LineParts& parts, const Line& line,
                 LocationId left_from) {
    Units rest = line.quantity;
    for (const bool here : {true, false})
        parts.visit(line, left_from, here, [&](std::uint32_t part) {
            rest -= take_shipped(changes, part, rest);
            return rest > 0;
        });
    return rest;
}

}  // namespace

Outcome post_shipment(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    const bool shipped = event.type == FactType::shipment_posted;
    if (!shipped && event.order.empty()) return refused(Refusal::order_required);
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    const auto [reservation, refusal] = order_of(state, event);
    if (refusal != Refusal::none) return refused(refusal);
    EventProblems problems(event, context.arena);
    ArenaList<Posting> leaving(context.arena, event.lines.size());
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Refusal wrong = quantity_refusal(line.quantity, 1);
        if (wrong == Refusal::none) wrong = position_refusal(state, event, line);
        const bool at_a_till = event.type == FactType::pos_sale;
        if (wrong == Refusal::none && at_a_till && line.bucket != Bucket::sellable)
            wrong = Refusal::value_out_of_range;
        if (problems.good(i, wrong))
            leaving.push_back({.sku = line.sku,
                               .place = Place{place_of(event, line)},
                               .bucket = Bucket::sellable,
                               .delta = -line.quantity});
    }
    if (!problems.empty()) return problems.outcome();
    if (!levels_stay_in_range(state, leaving.view(), context.arena))
        return refused(Refusal::level_out_of_range);

    static const Reservation kNone{};
    ReservationChanges changes(state, reservation == nullptr ? kNone : *reservation, context.arena);
    const LineParts parts(changes.parts(), context.arena);
    const SeenByCount seen(state, event.envelope);
    Units beyond = 0;
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Posting& leaves = leaving.view()[i];
        changes.post_outside(leaves);
        changes.post_outside({.sku = leaves.sku,
                              .place = Place{PlaceKind::customer},
                              .bucket = Bucket::external,
                              .delta = -leaves.delta});
        if (seen.covers(leaves.sku, leaves.place.location())) changes.post_back(leaves);
        if (reservation != nullptr)
            beyond += unpromised(changes, parts, event.lines[i], leaves.place.location());
    }
    const Units too_late = changes.settle();
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    if (!event.document.empty() && state.shipments.size() >= state.limits.shipped_changes_max)
        return refused(Refusal::table_full);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    // An order that is rung at a till was fetched.
    FactWriter& fact =
        write_order_fact(entry, shipped ? FactType::shipment_posted : FactType::pickup_completed,
                         event, reservation, changes);
    ArenaList<CaseKind> raises(context.arena);
    for (const CaseKind kind :
         cases_of_decrease(state, leaving.view(), changes.postings(), context.arena))
        raises.push_back(kind);
    if (beyond > 0) raises.push_back(CaseKind::over_shipment);
    const bool before_its_order = reservation == nullptr && !event.order.empty();
    if (before_its_order && !park_departure(context, event, fact))
        raises.push_back(CaseKind::event_without_cause);
    if (too_late > 0) raises.push_back(CaseKind::cancelled_too_late);
    raise(fact, raises.view());
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
