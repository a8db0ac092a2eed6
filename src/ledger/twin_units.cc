// The twin's units of measure: quantities in packs become quantities in pieces, exactly or not.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {

Refusal Twin::bad_units(const UpsertItem& c) const {
    if (c.units.size() > item_units_max) return Refusal::too_many_lines;
    std::set<std::string> seen;
    for (const ItemUnit& unit : c.units) {
        if (!twin_code_allowed(unit.code)) return Refusal::code_not_allowed;
        for (const std::int64_t factor : {unit.numerator, unit.denominator})
            if (factor < 1 || factor > unit_factor_max) return Refusal::value_out_of_range;
        if (!seen.insert(std::string(unit.code)).second) return Refusal::duplicate_line;
    }
    return Refusal::none;
}

/// Turns each line's quantity into base units; the lines that cannot be, or nothing. `speaks_of` is
/// the reservation whose lines are meant by their number alone.
std::vector<TwinProblem> Twin::to_base_units(std::vector<Line>& lines,
                                             std::optional<std::uint64_t> speaks_of) const {
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        Line& line = lines[i];
        if (line.unit.empty()) continue;
        SkuId sku = line.sku;
        if (sku == kNoSku && speaks_of) {
            const auto& parts = reservations.at(*speaks_of).parts;
            const std::uint64_t number = line.line != 0 ? line.line : i + 1;
            const auto part = std::find_if(parts.begin(), parts.end(),
                                           [&](const TwinPart& p) { return p.line == number; });
            if (part != parts.end()) sku = part->sku;
            const std::size_t recipe = recipe_of_line(reservations.at(*speaks_of), number);
            if (recipe != 0) sku = recipes[recipe - 1].kit;
        }
        const std::vector<TwinUnit> of_item =
            item_units.contains(sku) ? item_units.at(sku) : std::vector<TwinUnit>{};
        const auto unit = std::find_if(of_item.begin(), of_item.end(),
                                       [&](const TwinUnit& u) { return u.code == line.unit; });
        Refusal refusal = Refusal::none;
        if (!known(sku))
            refusal = Refusal::unknown_sku;
        else if (unit == of_item.end())
            refusal = Refusal::unknown_unit;
        else if (std::abs(line.quantity) > quantity_max)
            refusal = Refusal::quantity_too_large;
        else if (line.quantity * unit->numerator % unit->denominator != 0)
            refusal = Refusal::quantity_not_whole;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        line.quantity = line.quantity * unit->numerator / unit->denominator;
        line.unit = {};
    }
    return problems;
}

TwinOutcome Twin::in_base_units(const ReserveStock& c, Instant now) {
    return in_base_units(c, std::nullopt, now);
}

TwinOutcome Twin::in_base_units(const StepReservation& c, Instant now) {
    const bool known = reservations.contains(c.reservation.raw);
    return in_base_units(c, known ? std::optional(c.reservation.raw) : std::nullopt, now);
}

TwinOutcome Twin::in_base_units(const RecordEvent& c, Instant now) {
    const std::uint64_t id = named_by(c.order, c.channel).id;
    return in_base_units(c, id != 0 ? std::optional(id) : std::nullopt, now);
}

template <class Command>
TwinOutcome Twin::in_base_units(const Command& c, std::optional<std::uint64_t> speaks_of,
                                Instant now) {
    if (c.lines.size() > lines_per_request_max) return on(c, now);
    std::vector<Line> lines(c.lines.begin(), c.lines.end());
    if (const auto problems = to_base_units(lines, speaks_of); !problems.empty())
        return twin_refused(problems);
    Command base = c;
    base.lines = lines;
    return on(base, now);
}

}  // namespace holdfast::ledger
