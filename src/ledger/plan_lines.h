// What both planners begin with: the lines that stand by themselves, and what positions still give.
// Internal to plan.cc and plan_kits.cc.
#pragma once

#include "ledger/plan.h"

namespace holdfast::ledger {

/// Calls good(index) for each line that can be planned, and notes the problem of each other one.
template <class Good>
void check_lines(const State& state, ChannelId channel, std::span<const Line> lines, Arena& arena,
                 ArenaList<LineProblem>& problems, Good&& good) {
    const std::span<const bool> duplicate = duplicate_lines(lines, arena);
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        Refusal refusal = malformed(state, channel, lines[i]);
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (refusal == Refusal::none)
            good(i);
        else
            problems.push_back({.line_index = i,
                                .refusal = refusal,
                                .sku = lines[i].sku,
                                .location = lines[i].location,
                                .requested = lines[i].quantity});
    }
}

/// What each position gives, with the units that the command gives back before it takes any.
inline std::span<Units> units_left(const State& state, std::span<const Position> rows,
                                   const ReturnedUnits* returned, Arena& arena) {
    const std::span<Units> left = arena.array<Units>(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const Units back = returned == nullptr
                               ? 0
                               : returned->get(position_key(rows[r].sku, rows[r].location.raw));
        left[r] = promisable_at(state, rows[r], back);
    }
    return left;
}

}  // namespace holdfast::ledger
