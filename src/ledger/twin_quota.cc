// The twin's quotas: what of a group is kept for whom, and how much of it was used.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

Place quota_place(GroupId group, ChannelId channel) {
    return Place(PlaceKind::quota, group.raw * 4096 + channel.raw);
}

/// Goods that leave, or come back from where they left to: what they used stays used.
bool leaves_the_house(FactType type) {
    return type == FactType::shipment_posted || type == FactType::shipment_voided ||
           type == FactType::pickup_completed;
}

}  // namespace

const TwinQuota* Twin::quota(GroupId group, ChannelId channel, SkuId sku) const {
    for (const SkuId scope : {sku, kNoSku})
        if (const auto row = quotas.find({group, channel, scope}); row != quotas.end())
            return &row->second;
    return nullptr;
}

Units Twin::used(GroupId group, ChannelId channel, SkuId sku) const {
    const auto row = quota_used.find({group, channel, sku});
    return row == quota_used.end() ? 0 : row->second;
}

/// What is promisable of a group above its own safety stock.
Units Twin::group_pool(SkuId sku, GroupId group, const Taken& taken) const {
    Units pool = 0;
    for (const LocationId at : group_locations[group.raw]) pool += promisable(sku, at, taken);
    pool -= policy(PolicyKind::group_safety_stock, sku, LocationId{group.raw});
    return std::max<Units>(0, pool);
}

/// What a group still gives the channel: what is left of its guarantee, and what nobody is
/// guaranteed; within its cap.
Units Twin::group_left(ChannelId channel, SkuId sku, GroupId group, const Taken& taken) const {
    Units taken_here = 0;
    for (const LocationId at : group_locations[group.raw])
        if (const auto row = taken.find({sku, at}); row != taken.end()) taken_here += row->second;
    std::map<std::pair<std::uint32_t, ChannelId>, Units> wanted;  // by priority
    Units cap = std::numeric_limits<Units>::max();
    for (std::uint32_t c = 0; c < channels.size(); ++c) {
        const TwinQuota* row = quota(group, ChannelId{c}, sku);
        if (row == nullptr) continue;
        const bool own = ChannelId{c} == channel;
        const Units k = used(group, ChannelId{c}, sku) + (own ? taken_here : 0);
        wanted[{row->priority, ChannelId{c}}] = std::max<Units>(0, row->guarantee - k);
        if (own && row->cap >= 0) cap = std::max<Units>(0, row->cap - k);
    }
    Units rest = group_pool(sku, group, taken);
    Units own_left = 0;
    for (const auto& [who, units] : wanted) {
        const Units left = std::min(units, rest);
        rest -= left;
        if (who.second == channel) own_left = left;
    }
    return std::min(own_left + rest, cap);
}

/// By SKU and group that the draft's stock is in: units guaranteed and not there.
std::map<std::pair<SkuId, GroupId>, Units> Twin::guaranteed_and_missing(const Draft& draft) const {
    std::map<std::pair<SkuId, GroupId>, Units> missing;
    for (const auto& [where, delta] : draft.postings) {
        const auto& [sku, place, bucket] = where;
        if (place.kind() != PlaceKind::location) continue;
        const GroupId group = group_of(place.location());
        if (group != kNoGroup) missing[{sku, group}] = missing_in(sku, group);
    }
    return missing;
}

Units Twin::missing_in(SkuId sku, GroupId group) const {
    Units missing = -group_pool(sku, group, {});
    for (std::uint32_t c = 0; c < channels.size(); ++c)
        if (const TwinQuota* row = quota(group, ChannelId{c}, sku))
            missing += std::max<Units>(0, row->guarantee - used(group, ChannelId{c}, sku));
    return missing;
}

/// Changes use by as much of `change` as it can, and raises a case beyond the cap.
void Twin::use(Draft& draft, GroupId group, ChannelId channel, SkuId sku, Units change) const {
    const TwinQuota* row = quota(group, channel, sku);
    if (row == nullptr) return;
    const Units before = used(group, channel, sku);
    const Units after = std::min(level_max, std::max<Units>(0, before + change));
    if (after == before) return;
    draft.post(sku, quota_place(group, channel), Bucket::quota_used, after - before);
    if (after > before && row->cap >= 0 && after > row->cap)
        draft.raises.insert(CaseKind::quota_overcommitted);
}

