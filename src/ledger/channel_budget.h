// What the groups still leave one channel while one command plans its lines: every unit that the
// plan takes is taken from its group as well. Looks at the state, changes nothing. Internal to the
// ledger.
#pragma once

#include "base/arena.h"
#include "ledger/arena_map.h"
#include "ledger/group_limits.h"

namespace holdfast::ledger {

class ChannelBudget {
  public:
    /// `returned`: reserved units that the command gives back first, by position.
    ChannelBudget(const State& state, ChannelId channel, Arena& arena,
                  const ArenaMap<Units>* returned = nullptr)
        : state_(state), channel_(channel), returned_(returned), shares_(arena) {}

    /// Whether the rest of this class says anything about the SKU.
    [[nodiscard]] bool limits(SkuId sku) const { return has_group_limits(state_, sku); }
    /// What the group of the location still gives the channel; kUnlimited outside any group.
    [[nodiscard]] Units left(SkuId sku, LocationId at) {
        const Share* share = share_of(sku, at);
        return share == nullptr ? kUnlimited : share->left.channel();
    }
    /// What the channel's cap there leaves it, whatever the stock; kUnlimited where it has none.
    [[nodiscard]] Units left_under_cap(SkuId sku, LocationId at) {
        const Share* share = share_of(sku, at);
        return share == nullptr ? kUnlimited : share->left.under_cap;
    }
    /// The same as left(), were there no quotas.
    [[nodiscard]] Units left_without_quota(SkuId sku, LocationId at) {
        const Share* share = share_of(sku, at);
        return share == nullptr ? kUnlimited : share->left.pool;
    }
    /// Counts units of a plan; `promisable` of them were (a forced hold takes more).
    void take(SkuId sku, LocationId at, Units units, Units promisable);
    void take(SkuId sku, LocationId at, Units units) { take(sku, at, units, units); }

  private:
    struct Share {
        Units promisable = 0;  // over the group, less what was taken of it
        Units taken = 0;
        GroupShare left;
        bool settled = false;  // `left` follows from the others
    };
    Share* share_of(SkuId sku, LocationId at);
    void sum_up(SkuId sku);

    const State& state_;
    ChannelId channel_;
    const ArenaMap<Units>* returned_ = nullptr;
    ArenaMap<Share> shares_;  // by SKU and group; by SKU and kNoGroup once it was summed up
};

}  // namespace holdfast::ledger
