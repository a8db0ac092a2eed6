// What a group of locations leaves a channel of one SKU. Formulas: docs/glossary.md, "group" and
// "quota". Most SKUs know no such limits: ask has_group_limits() first, the rest is slower.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "ledger/state.h"

namespace holdfast::ledger {

inline constexpr Units kUnlimited = std::numeric_limits<Units>::max();

/// Whether more than the positions bounds what may be promised of the SKU.
[[nodiscard]] inline bool has_group_limits(const State& state, SkuId sku) {
    return state.policies.group_keeps(sku) || state.quotas.concern(sku);
}

/// SS[G] for the SKU.
[[nodiscard]] Units group_safety_stock(const State& state, SkuId sku, GroupId group);

/// A channel's quota in a group, and how it stands.
struct QuotaShare {
    ChannelId channel = kNoChannel;
    QuotaRow quota;
    Units used = 0;  ///< k
    Units left = 0;  ///< left[c] = min(max(0, K - k), what higher priorities leave of the pool)
    /// K - k, or nothing.
    [[nodiscard]] Units wanted() const { return std::max<Units>(0, quota.guarantee - used); }
};

/// All quotas of a SKU in a group, in the order in which guarantees are served: by priority, then
/// by channel. `taken` units are counted as used by `channel` on top of what the state knows.
class QuotaShares {
  public:
    QuotaShares(const State& state, SkuId sku, GroupId group, Units pool,
                ChannelId channel = kNoChannel, Units taken = 0);
    [[nodiscard]] std::span<const QuotaShare> all() const { return {shares_.data(), count_}; }
    /// shared(G): what no guarantee claims.
    [[nodiscard]] Units shared() const { return shared_; }
    [[nodiscard]] const QuotaShare* of(ChannelId channel) const;
    /// Units guaranteed and not there: the sum of K - k less the pool.
    [[nodiscard]] Units missing() const { return missing_; }

  private:
    std::array<QuotaShare, quota_channels_max> shares_;
    std::size_t count_ = 0;
    Units shared_ = 0;
    Units missing_ = 0;
};

/// What a group still gives one channel.
struct GroupShare {
    Units pool = 0;                ///< pool(G): promisable there, less the group's safety stock
    Units open = 0;                ///< left[c] + shared(G)
    Units under_cap = kUnlimited;  ///< max(0, cap[c] - k[c])
    [[nodiscard]] Units channel() const { return std::min(open, under_cap); }
};
/// `promisable` is the sum over the group's locations; `taken` as for QuotaShares.
[[nodiscard]] GroupShare group_share(const State& state, ChannelId channel, SkuId sku,
                                     GroupId group, Units promisable, Units taken = 0);

}  // namespace holdfast::ledger
