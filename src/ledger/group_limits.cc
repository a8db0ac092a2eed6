#include "ledger/group_limits.h"

namespace holdfast::ledger {

Units group_safety_stock(const State& state, SkuId sku, GroupId group) {
    return state.policies.effective(PolicyKind::group_safety_stock, sku, LocationId{group.raw});
}

QuotaShares::QuotaShares(const State& state, SkuId sku, GroupId group, Units pool,
                         ChannelId channel, Units taken)
    : shared_(pool), missing_(-pool) {
    if (!state.quotas.concern(sku)) return;
    for (const ChannelId c : state.quotas.channels_of(group)) {
        const QuotaScope scope{group, c, sku};
        const QuotaRow* row = state.quotas.find(scope);
        if (row == nullptr) continue;
        shares_[count_++] = {.channel = c,
                             .quota = *row,
                             .used = state.quotas.used(scope) + (c == channel ? taken : 0)};
    }
    const auto served_before = [](const QuotaShare& a, const QuotaShare& b) {
        if (a.quota.priority != b.quota.priority) return a.quota.priority < b.quota.priority;
        return a.channel < b.channel;
    };
    std::sort(shares_.begin(), shares_.begin() + static_cast<std::ptrdiff_t>(count_),
              served_before);
    for (QuotaShare& share : std::span(shares_.data(), count_)) {
        share.left = std::min(share.wanted(), shared_);
        shared_ -= share.left;
        missing_ += share.wanted();
    }
}

const QuotaShare* QuotaShares::of(ChannelId channel) const {
    for (const QuotaShare& share : all())
        if (share.channel == channel) return &share;
    return nullptr;
}

GroupShare group_share(const State& state, ChannelId channel, SkuId sku, GroupId group,
                       Units promisable, Units taken) {
    const Units pool = std::max<Units>(0, promisable - group_safety_stock(state, sku, group));
    GroupShare share{.pool = pool, .open = pool};
    if (!state.quotas.concern(sku)) return share;
    const QuotaShares shares(state, sku, group, pool, channel, taken);
    const QuotaShare* own = shares.of(channel);
    share.open = shares.shared() + (own == nullptr ? 0 : own->left);
    if (own != nullptr && own->quota.cap >= 0)
        share.under_cap = std::max<Units>(0, own->quota.cap - own->used);
    return share;
}

}  // namespace holdfast::ledger
