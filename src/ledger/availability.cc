#include "ledger/availability.h"

#include <algorithm>
#include <vector>

#include "ledger/group_limits.h"
#include "ledger/kit_availability.h"

namespace holdfast::ledger {
namespace {

/// What the groups of a SKU leave a channel: by group, over all its locations.
std::vector<GroupShare> shares_of(const State& state, ChannelId channel, SkuId sku) {
    std::vector<GroupShare> shares(state.groups.size());
    for (const Position& position : state.positions.of(sku))
        if (const GroupId group = state.group_of(position.location); group != kNoGroup)
            shares[group.raw].pool += promisable_at(state, position);
    for (std::uint32_t g = 0; g < shares.size(); ++g)
        if (shares[g].pool > 0)
            shares[g] = group_share(state, channel, sku, GroupId{g}, shares[g].pool);
    return shares;
}

/// The same sums as of a SKU without limits, each group's within its share.
Availability limited_available_to_sell(const State& state, ChannelId channel, SkuId sku) {
    const ChannelRow& row = state.channel_row(channel);
    const PoolRow& pool = state.pool_rows[row.pool.raw];
    const std::vector<GroupShare> shares = shares_of(state, channel, sku);
    std::vector<Units> in_pool(shares.size());
    Availability answer;
    Units largest = 0;
    for (const Position& position : state.positions.of(sku)) {
        // Stock of a group's other locations counts as well, and so does its seq.
        answer.seq = std::max(answer.seq, position.seq);
        if (!pool.contains(position.location)) continue;
        const Units units = promisable_at(state, position);
        const GroupId group = state.group_of(position.location);
        if (group == kNoGroup) {
            answer.units += units;
            largest = std::max(largest, units);
        } else {
            in_pool[group.raw] += units;
            largest = std::max(largest, std::min(units, shares[group.raw].channel()));
        }
    }
    for (std::size_t g = 0; g < shares.size(); ++g)
        answer.units += std::min(in_pool[g], shares[g].channel());
    if (!row.splits) answer.units = largest;
    return answer;
}

}  // namespace

std::int32_t safety_stock_at(const State& state, SkuId sku, LocationId at) {
    const PolicyTable& policies = state.policies;
    if (policies.any(PolicyKind::group_safety_stock))
        if (const GroupId group = state.group_of(at); group != kNoGroup)
            if (policies.find(PolicyKind::group_safety_stock, sku, LocationId{group.raw})) return 0;
    return policies.effective(PolicyKind::safety_stock, sku, at);
}

void refresh_policies(const State& state, Position& row) {
    const std::int32_t buffer = state.policies.effective(PolicyKind::buffer, row.sku, row.location);
    row.safety_stock = safety_stock_at(state, row.sku, row.location);
    row.buffer = static_cast<std::uint32_t>(buffer) & 0x7fffffffU;
    row.disabled = state.policies.find(PolicyKind::enabled, row.sku, row.location) == 0 ? 1 : 0;
}

Units promisable_from_odd_location(const State& state, const Position& row) {
    const LocationRow& location = state.location_rows[row.location.raw];
    if (!location.enabled || row.disabled != 0) return 0;
    if (location.online) return row.promisable();
    const auto offline = state.policies.find(PolicyKind::offline_buffer, row.sku, row.location);
    if (!offline) return 0;
    const Units buffer = std::max<Units>(row.buffer, *offline);
    return std::max<Units>(0, row.free() - row.safety_stock - buffer);
}

Availability available_to_sell(const State& state, ChannelId channel, SkuId sku) {
    if (const std::uint32_t recipe = state.kits.sold_by(sku); recipe != 0)
        return kits_to_sell(state, channel, state.kits.recipe(recipe));
    const ChannelRow& row = state.channel_row(channel);
    Availability answer;
    if (row.pool == kNoPool) return answer;
    if (has_group_limits(state, sku)) return limited_available_to_sell(state, channel, sku);
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
    if (const std::uint32_t recipe = state.kits.sold_by(sku); recipe != 0)
        return kits_to_sell(state, channel, state.kits.recipe(recipe), at);
    const PoolId pool = state.channel_row(channel).pool;
    if (pool != kNoPool && !state.pool_rows[pool.raw].contains(at)) return {};
    const Position* position = state.positions.find(sku, at);
    if (position == nullptr) return {};
    Availability answer{.units = promisable_at(state, *position), .seq = position->seq};
    const GroupId group = state.group_of(at);
    if (group == kNoGroup || !has_group_limits(state, sku)) return answer;
    Units promisable = 0;
    for (const Position& row : state.positions.of(sku)) {
        if (state.group_of(row.location) != group) continue;
        promisable += promisable_at(state, row);
        answer.seq = std::max(answer.seq, row.seq);
    }
    answer.units =
        std::min(answer.units, group_share(state, channel, sku, group, promisable).channel());
    return answer;
}

}  // namespace holdfast::ledger
