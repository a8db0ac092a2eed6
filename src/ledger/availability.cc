#include "ledger/availability.h"

#include <algorithm>

#include "ledger/plan.h"

namespace holdfast::ledger {

Availability available_to_sell(const State& state, ChannelId channel, SkuId sku) {
    const ChannelRow& row = state.channel_row(channel);
    Availability answer;
    if (row.pool == kNoPool) return answer;
    const PoolRow& pool = state.pool_rows[row.pool.raw];
    Units largest = 0;
    for (const Position& position : state.positions.of(sku)) {
        if (!pool.contains(position.location)) continue;
        const Units units = promisable_at(state, position);
        answer.units += units;
        answer.seq = std::max(answer.seq, position.seq);
        largest = std::max(largest, units);
    }
    if (!row.splits) answer.units = largest;
    return answer;
}

Availability available_to_sell(const State& state, ChannelId channel, SkuId sku, LocationId at) {
    const PoolId pool = state.channel_row(channel).pool;
    if (pool != kNoPool && !state.pool_rows[pool.raw].contains(at)) return {};
    const Position* position = state.positions.find(sku, at);
    if (position == nullptr) return {};
    return {.units = promisable_at(state, *position), .seq = position->seq};
}

}  // namespace holdfast::ledger
