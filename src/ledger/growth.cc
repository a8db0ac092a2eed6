#include "ledger/growth.h"

namespace holdfast::ledger {
namespace {

/// Lets lines that may leave their location and do not fit there be planned along the pool.
void free_what_does_not_fit(const Context& context, const Reservation& reservation,
                            const PoolRow& pool, Growth& growth) {
    const State& state = context.state;
    TakenUnits already(context.arena);  // lines of one SKU share what is left where they stand
    ChannelBudget budget(state, reservation.channel, context.arena);
    for (std::size_t i = 0; i < growth.size(); ++i) {
        Line& line = growth.lines()[i];
        if (!line.names_location) continue;
        const Position* row = state.positions.find(line.sku, line.location);
        Units& units = already[position_key(line.sku, line.location.raw)];
        Units left = row == nullptr ? 0 : promisable_at(state, *row) - units;
        if (budget.limits(line.sku)) left = std::min(left, budget.left(line.sku, line.location));
        if (growth.stay(i) == Stay::may)
            line.names_location = left >= line.quantity && pool.contains(line.location);
        if (!line.names_location) continue;
        units += line.quantity;
        budget.take(line.sku, line.location, line.quantity);
    }
}

}  // namespace

Plan plan_growth(const Context& context, const Reservation& reservation, Growth& growth) {
    const State& state = context.state;
    const PoolId pool = state.channel_row(reservation.channel).pool;
    if (pool != kNoPool)
        free_what_does_not_fit(context, reservation, state.pool_rows[pool.raw], growth);
    const Plan plan = plan_lines(state, reservation.channel, growth.lines(), context.arena);
    const std::span<LineProblem> problems = context.arena.array<LineProblem>(plan.problems.size());
    for (std::size_t i = 0; i < problems.size(); ++i) {
        problems[i] = plan.problems[i];
        problems[i].line_index = growth.index(plan.problems[i].line_index);
    }
    return {.parts = plan.parts, .problems = problems};
}

}  // namespace holdfast::ledger
