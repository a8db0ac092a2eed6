// What a node says of an order's units that it works on: handed over, picked, put back, given back.
// A step that was skipped is implied, a step that was passed posts nothing, and what the order does
// not have there asks a person.
#include "ledger/line_parts.h"
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

/// Hands reserved units to the node.
Units allocate(ReservationChanges& changes, std::size_t part, Units wanted) {
    return changes.move(part, Bucket::reserved, Bucket::allocated, wanted);
}

/// Picks allocated units; an early pick hands them over first.
Units pick(ReservationChanges& changes, std::size_t part, Units wanted) {
    const PartCounts& now = changes.now(part);
    Units units = std::min(wanted, now.allocated - now.picked);
    units += allocate(changes, part, wanted - units);
    changes.give(part, Bucket::picked, units);
    return units;
}

/// The node gives up to `wanted` allocated units back: those whose cancellation waits end, the
/// others are promised again.
Units give_back(ReservationChanges& changes, std::size_t part, Units wanted) {
    const Units units = changes.take(part, Bucket::allocated, wanted);
    const Units cancelled = std::min(units, changes.now(part).cancel_pending);
    changes.mark_cancelled(part, -cancelled);
    changes.give(part, Bucket::reserved, units - cancelled);
    return units;
}

/// Picked units go back to the shelf.
Units put_back(ReservationChanges& changes, std::size_t part, Units wanted) {
    const Units units = changes.take(part, Bucket::picked, wanted);
    return give_back(changes, part, units);
}

/// The ERP holds units that are promised.
Units mark_erp_held(ReservationChanges& changes, std::size_t part, Units wanted) {
    const PartCounts& now = changes.now(part);
    const Units units = std::min(wanted, now.reserved + now.allocated - now.erp_held);
    changes.give(part, Bucket::erp_held, units);
    return units;
}

/// One kind of work: what it does with a part, and which units of a part have passed it before.
struct Work {
    Units (*act)(ReservationChanges&, std::size_t part, Units wanted);
    Units (*passed)(const PartCounts& before);
    /// It undoes something: where there is nothing to undo it is refused.
    bool undoes = false;
};

Work work_of(FactType type) {
    const auto none = [](const PartCounts&) { return Units{0}; };
    switch (type) {
        case FactType::allocation_created:
            return {allocate, [](const PartCounts& c) { return c.allocated + c.shipped; }};
        case FactType::pick_confirmed:
            return {pick, [](const PartCounts& c) { return c.picked + c.shipped; }};
        case FactType::pick_returned: return {put_back, none, true};
        case FactType::erp_offset:
            return {mark_erp_held,
                    [](const PartCounts& c) { return c.erp_held + c.shipped + c.ended; }};
        default: return {give_back, none, true};
    }
}

Refusal work_line_refusal(const State& state, const Line& line) {
    if (const Refusal r = quantity_refusal(line.quantity, 1); r != Refusal::none) return r;
    if (line.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    const bool known = !line.names_location || line.location.raw < state.locations.size();
    return known ? Refusal::none : Refusal::unknown_location;
}

/// Does one line's work; tells the units that the order neither has nor had there.
Units beyond_line(ReservationChanges& changes, const LineParts& parts, const RecordEvent& event,
                  const Line& line, const Work& work) {
    Units rest = line.quantity;
    Units passed = 0;
    const auto act = [&](std::uint32_t part) {
        passed += work.passed(changes.now(part));
        rest -= work.act(changes, part, rest);
        return rest > 0;
    };
    if (names_place(event, line))
        parts.visit(line, place_of(event, line), true, act);
    else
        parts.visit(line, act);
    return std::max<Units>(0, rest - passed);
}

}  // namespace

Outcome record_node_work(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.order.empty()) return refused(Refusal::order_required);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    if (event.names_location && event.location.raw >= state.locations.size())
        return refused(Refusal::unknown_location);
    const auto [reservation, refusal] = order_of(state, event);
    if (refusal != Refusal::none) return refused(refusal);
    if (reservation == nullptr) return refused(Refusal::unknown_order);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i)
        (void)problems.good(i, work_line_refusal(state, event.lines[i]));
    if (!problems.empty()) return problems.outcome();

    const Work work = work_of(event.type);
    ReservationChanges changes(state, *reservation, context.arena);
    Units beyond = 0;
    if (event.lines.empty()) {
        for (std::size_t i = 0; i < changes.parts().size(); ++i)
            if (!event.names_location || changes.parts()[i].location == event.location)
                work.act(changes, i, level_max);
    } else {
        const LineParts parts(changes.parts(), context.arena);
        for (const Line& line : event.lines)
            beyond += beyond_line(changes, parts, event, line, work);
    }
    if (work.undoes && changes.empty()) return refused(Refusal::nothing_allocated);
    changes.settle();
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    if (!levels_stay_in_range(state, changes.postings(), context.arena))
        return refused(Refusal::level_out_of_range);

    static constexpr CaseKind kBeyond[] = {CaseKind::beyond_promise};
    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = write_order_fact(entry, event.type, event, reservation, changes);
    if (beyond > 0) raise(fact, kBeyond);
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
