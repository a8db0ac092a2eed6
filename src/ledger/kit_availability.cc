#include "ledger/kit_availability.h"

#include <algorithm>
#include <vector>

#include "base/planted.h"
#include "ledger/group_limits.h"

namespace holdfast::ledger {
namespace {

/// What a group leaves a channel of a component, in kits, and the newest fact behind it.
Availability left_in_group(const State& state, ChannelId channel, const Component& component,
                           GroupId group) {
    Availability left;
    Units promisable = 0;
    for (const Position& row : state.positions.of(component.sku)) {
        if (state.group_of(row.location) != group) continue;
        promisable += promisable_at(state, row);
        left.seq = std::max(left.seq, row.seq);
    }
    left.units =
        group_share(state, channel, component.sku, group, promisable).channel() / component.units;
    return left;
}

}  // namespace

Availability kits_promisable(const State& state, const Recipe& recipe, LocationId at) {
    Availability answer{.units = level_max};
    for (const Component& component : recipe.components) {
        const bool last = &component == &recipe.components.back();
        if (planted(Bug::kit_counted_without_a_component) && last && recipe.components.size() > 1)
            break;
        const Position* position = state.positions.find(component.sku, at);
        const Units units = position == nullptr ? 0 : promisable_at(state, *position);
        if (position != nullptr) answer.seq = std::max(answer.seq, position->seq);
        answer.units = std::min(answer.units, units / component.units);
    }
    return answer;
}

Availability kits_to_sell(const State& state, ChannelId channel, const Recipe& recipe) {
    const ChannelRow& row = state.channel_row(channel);
    Availability answer;
    if (row.pool == kNoPool) return answer;
    const PoolRow& pool = state.pool_rows[row.pool.raw];
    struct Group {
        Units kits = 0;  ///< that its locations in the pool have components for
        Units left = 0;  ///< that it leaves the channel
        bool met = false;
    };
    std::vector<Group> groups(state.groups.size());
    Units largest = 0;
    for (const Position& first : state.positions.of(recipe.components.front().sku)) {
        if (!pool.contains(first.location)) continue;
        const Availability at = kits_promisable(state, recipe, first.location);
        const Units here = at.units;
        answer.seq = std::max(answer.seq, at.seq);
        const GroupId id = state.group_of(first.location);
        if (id == kNoGroup) {
            answer.units += here;
            largest = std::max(largest, here);
            continue;
        }
        Group& group = groups[id.raw];
        if (!group.met) {
            group.met = true;
            group.left = level_max;
            for (const Component& component : recipe.components) {
                if (!has_group_limits(state, component.sku)) continue;
                const Availability left = left_in_group(state, channel, component, id);
                group.left = std::min(group.left, left.units);
                answer.seq = std::max(answer.seq, left.seq);
            }
        }
        group.kits += here;
        largest = std::max(largest, std::min(here, group.left));
    }
    for (const Group& group : groups) answer.units += std::min(group.kits, group.left);
    if (!row.splits) answer.units = largest;
    return answer;
}

Availability kits_to_sell(const State& state, ChannelId channel, const Recipe& recipe,
                          LocationId at) {
    Availability answer{.units = level_max};
    for (const Component& component : recipe.components) {
        const Availability here = available_to_sell(state, channel, component.sku, at);
        answer.units = std::min(answer.units, here.units / component.units);
        answer.seq = std::max(answer.seq, here.seq);
    }
    return answer;
}

}  // namespace holdfast::ledger
