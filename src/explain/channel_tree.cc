#include "explain/channel_tree.h"

#include <algorithm>
#include <map>
#include <set>

#include "explain/position_tree.h"

namespace holdfast::explain {
namespace {

/// pool(G): what the locations of a group may give together.
Node group_pool(Moment& moment, SkuId sku, std::uint32_t group) {
    Node node{.name = "group_pool",
              .formula = "max(0, sum(promisable) - group_safety_stock)",
              .group = group,
              .fact = moment.group(group).fact};
    std::int64_t sum = 0;
    const std::set<LocationId> members(moment.group(group).locations.begin(),
                                       moment.group(group).locations.end());
    LocationId last = kNoLocation;
    for (const readmodel::PlaceLevel& level : moment.levels(sku)) {
        const LocationId at = level.place.location();
        if (level.place.kind() != PlaceKind::location || at == last || !members.contains(at))
            continue;
        last = at;
        node.inputs.push_back(nested_promisable(moment, sku, at));
        sum += node.inputs.back().value;
    }
    const auto rows = moment.policies(PolicyKind::group_safety_stock, sku, LocationId{group});
    const std::int64_t kept = first_value(rows).value_or(0);
    node.inputs.push_back({.name = "group_safety_stock",
                           .value = kept,
                           .formula = "first(row)",
                           .inputs = row_nodes(rows)});
    node.value = std::max<std::int64_t>(0, sum - kept);
    return node;
}

/// What a channel has been promised of its quota since the last refill.
Node used_of(Moment& moment, SkuId sku, std::uint32_t group, std::uint32_t channel) {
    const Place place(PlaceKind::quota, group << 12 | channel);
    const readmodel::Level used =
        moment.reader().level(sku, place, Bucket::quota_used, moment.seq());
    return {.name = "used", .value = used.units, .fact = used.seq};
}

Node limit_of(std::string_view name, std::int64_t value, SkuId sku, std::uint32_t group,
              const readmodel::QuotaVersion& quota) {
    return {.name = name,
            .value = value,
            .fact = quota.seq,
            .row = RowScope{.sku = quota.of_all_skus ? kNoSku : sku,
                            .group = group,
                            .channel = ChannelId{quota.channel}}};
}

}  // namespace

Node group_share(Moment& moment, ChannelId channel, SkuId sku, std::uint32_t group) {
    const auto quotas = moment.quotas(group, sku);
    Node rest = group_pool(moment, sku, group);
    if (quotas.empty()) return rest;
    Node left{.name = "left", .group = group, .channel = channel};
    const readmodel::QuotaVersion* own = nullptr;
    for (const readmodel::QuotaVersion& quota : quotas) {
        if (quota.channel == channel.raw) own = &quota;
        if (quota.guarantee < 0) continue;
        const bool first = rest.name == "group_pool";
        const Node guarantee = limit_of("guarantee", quota.guarantee, sku, group, quota);
        const Node used = used_of(moment, sku, group, quota.channel);
        const std::int64_t units =
            std::min(std::max<std::int64_t>(0, guarantee.value - used.value), rest.value);
        if (quota.channel == channel.raw) {
            left.value = units;
            left.formula = first ? "min(max(0, guarantee - used), group_pool)"
                                 : "min(max(0, guarantee - used), remainder)";
            left.inputs = {guarantee,
                           used,
                           {.name = rest.name,
                            .value = rest.value,
                            .group = rest.group,
                            .channel = rest.channel}};
        }
        Node next{.name = "remainder",
                  .value = rest.value - units,
                  .formula = first ? "group_pool - min(max(0, guarantee - used), group_pool)"
                                   : "remainder - min(max(0, guarantee - used), remainder)",
                  .group = group,
                  .channel = ChannelId{quota.channel}};
        next.inputs = {std::move(rest), guarantee, used};
        rest = std::move(next);
    }
    const bool guaranteed = own != nullptr && own->guarantee >= 0;
    const bool capped = own != nullptr && own->cap >= 0;
    const bool pool_alone = rest.name == "group_pool";
    Node share{.name = "group_share",
               .value = rest.value + left.value,
               .group = group,
               .channel = channel};
    share.inputs.push_back(std::move(rest));
    if (guaranteed) share.inputs.push_back(std::move(left));
    if (capped) {
        const Node cap = limit_of("cap", own->cap, sku, group, *own);
        const Node used = used_of(moment, sku, group, channel.raw);
        share.value = std::min(share.value, std::max<std::int64_t>(0, cap.value - used.value));
        share.inputs.push_back(cap);
        share.inputs.push_back(used);
        share.formula = guaranteed   ? "min(remainder + left, max(0, cap - used))"
                        : pool_alone ? "min(group_pool, max(0, cap - used))"
                                     : "min(remainder, max(0, cap - used))";
    } else {
        share.formula = guaranteed ? "remainder + left" : pool_alone ? "group_pool" : "remainder";
    }
    return share;
}

namespace {

std::string_view from_group_formula(bool splits, bool pool_alone) {
    if (splits)
        return pool_alone ? "min(sum(promisable), group_pool)"
                          : "min(sum(promisable), group_share)";
    return pool_alone ? "min(max(promisable), group_pool)" : "min(max(promisable), group_share)";
}

Node setting_of_channel(std::string_view name, std::int64_t value, const Channel& channel) {
    return {.name = name, .value = value, .fact = channel.fact};
}

}  // namespace

std::vector<LocationId> stocked(Moment& moment, SkuId sku, const Members& pool) {
    std::set<LocationId> known;
    for (const readmodel::PlaceLevel& level : moment.levels(sku))
        if (level.place.kind() == PlaceKind::location) known.insert(level.place.location());
    std::vector<LocationId> found;
    for (const LocationId at : pool.locations)
        if (known.contains(at)) found.push_back(at);
    return found;
}

Node nested_promisable(Moment& moment, SkuId sku, LocationId at) {
    return PositionTree(moment, sku, at, Detail::nested, 0).promisable();
}

bool has_group_limits(Moment& moment, SkuId sku, std::uint32_t group) {
    if (group == kNoId) return false;
    if (!moment.quotas(group, sku).empty()) return true;
    if (!moment.any_policy(PolicyKind::group_safety_stock)) return false;
    return first_value(moment.policies(PolicyKind::group_safety_stock, sku, LocationId{group}))
        .has_value();
}

Node nothing_to_sell(const Channel& of) {
    return {.name = "available_to_sell",
            .formula = "0",
            .inputs = {setting_of_channel("has_pool", 0, of)}};
}

std::vector<Node> pool_settings(const Channel& of, const Members& pool) {
    return {setting_of_channel("splits", of.splits ? 1 : 0, of),
            {.name = "pool_locations",
             .value = static_cast<std::int64_t>(pool.locations.size()),
             .fact = pool.fact}};
}

Node available_to_sell(Moment& moment, ChannelId channel, SkuId sku) {
    const Channel& of = moment.channel(channel);
    if (of.pool == kNoPool) return nothing_to_sell(of);
    const Members& pool = moment.pool(of.pool);
    Node node{.name = "available_to_sell", .inputs = pool_settings(of, pool)};
    std::map<std::uint32_t, Node> groups;  // those that keep stock of the SKU together
    std::map<std::uint32_t, std::vector<Node>> grouped;
    std::vector<Node> alone;
    for (const LocationId at : stocked(moment, sku, pool)) {
        const std::uint32_t group = moment.group_of(at);
        Node promisable = nested_promisable(moment, sku, at);
        if (!has_group_limits(moment, sku, group)) {
            alone.push_back(std::move(promisable));
            continue;
        }
        if (!groups.contains(group))
            groups.emplace(group, group_share(moment, channel, sku, group));
        grouped[group].push_back(std::move(promisable));
    }
    std::int64_t sum = 0, largest = 0;
    for (auto& [group, promisables] : grouped) {
        Node& together = groups.at(group);
        std::int64_t in_pool = 0, largest_in_pool = 0;
        for (const Node& p : promisables) {
            in_pool += p.value;
            largest_in_pool = std::max(largest_in_pool, p.value);
        }
        const std::int64_t value = std::min(of.splits ? in_pool : largest_in_pool, together.value);
        Node from{.name = "from_group",
                  .value = value,
                  .formula = from_group_formula(of.splits, together.name == "group_pool"),
                  .inputs = std::move(promisables),
                  .group = group};
        from.inputs.push_back(std::move(together));
        sum += value;
        largest = std::max(largest, value);
        node.inputs.push_back(std::move(from));
    }
    for (Node& p : alone) {
        sum += p.value;
        largest = std::max(largest, p.value);
        node.inputs.push_back(std::move(p));
    }
    node.value = of.splits ? sum : largest;
    if (grouped.empty())
        node.formula = of.splits ? "sum(promisable)" : "max(promisable)";
    else
        node.formula = of.splits ? "sum(promisable) + sum(from_group)"
                                 : "max(0, max(promisable), max(from_group))";
    return node;
}

Node available_to_sell_here(Moment& moment, ChannelId channel, SkuId sku, LocationId at,
                            Node promisable) {
    const Channel& of = moment.channel(channel);
    Node node{.name = "available_to_sell_here"};
    if (of.pool != kNoPool) {
        const Members& pool = moment.pool(of.pool);
        const bool member = std::ranges::find(pool.locations, at) != pool.locations.end();
        node.inputs.push_back({.name = "in_pool", .value = member ? 1 : 0, .fact = pool.fact});
    } else {
        // A channel without a pool sells from the locations that its lines name.
        node.inputs.push_back(setting_of_channel("in_pool", 1, of));
    }
    std::int64_t value = promisable.value;
    node.inputs.push_back(std::move(promisable));
    const std::uint32_t group = moment.group_of(at);
    if (has_group_limits(moment, sku, group)) {
        node.inputs.push_back(group_share(moment, channel, sku, group));
        value = std::min(value, node.inputs.back().value);
        node.formula = node.inputs.back().name == "group_pool"
                           ? "in_pool * min(promisable, group_pool)"
                           : "in_pool * min(promisable, group_share)";
    } else {
        node.formula = "in_pool * promisable";
    }
    node.value = node.inputs.front().value * value;
    return node;
}

}  // namespace holdfast::explain
