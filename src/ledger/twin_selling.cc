// The twin's rules of what may be sold: policies, nodes, groups, and the sums over them.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {

Units Twin::free(SkuId sku, LocationId at) const {
    return level(sku, at, Bucket::sellable) - level(sku, at, Bucket::reserved) -
           level(sku, at, Bucket::allocated);
}

std::optional<Units> Twin::policy_row(PolicyKind kind, SkuId sku, LocationId at) const {
    const auto rows = policies.find(kind);
    if (rows == policies.end()) return std::nullopt;
    for (const TwinPlace& scope : {TwinPlace{sku, at}, TwinPlace{sku, kNoLocation},
                                   TwinPlace{kNoSku, at}, TwinPlace{kNoSku, kNoLocation}})
        if (const auto row = rows->second.find(scope); row != rows->second.end())
            return row->second;
    return std::nullopt;
}

Units Twin::policy(PolicyKind kind, SkuId sku, LocationId at) const {
    return policy_row(kind, sku, at).value_or(0);
}

GroupId Twin::group_of(LocationId at) const {
    for (std::uint32_t g = 0; g < group_locations.size(); ++g)
        for (const LocationId member : group_locations[g])
            if (member == at) return GroupId{g};
    return kNoGroup;
}

Units Twin::safety_stock(SkuId sku, LocationId at) const {
    // One level is the named one: the group's, where it has a row.
    const GroupId group = group_of(at);
    if (group != kNoGroup && policy_row(PolicyKind::group_safety_stock, sku, LocationId{group.raw}))
        return 0;
    return policy(PolicyKind::safety_stock, sku, at);
}

Units Twin::promisable(SkuId sku, LocationId at) const { return promisable(sku, at, {}); }

Units Twin::promisable(SkuId sku, LocationId at, const Taken& taken) const {
    if (!known(at) || !location_enabled[at.raw]) return 0;
    if (policy_row(PolicyKind::enabled, sku, at) == 0) return 0;
    Units buffer = policy(PolicyKind::buffer, sku, at);
    if (!nodes[at.raw].online) {
        const std::optional<Units> offline = policy_row(PolicyKind::offline_buffer, sku, at);
        if (!offline) return 0;
        buffer = std::max(buffer, *offline);
    }
    const auto row = taken.find({sku, at});
    const Units gone = row == taken.end() ? 0 : row->second;
    return std::max<Units>(0, free(sku, at) - gone - safety_stock(sku, at) - buffer);
}

/// What a line that names the location still gets.
Units Twin::left(ChannelId channel, SkuId sku, LocationId at, const Taken& taken) const {
    if (const std::size_t recipe = sold_by(sku))
        return least(recipe, [&](SkuId part) { return left(channel, part, at, taken); });
    const Units here = promisable(sku, at, taken);
    const GroupId group = group_of(at);
    if (group == kNoGroup) return here;
    return std::min(here, group_left(channel, sku, group, taken));
}

Units Twin::left_but_for_quotas(SkuId sku, LocationId at, const Taken& taken) const {
    if (const std::size_t recipe = sold_by(sku))
        return least(recipe, [&](SkuId part) { return left_but_for_quotas(part, at, taken); });
    const Units here = promisable(sku, at, taken);
    const GroupId group = group_of(at);
    return group == kNoGroup ? here : std::min(here, group_pool(sku, group, taken));
}

/// What the channel still gets from its pool, however it is split.
Units Twin::pool_left(ChannelId channel, SkuId sku, const Taken& taken) const {
    if (const std::size_t recipe = sold_by(sku))
        return kits_in_pool(channel, recipe, taken, [&](SkuId part, GroupId group) {
            return group_left(channel, part, group, taken);
        });
    Units sum = 0;
    for (const auto& [group, units] : pool_by_group(channel, sku, taken))
        sum += group == kNoGroup ? units : std::min(units, group_left(channel, sku, group, taken));
    return sum;
}

Units Twin::pool_left_but_for_quotas(ChannelId channel, SkuId sku, const Taken& taken) const {
    if (const std::size_t recipe = sold_by(sku))
        return kits_in_pool(channel, recipe, taken, [&](SkuId part, GroupId group) {
            return group_pool(part, group, taken);
        });
    Units sum = 0;
    for (const auto& [group, units] : pool_by_group(channel, sku, taken))
        sum += group == kNoGroup ? units : std::min(units, group_pool(sku, group, taken));
    return sum;
}