/// What the draft's other postings use of quotas.
void Twin::use_quotas(Draft& draft) const {
    const ChannelId channel = draft.reservation ? draft.after.channel : draft.channel;
    if (channel == kNoChannel) return;
    std::map<std::pair<SkuId, GroupId>, Units> changes;
    for (const auto& [where, delta] : draft.postings) {
        const auto& [sku, place, bucket] = where;
        if (place.kind() != PlaceKind::location) continue;
        const GroupId group = group_of(place.location());
        if (group == kNoGroup) continue;
        const bool promise = bucket == Bucket::reserved || bucket == Bucket::allocated ||
                             bucket == Bucket::backordered;
        if (promise && !leaves_the_house(draft.type)) changes[{sku, group}] += delta;
        const bool till = draft.type == FactType::pos_sale || draft.type == FactType::pos_void;
        if (till && !draft.reservation && bucket == Bucket::sellable)
            changes[{sku, group}] -= delta;
    }
    for (const auto& [where, units] : draft.settled)
        if (const GroupId group = group_of(where.second); group != kNoGroup)
            changes[{where.first, group}] += units;
    for (const auto& [what, change] : changes) use(draft, what.second, channel, what.first, change);
}

/// Units that come into a group with their location, or leave it with it.
void Twin::move_use(Draft& draft, GroupId group, std::span<const LocationId> members) const {
    const std::set<LocationId> after(members.begin(), members.end());
    std::set<LocationId> before;
    if (known(group))
        before.insert(group_locations[group.raw].begin(), group_locations[group.raw].end());
    std::map<std::pair<ChannelId, SkuId>, Units> changes;
    for (const auto& [id, r] : reservations)
        for (const TwinPart& part : r.parts) {
            if (after.contains(part.location)) changes[{r.channel, part.sku}] += part.open();
            if (before.contains(part.location)) changes[{r.channel, part.sku}] -= part.open();
        }
    for (const auto& [of, change] : changes) use(draft, group, of.first, of.second, change);
}

TwinOutcome Twin::on(const SetQuota& c, Instant now) {
    if (!known(c.group)) return twin_refused(Refusal::unknown_group);
    if (!known(c.channel)) return twin_refused(Refusal::unknown_channel);
    if (c.names_sku && !known(c.sku)) return twin_refused(Refusal::unknown_sku);
    if (c.guarantee > policy_value_max || c.cap > policy_value_max || c.priority < 0 ||
        c.priority > quota_priority_max || (c.cap >= 0 && c.guarantee > c.cap))
        return twin_refused(Refusal::value_out_of_range);
    const std::vector<LocationId> pool = pool_of(c.channel);
    if (c.guarantee > 0) {
        if (!known(channel_rows[c.channel.raw].pool))
            return twin_refused(Refusal::group_outside_pool);
        for (const LocationId at : group_locations[c.group.raw])
            if (std::find(pool.begin(), pool.end(), at) == pool.end())
                return twin_refused(Refusal::group_outside_pool);
    }
    const SkuId scope = c.names_sku ? c.sku : kNoSku;
    const bool removes = c.guarantee < 0 && c.cap < 0;
    if (!removes && c.names_sku && sold_by(c.sku) != 0)
        return twin_refused(Refusal::kit_not_allowed);
    Draft draft;
    draft.type = FactType::policy_changed;
    // What a refill forgives, and what nothing covers any more.
    for (const auto& [of, units] : quota_used) {
        const auto& [group, channel, sku] = of;
        if (group != c.group || channel != c.channel) continue;
        const bool own_row = quotas.contains({group, channel, sku});
        if (c.names_sku ? sku != c.sku : own_row) continue;
        const bool covered = c.names_sku && quotas.contains({group, channel, kNoSku});
        if (c.refill || (removes && !covered))
            draft.post(sku, quota_place(group, channel), Bucket::quota_used, -units);
    }
    // The rules are tried out on a copy: what would be beyond its cap, or missing?
    Twin after = *this;
    if (removes)
        after.quotas.erase({c.group, c.channel, scope});
    else
        after.quotas[{c.group, c.channel, scope}] = {std::max<Units>(-1, c.guarantee),
                                                     std::max<Units>(-1, c.cap),
                                                     static_cast<std::uint32_t>(c.priority),
                                                     {}};
    for (const auto& [where, delta] : draft.postings)
        after.quota_used.erase({c.group, c.channel, std::get<SkuId>(where)});
    for (const auto& [of, units] : after.quota_used) {
        const auto& [group, channel, sku] = of;
        if (group != c.group || channel != c.channel || (c.names_sku && sku != c.sku)) continue;
        if (!c.names_sku && quotas.contains({group, channel, sku})) continue;
        const TwinQuota* row = after.quota(group, channel, sku);
        if (row != nullptr && row->cap >= 0 && units > row->cap)
            draft.raises.insert(CaseKind::quota_overcommitted);
    }
    if (c.names_sku &&
        after.missing_in(c.sku, c.group) > std::max<Units>(0, missing_in(c.sku, c.group)))
        draft.raises.insert(CaseKind::quota_overcommitted);
    draft.upsert = [&] {
        quotas = after.quotas;
        if (removes) return;
        const bool kept = has_name(c.envelope.reason);
        quotas[{c.group, c.channel, scope}].version = {seq, std::string(c.envelope.actor),
                                                       std::string(kept ? c.envelope.reason : "")};
    };
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
