#include "ledger/quota_use.h"

#include <algorithm>
#include <set>
#include <vector>

#include "ledger/availability.h"
#include "ledger/group_limits.h"

namespace holdfast::ledger {
namespace {

/// Units that leave the retailer's hands, or come back into them: what was used stays used.
bool is_departure(FactType type) {
    switch (type) {
        case FactType::shipment_posted:
        case FactType::shipment_voided:
        case FactType::pickup_completed: return true;
        default: return false;
    }
}

/// By how much a posting changes what the fact's channel has used.
Units use_of(FactType type, bool of_reservation, const Posting& posting) {
    switch (posting.bucket) {
        case Bucket::reserved:
        case Bucket::allocated:
        case Bucket::backordered: return is_departure(type) ? 0 : posting.delta;
        case Bucket::sellable: {
            const bool at_a_till = type == FactType::pos_sale || type == FactType::pos_void;
            return at_a_till && !of_reservation ? -posting.delta : 0;
        }
        default: return 0;
    }
}

Units free_of(const Posting& posting) {
    switch (posting.bucket) {
        case Bucket::sellable: return posting.delta;
        case Bucket::reserved:
        case Bucket::allocated: return -posting.delta;
        default: return 0;
    }
}

/// Whose use a fact changes: that of its reservation's channel, else of the one it names.
ChannelId channel_of(const State& state, const FactView& fact, bool& of_reservation) {
    const auto id = fact.field_as<std::uint64_t>(FieldTag::reservation);
    of_reservation = id.has_value() || makes_reservation(fact);
    if (id) {
        const Reservation* known = state.reservations.find(ReservationId{*id});
        if (known != nullptr) return known->channel;  // else made by this very entry
    }
    return ChannelId{fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId)};
}

}  // namespace

struct QuotaUse::Changes {
    std::map<Use, Units> used;
    std::map<Position, Units> free;
    std::set<std::pair<SkuId, GroupId>> groups;
};

void QuotaUse::complete(const State& state, FactWriter& writer) {
    const FactView fact = writer.open_fact();
    bool of_reservation = false;
    const ChannelId channel = channel_of(state, fact, of_reservation);
    Changes changes;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() != PlaceKind::location || !state.quotas.concern(posting.sku))
            continue;
        const LocationId at = posting.place.location();
        const GroupId group = state.group_of(at);
        if (group == kNoGroup) continue;
        if (const Units free = free_of(posting); free != 0) {
            changes.free[{posting.sku, at}] += free;
            changes.groups.insert({posting.sku, group});
        }
        const Units used = use_of(fact.type(), of_reservation, posting);
        if (used == 0 || channel == kNoChannel) continue;
        // Units that wait use a quota and no stock: without them more is missing of what is
        // guaranteed.
        changes.used[{posting.sku, QuotaScope{group, channel, posting.sku}.place()}] += used;
        changes.groups.insert({posting.sku, group});
    }
    const auto settled = fact.field(FieldTag::settled_parts);
    for (std::size_t i = 0; settled && (i + 1) * sizeof(SettledPartField) <= settled->size(); ++i) {
        const auto gone = fact.item<SettledPartField>(settled, i, {});
        const SkuId sku{gone.sku};
        const GroupId group = state.group_of(LocationId{gone.location});
        if (group == kNoGroup || channel == kNoChannel || !state.quotas.concern(sku)) continue;
        changes.used[{sku, QuotaScope{group, channel, sku}.place()}] += gone.units;
    }
    std::map<std::pair<SkuId, GroupId>, Units> before;
    for (const auto& [sku, group] : changes.groups)
        before[{sku, group}] = missing(state, sku, group);
    bool overcommitted = write(state, writer, changes);
    for (const auto& [where, units] : changes.free) free_[where] += units;
    for (const auto& [sku, group] : changes.groups)
        overcommitted |= missing(state, sku, group) > std::max<Units>(0, before.at({sku, group}));
    constexpr CaseKind kOvercommitted = CaseKind::quota_overcommitted;
    if (overcommitted)
        writer.extend(FieldTag::raises, std::as_bytes(std::span(&kOvercommitted, 1)));
}

/// Writes the changes of use; whether one of them goes beyond its cap.
bool QuotaUse::write(const State& state, FactWriter& fact, const Changes& changes) {
    std::vector<Posting> postings;
    bool beyond_cap = false;
    for (const auto& [use, change] : changes.used) {
        const QuotaScope scope = QuotaScope::of(use.first, use.second);
        const QuotaRow* row = state.quotas.find(scope);
        if (row == nullptr) continue;
        const Units before = state.quotas.used(scope) + used_[use];
        // Units that were promised before the last refill end as well: they give back no more than
        // was used since.
        const Units after = std::clamp<Units>(before + change, 0, level_max);
        if (after == before) continue;
        used_[use] += after - before;
        postings.push_back({.sku = use.first,
                            .place = Place(PlaceKind::quota, use.second),
                            .bucket = Bucket::quota_used,
                            .delta = after - before});
        beyond_cap |= after > before && row->cap >= 0 && after > row->cap;
    }
    if (!postings.empty()) fact.post_late(postings);
    return beyond_cap;
}

/// What is guaranteed and not there, with what the entry's facts changed so far.
Units QuotaUse::missing(const State& state, SkuId sku, GroupId group) const {
    Units promisable = 0;
    for (const LocationId at : state.group_rows[group.raw].locations) {
        const ledger::Position* known = state.positions.find(sku, at);
        ledger::Position row = known == nullptr ? ledger::Position{} : *known;
        if (known == nullptr) {
            row.sku = sku;
            row.location = at;
            refresh_policies(state, row);
        }
        if (const auto change = free_.find({sku, at}); change != free_.end())
            row.sellable += change->second;
        promisable += promisable_at(state, row);
    }
    Units wanted = 0;
    for (const ChannelId channel : state.quotas.channels_of(group)) {
        const QuotaScope scope{group, channel, sku};
        const QuotaRow* row = state.quotas.find(scope);
        if (row == nullptr) continue;
        const auto change = used_.find({sku, scope.place()});
        const Units used = state.quotas.used(scope) + (change == used_.end() ? 0 : change->second);
        wanted += std::max<Units>(0, row->guarantee - used);
    }
    return wanted - std::max<Units>(0, promisable - group_safety_stock(state, sku, group));
}

Units guaranteed_beyond_pool(const State& state, SkuId sku, GroupId group) {
    Units promisable = 0;
    for (const Position& row : state.positions.of(sku))
        if (state.group_of(row.location) == group) promisable += promisable_at(state, row);
    const Units pool = std::max<Units>(0, promisable - group_safety_stock(state, sku, group));
    return QuotaShares(state, sku, group, pool).missing();
}

}  // namespace holdfast::ledger
