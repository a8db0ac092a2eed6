#include "explain/moment.h"

#include <algorithm>

#include "canonical/command.h"
#include "readmodel/fact_fields.h"

namespace holdfast::explain {
namespace {

/// Facts are remembered up to this many, then forgotten together.
constexpr std::size_t kFactsMax = 4096;

EntityField entity_of(const readmodel::FactRow* fact) {
    if (fact == nullptr) return {};
    return readmodel::kept_field_as<EntityField>(fact->fields, FieldTag::entity)
        .value_or(EntityField{});
}

Members members_of(const readmodel::FactRow* fact) {
    Members members;
    if (fact == nullptr) return members;
    members.fact = fact->seq;
    const auto ids = readmodel::kept_field(fact->fields, FieldTag::ids);
    if (!ids) return members;
    for (std::size_t at = 0; at + sizeof(std::uint32_t) <= ids->size(); at += sizeof(std::uint32_t))
        members.locations.emplace_back(load<std::uint32_t>(ids->data() + at));
    return members;
}

}  // namespace

std::optional<Instant> Moment::at() {
    const readmodel::FactRow* newest = fact(seq_);
    if (newest == nullptr) return std::nullopt;
    return newest->recorded_at;
}

const Setting& Moment::location_open(LocationId id) {
    const auto known = open_.find(id);
    if (known != open_.end()) return known->second;
    const std::uint64_t seq = reader_.entity(FactType::location_upserted, id.raw, seq_);
    const EntityField entity = entity_of(fact(seq));
    return open_[id] = {.on = (entity.flags & kLocationEnabled) != 0, .fact = seq};
}

const Setting& Moment::location_online(LocationId id) {
    const auto known = online_.find(id);
    if (known != online_.end()) return known->second;
    const std::uint64_t lost = reader_.entity(FactType::node_offline, id.raw, seq_);
    const std::uint64_t back = reader_.entity(FactType::node_online, id.raw, seq_);
    return online_[id] = {.on = back >= lost, .fact = std::max(lost, back)};
}

const Channel& Moment::channel(ChannelId id) {
    const auto known = channels_.find(id);
    if (known != channels_.end()) return known->second;
    const std::uint64_t seq = reader_.entity(FactType::channel_upserted, id.raw, seq_);
    const EntityField entity = entity_of(fact(seq));
    return channels_[id] = {.pool = PoolId{entity.link},
                            .splits = (entity.flags & kChannelSplits) != 0,
                            .fact = seq};
}

const Members& Moment::pool(PoolId id) {
    const auto known = pools_.find(id);
    if (known != pools_.end()) return known->second;
    return pools_[id] = members_of(fact(reader_.entity(FactType::pool_upserted, id.raw, seq_)));
}

void Moment::load_groups() {
    if (groups_loaded_) return;
    groups_loaded_ = true;
    const std::uint32_t count = reader_.entities(FactType::group_upserted);
    for (std::uint32_t id = 0; id < count; ++id) {
        const std::uint64_t seq = reader_.entity(FactType::group_upserted, id, seq_);
        if (seq == 0) continue;
        groups_[id] = members_of(fact(seq));
        for (const LocationId at : groups_[id].locations) group_of_[at] = id;
    }
}

const Members& Moment::group(std::uint32_t id) {
    load_groups();
    return groups_[id];
}

std::uint32_t Moment::group_of(LocationId id) {
    load_groups();
    const auto known = group_of_.find(id);
    return known == group_of_.end() ? kNoId : known->second;
}

bool Moment::any_policy(PolicyKind kind) {
    const auto known = any_policy_.find(kind);
    if (known != any_policy_.end()) return known->second;
    return any_policy_[kind] = reader_.any_policy(kind);
}

std::vector<readmodel::PolicyVersion> Moment::policies(PolicyKind kind, SkuId sku,
                                                       LocationId location) {
    if (!any_policy(kind)) return {};
    return reader_.policies(kind, sku, location, seq_);
}

std::vector<readmodel::QuotaVersion> Moment::quotas(std::uint32_t group, SkuId sku) {
    if (!any_quota_) any_quota_ = reader_.any_quota();
    if (group == kNoId || !*any_quota_) return {};
    auto quotas = reader_.quotas(group, sku, seq_);
    std::ranges::stable_sort(quotas, {}, &readmodel::QuotaVersion::priority);
    return quotas;
}

const readmodel::SoldBy& Moment::sold_by(SkuId sku) {
    const auto known = sold_by_.find(sku);
    if (known != sold_by_.end()) return known->second;
    return sold_by_[sku] = reader_.sold_by(sku, seq_);
}

const std::vector<readmodel::PlaceLevel>& Moment::levels(SkuId sku) {
    if (levels_of_ != sku) {
        levels_ = reader_.levels(sku, seq_);
        levels_of_ = sku;
    }
    return levels_;
}

readmodel::Level Moment::level(SkuId sku, LocationId location, Bucket bucket) {
    if (levels_of_ != sku) return reader_.level(sku, Place(location), bucket, seq_);
    const auto key = std::pair(Place(location).raw(), bucket);
    const auto it = std::ranges::lower_bound(levels_, key, {}, [](const readmodel::PlaceLevel& l) {
        return std::pair(l.place.raw(), l.bucket);
    });
    const bool found = it != levels_.end() && it->place == Place(location) && it->bucket == bucket;
    return found ? it->level : readmodel::Level{};
}

const readmodel::FactRow* Moment::fact(std::uint64_t seq) {
    if (seq == 0) return nullptr;
    const auto known = facts_.find(seq);
    if (known == facts_.end()) {
        if (facts_.size() >= kFactsMax) facts_.clear();
        auto& row = facts_[seq] = reader_.fact(seq);
        return row ? &*row : nullptr;
    }
    return known->second ? &*known->second : nullptr;
}

}  // namespace holdfast::explain