/// What is promisable along the channel's pool, by group.
std::map<GroupId, Units> Twin::pool_by_group(ChannelId channel, SkuId sku,
                                             const Taken& taken) const {
    std::map<GroupId, Units> of_group;
    for (const LocationId at : pool_of(channel))
        of_group[group_of(at)] += promisable(sku, at, taken);
    return of_group;
}

Units Twin::available_to_sell(ChannelId channel, SkuId sku) const {
    return pool_left(channel, sku, {});
}

Units Twin::available_to_sell(ChannelId channel, SkuId sku, LocationId at) const {
    const std::vector<LocationId> pool = pool_of(channel);
    const bool has_pool = known(channel) && known(channel_rows[channel.raw].pool);
    if (has_pool && std::find(pool.begin(), pool.end(), at) == pool.end()) return 0;
    return left(channel, sku, at, {});
}

Units Twin::largest_single(ChannelId channel, SkuId sku) const {
    Units largest = 0;
    for (const LocationId at : pool_of(channel))
        largest = std::max(largest, left(channel, sku, at, {}));
    return largest;
}

TwinOutcome Twin::on(const UpsertGroup& c, Instant now) {
    if (!twin_code_allowed(c.code)) return twin_refused(Refusal::code_not_allowed);
    if (c.locations.size() > group_locations_max) return twin_refused(Refusal::too_many_lines);
    std::set<LocationId> seen;
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.locations.size(); ++i) {
        const GroupId other = group_of(c.locations[i]);
        if (!known(c.locations[i]))
            problems.push_back({i, Refusal::unknown_location, 0});
        else if (seen.contains(c.locations[i]))
            problems.push_back({i, Refusal::duplicate_line, 0});
        else if (other != kNoGroup && groups[other.raw].code != c.code)
            problems.push_back({i, Refusal::location_in_two_groups, 0});
        else
            seen.insert(c.locations[i]);
    }
    if (!problems.empty()) return twin_refused(problems);
    Draft draft;
    draft.type = FactType::group_upserted;
    for (std::uint32_t g = 0; g < groups.size(); ++g)
        if (groups[g].code == c.code) move_use(draft, GroupId{g}, c.locations);
    draft.upsert = [&] {
        const std::uint32_t id = twin_put_code(groups, c.code, c.title);
        group_locations.resize(groups.size());
        group_locations[id].assign(c.locations.begin(), c.locations.end());
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const SetNodeStatus& c, Instant now) {
    if (!known(c.location)) return twin_refused(Refusal::unknown_location);
    if (c.since > now || to_raw(c.since) < 0) return twin_refused(Refusal::value_out_of_range);
    Draft draft;
    draft.type = c.online ? FactType::node_online : FactType::node_offline;
    if (!c.online) draft.raises = {CaseKind::node_silent};
    draft.upsert = [&] {
        nodes[c.location.raw] = {c.online, to_raw(c.since == Instant{} ? now : c.since)};
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const SetPolicy& c, Instant now) {
    if (c.names_sku && !known(c.sku)) return twin_refused(Refusal::unknown_sku);
    if (c.names_location && !known(c.location)) return twin_refused(Refusal::unknown_location);
    if (c.names_group && !known(c.group)) return twin_refused(Refusal::unknown_group);
    const bool group_kind = c.kind == PolicyKind::group_safety_stock;
    if (c.names_group && !group_kind) return twin_refused(Refusal::value_out_of_range);
    if (c.names_location && group_kind) return twin_refused(Refusal::value_out_of_range);
    if (c.kind == PolicyKind::enabled && c.value > 1)
        return twin_refused(Refusal::value_out_of_range);
    if (c.kind == PolicyKind::quota || c.value > policy_value_max)
        return twin_refused(Refusal::value_out_of_range);
    if (c.value >= 0 && c.names_sku && sold_by(c.sku) != 0)
        return twin_refused(Refusal::kit_not_allowed);
    Draft draft;
    draft.type = FactType::policy_changed;
    draft.upsert = [&] {
        TwinPlace scope{c.names_sku ? c.sku : kNoSku, kNoLocation};
        if (c.names_location) scope.second = c.location;
        if (c.names_group) scope.second = LocationId{c.group.raw};
        policies[c.kind].erase(scope);
        policy_versions[c.kind].erase(scope);
        if (c.value < 0) return;
        policies[c.kind][scope] = c.value;
        // A reason for which the names have no room stands in the fact alone.
        const bool kept = has_name(c.envelope.reason);
        policy_versions[c.kind][scope] = {seq, std::string(c.envelope.actor),
                                          std::string(kept ? c.envelope.reason : "")};
    };
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
