// Events before their cause: parked when they come, settled when the order does. Internal to the
// ledger. Rules: docs/architecture.md, "Events before their cause".
#pragma once

#include <span>

#include "ledger/kits.h"

namespace holdfast::ledger {

/// Parks the promise part of goods that left for an order which nobody knows: a field of the open
/// fact, which carries its own time and seq. Where there is no room the case is raised at once.
/// Returns false then.
[[nodiscard]] bool park_departure(const Context& context, const RecordEvent& event,
                                  FactWriter& fact);

/// A cancellation of an order that nobody knows.
/// Refuses  quantity_must_be_positive, quantity_too_large; table_full where there is no room, since
///          nothing would be left of it.
Outcome park_cancellation(const Context& context, const RecordEvent& event);

/// What is still to be promised of an order once the events that came before it are counted, and
/// what those were. In the arena.
struct Settlement {
    /// Units of a line that left before the order came.
    struct Departure {
        std::uint64_t line = 0;
        SkuId sku;
        LocationId location;
        Units units = 0;
        std::uint32_t recipe = 0;  ///< of the kit that the line asks for
    };
    /// Without what left or was cancelled: numbered, of a kit a line for each of its components.
    std::span<const Line> rest;
    std::span<const ComponentLine> parts;       ///< the same, with what they are components of
    std::span<const std::uint32_t> line_index;  ///< of each of them in the order's own lines
    std::span<const Departure> departures;      ///< one for a line at a location
    std::span<const Departure> beyond;          ///< what left and is not the order's
    std::span<const std::uint64_t> seqs;        ///< of the facts that are settled
};
/// Whether something waits for the order of this event.
bool is_awaited(const State& state, const RecordEvent& order);
/// Of an order that is awaited, whose lines were checked for shape.
const Settlement& settlement_of(const Context& context, const RecordEvent& order);

/// Writes parked.settled, by context.settles, behind the order's fact, which was just ended: units
/// that left become shipped units of its reservation. `hold` is the one that the order confirms;
/// null where the order's fact makes its own reservation.
void write_settlement(Entry& entry, const Context& context, const RecordEvent& event,
                      const Reservation* hold);

/// Names the lines of problems by their place in the order itself.
std::span<const LineProblem> of_own_lines(const Settlement& settlement,
                                          std::span<const LineProblem> problems, Arena& arena);

}  // namespace holdfast::ledger
