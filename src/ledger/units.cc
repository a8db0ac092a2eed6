#include "ledger/units.h"

#include <algorithm>
#include <limits>

namespace holdfast::ledger {
namespace {

__extension__ typedef __int128 Wide;

SkuId sku_of(const State& state, const Line& line, std::uint64_t number,
             const Reservation* reservation) {
    if (line.sku != kNoSku || reservation == nullptr) return line.sku;
    const Part* first = nullptr;
    const Part* last = nullptr;
    for (const Part& part : state.reservations.parts(*reservation)) {
        if (part.line != number) continue;
        if (first == nullptr) first = &part;
        last = &part;
    }
    if (first == nullptr) return kNoSku;
    return last->recipe == 0 ? first->sku : state.kits.recipe(last->recipe).kit;
}

/// Sets the line's quantity in base units.
Refusal convert(const State& state, SkuId sku, Line& line) {
    if (sku.raw >= state.items.size()) return Refusal::unknown_sku;
    const UnitRow* unit = state.item_rows.unit(sku, line.unit);
    if (unit == nullptr) return Refusal::unknown_unit;
    if (line.quantity > quantity_max || line.quantity < -quantity_max)
        return Refusal::quantity_too_large;
    const Units parts = line.quantity * unit->numerator;
    if (parts % unit->denominator != 0) return Refusal::quantity_not_whole;
    line.quantity = parts / unit->denominator;
    line.unit = {};
    return Refusal::none;
}

}  // namespace

static_assert(quantity_max <= std::numeric_limits<Units>::max() / unit_factor_max,
              "a quantity in units of any factor fits");

bool names_units(std::span<const Line> lines) {
    return std::any_of(lines.begin(), lines.end(),
                       [](const Line& line) { return !line.unit.empty(); });
}

BaseLines in_base_units(const Context& context, std::span<const Line> lines,
                        const Reservation* reservation) {
    const std::span<Line> base = context.arena.array<Line>(lines.size());
    ArenaList<LineProblem> problems(context.arena, 0);
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        Line& line = base[i] = lines[i];
        if (line.unit.empty()) continue;
        const SkuId sku = sku_of(context.state, line, line_number(line, i), reservation);
        const Refusal refusal = convert(context.state, sku, line);
        if (refusal != Refusal::none)
            problems.push_back({.line_index = i,
                                .refusal = refusal,
                                .sku = sku,
                                .location = line.location,
                                .requested = line.quantity});
    }
    return {.lines = base, .problems = problems.view()};
}

Units whole_units(Units units, const UnitRow& unit) {
    if (units <= 0) return 0;
    const Wide whole = Wide{units} * unit.denominator / unit.numerator;
    return static_cast<Units>(std::min<Wide>(whole, std::numeric_limits<Units>::max()));
}

}  // namespace holdfast::ledger
