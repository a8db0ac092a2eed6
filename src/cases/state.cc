#include "cases/state.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/row_sum.h"
#include "cases/checkpoint_codec.h"

namespace holdfast::cases {
namespace {

/// Beside the ledger's tags of canonical rows.
enum class RowTag : std::uint8_t { row = 120, unit_value = 121, not_opened = 122 };

using Sum = RowSum<RowTag>;

std::optional<std::string> fault_of(const Case& row) {
    const auto fault = [&](std::string_view what) {
        return fmt::format("case {}: {}", row.id.raw, what);
    };
    if (row.count == 0) return fault("was never raised");
    if (row.facts.empty() || row.facts.front() != row.id.raw >> 16)
        return fault("does not name the fact that opened it");
    if (row.facts.size() > evidence_facts_max || !std::ranges::is_sorted(row.facts))
        return fault("its facts are too many or out of order");
    if (row.history.empty() || row.history.front().step != CaseStep::opened)
        return fault("its history does not begin with its opening");
    if (row.history.size() > history_entries_max) return fault("its history is too long");
    if (row.units < 0 || row.units > row.units_peak) return fault("units at risk out of range");
    if (row.money < 0 || row.money > money_at_risk_max) return fault("money out of range");
    if (row.live() == row.resolution.has_value()) return fault("its resolution does not fit");
    if (row.live() != (row.resolved_at == Instant{})) return fault("its end does not fit");
    if ((row.state == CaseState::snoozed) != (row.wake_at != Instant{}))
        return fault("its waking does not fit");
    return std::nullopt;
}

}  // namespace

std::int64_t State::worth(SkuId sku, Units units) const {
    const std::int64_t value = unit_value(sku);
    if (value != 0 && units > money_at_risk_max / value) return money_at_risk_max;
    return units * value;
}

std::optional<std::string> State::check_invariants() const {
    if (table.size() > limits.cases_max) return "more cases than there may be";
    for (const auto& [id, row] : table.rows()) {
        if (auto fault = fault_of(row)) return fault;
        if (row.live() && row.money != worth(row.subject.sku, row.units))
            return fmt::format("case {}: money at risk is not units times value", id);
    }
    if (!table.indexes_hold()) return "an index of the cases does not say what they say";
    return std::nullopt;
}

Hash128 State::state_hash() const {
    Sum sum;
    for (const auto& [id, row] : table.rows()) encode_case(sum.row(RowTag::row), row);
    for (std::uint32_t sku = 0; sku < unit_values.size(); ++sku) {
        if (unit_values[sku] == 0) continue;
        ByteWriter& row = sum.row(RowTag::unit_value);
        row.put(sku);
        row.put(unit_values[sku]);
    }
    if (not_opened != 0) sum.row(RowTag::not_opened).put(not_opened);
    return sum.total();
}

}  // namespace holdfast::cases
