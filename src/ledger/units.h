// Quantities in an item's own units, turned into base units before anything looks at them: exactly,
// or not at all. Internal to the ledger.
#pragma once

#include "ledger/deciders.h"

namespace holdfast::ledger {

/// Whether some line is not in base units.
[[nodiscard]] bool names_units(std::span<const Line> lines);

struct BaseLines {
    std::span<const Line> lines;
    std::span<const LineProblem> problems;
};
/// The lines in base units. A line without SKU has that of the line of its number in `reservation`.
/// Refuses  unknown_sku, unknown_unit, quantity_too_large, quantity_not_whole.
[[nodiscard]] BaseLines in_base_units(const Context& context, std::span<const Line> lines,
                                      const Reservation* reservation);

/// How many whole units `units` base units are: sold packs = floor(units / factor).
[[nodiscard]] Units whole_units(Units units, const UnitRow& unit);

}  // namespace holdfast::ledger
