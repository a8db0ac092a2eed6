#include "ledger/channel_budget.h"

#include "ledger/availability.h"

namespace holdfast::ledger {

/// One pass for all groups of a SKU: asking group by group would walk its positions once for each.
void ChannelBudget::sum_up(SkuId sku) {
    for (const Position& row : state_.positions.of(sku)) {
        const GroupId group = state_.group_of(row.location);
        if (group == kNoGroup) continue;
        const Units back =
            returned_ == nullptr ? 0 : returned_->get(position_key(sku, row.location.raw));
        Share& share = shares_[position_key(sku, group.raw)];
        share.promisable += promisable_at(state_, row, back);
        if (back == 0) continue;
        // The units count as unused, as far as they were counted at all.
        const Units used = state_.quotas.used({group, channel_, sku});
        share.taken = std::max(-used, share.taken - back);
    }
    shares_[position_key(sku, kNoId)].settled = true;
}

ChannelBudget::Share* ChannelBudget::share_of(SkuId sku, LocationId at) {
    if (!limits(sku)) return nullptr;
    const GroupId group = state_.group_of(at);
    if (group == kNoGroup) return nullptr;
    if (!shares_.get(position_key(sku, kNoId)).settled) sum_up(sku);
    Share& share = shares_[position_key(sku, group.raw)];
    if (!share.settled) {
        share.left = group_share(state_, channel_, sku, group, share.promisable, share.taken);
        share.settled = true;
    }
    return &share;
}

void ChannelBudget::take(SkuId sku, LocationId at, Units units, Units promisable) {
    Share* share = share_of(sku, at);
    if (share == nullptr) return;
    share->promisable -= promisable;
    share->taken += units;
    share->settled = false;
}

}  // namespace holdfast::ledger
