// Units that nobody wants any more: a reservation is released, an order cancelled. Both walk their
// lines alike; what a node works on can only be cancelled, and waits for the node's word.
#include "ledger/cancel.h"

#include "base/planted.h"
#include "ledger/kits.h"
#include "ledger/parked.h"

namespace holdfast::ledger {
namespace {

enum class Wish : std::uint8_t {
    release,  ///< each line has all it asks for, or is refused
    cancel,   ///< as much as there is, with the units that a node works on
};

Units give_up(ReservationChanges& changes, std::span<const std::uint32_t> parts, Units wanted,
              Wish wish) {
    if (wish == Wish::cancel) return cancel_units(changes, parts, wanted);
    Units taken = 0;
    for (const std::uint32_t part : parts)
        taken += changes.take(part, Bucket::backordered, wanted - taken);
    for (const std::uint32_t part : parts)
        taken += changes.take(part, Bucket::reserved, wanted - taken);
    return taken;
}

/// Whether each of the line's parts, or each component of its kit, has so many units to release.
bool has_to_release(const Context& context, ReservationChanges& changes,
                    std::span<const std::uint32_t> parts, Units quantity) {
    bool enough = true;
    visit_components(context, changes, parts, quantity,
                     [&](std::span<const std::uint32_t> of_component, Units units) {
                         for (const std::uint32_t part : of_component)
                             units -= changes.now(part).reserved + changes.now(part).backordered;
                         enough &= units <= 0;
                         return enough;
                     });
    return enough;
}

Refusal line_refusal(const Context& context, ReservationChanges& changes, const Line& line,
                     std::uint64_t number, Wish wish) {
    if (line.quantity < 1) return Refusal::quantity_must_be_positive;
    if (line.quantity > quantity_max) return Refusal::quantity_too_large;
    if (!changes.has_line(number)) return Refusal::unknown_line;
    if (wish == Wish::cancel) return Refusal::none;
    return has_to_release(context, changes, changes.parts_of_line(number), line.quantity)
               ? Refusal::none
               : Refusal::nothing_to_release;
}

/// Gives up the lines, or everything where there are none; tells the lines that cannot be.
ArenaList<LineProblem> give_up_lines(const Context& context, std::span<const Line> lines, Wish wish,
                                     ReservationChanges& changes) {
    ArenaList<LineProblem> problems(context.arena, 0);
    if (lines.empty())
        for (std::uint32_t i = 0; i < changes.parts().size(); ++i)
            give_up(changes, {&i, 1}, level_max, wish);
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        const Line& line = lines[i];
        const std::uint64_t number = line_number(line, i);
        const Refusal refusal = line_refusal(context, changes, line, number, wish);
        if (refusal == Refusal::none)
            visit_components(context, changes, changes.parts_of_line(number),
                             planted(Bug::cancel_releases_too_much) ? quantity_max : line.quantity,
                             [&](std::span<const std::uint32_t> of_component, Units units) {
                                 give_up(changes, of_component, units, wish);
                                 return true;
                             });
        else
            problems.push_back(
                {.line_index = i, .refusal = refusal, .sku = line.sku, .requested = line.quantity});
    }
    return problems;
}

}  // namespace

Units cancel_units(ReservationChanges& changes, std::span<const std::uint32_t> parts, Units wanted,
                   bool backwards) {
    Units rest = wanted;
    const auto from_each = [&](auto&& take) {
        for (std::size_t n = 0; n < parts.size() && rest > 0; ++n)
            rest -= take(parts[backwards ? parts.size() - 1 - n : n]);
    };
    const auto mark = [&](std::uint32_t part, Units most) {
        const Units units = std::min(rest, most);
        if (units <= 0) return Units{0};
        changes.mark_cancelled(part, units);
        return units;
    };
    from_each([&](auto part) { return changes.take(part, Bucket::backordered, rest); });
    from_each([&](auto part) { return changes.take(part, Bucket::reserved, rest); });
    from_each([&](auto part) {
        const PartCounts& now = changes.now(part);
        return mark(part, now.allocated - now.picked - now.cancel_pending);
    });
    from_each([&](auto part) {
        const PartCounts& now = changes.now(part);
        return mark(part, now.allocated - now.cancel_pending);
    });
    return wanted - rest;
}

Outcome release(const Context& context, const StepReservation& command) {
    const Reservation* reservation = context.state.reservations.find(command.reservation);
    if (reservation == nullptr) return refused(Refusal::unknown_reservation);
    if (reservation->ended()) return refused(Refusal::reservation_ended);
    if (command.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);

    ReservationChanges changes(context.state, *reservation, context.arena);
    const ArenaList<LineProblem> problems =
        give_up_lines(context, command.lines, Wish::release, changes);
    if (!problems.empty()) return refused_lines(problems.view());
    if (changes.empty()) return refused(Refusal::nothing_to_release);
    changes.settle();
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    return write_change(context, command.envelope, FactType::reservation_released, *reservation,
                        changes, {});
}

Outcome cancel_order(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.order.empty()) return refused(Refusal::order_required);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    const auto [reservation, refusal] = order_of(state, event);
    if (refusal != Refusal::none) return refused(refusal);
    if (reservation == nullptr) return park_cancellation(context, event);

    ReservationChanges changes(state, *reservation, context.arena);
    const ArenaList<LineProblem> problems =
        give_up_lines(context, event.lines, Wish::cancel, changes);
    // A line that the order never held is told, but does not keep the others from being cancelled.
    if (changes.empty())
        return problems.empty() ? refused(Refusal::nothing_to_cancel)
                                : refused_lines(problems.view());
    changes.settle();
    if (!changes.fits()) return refused(Refusal::too_many_lines);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact =
        write_order_fact(entry, FactType::order_cancelled, event, reservation, changes);
    new_part_fields(fact, context, {}, problems.view());
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
