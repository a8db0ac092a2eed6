// What a group of locations leaves a channel of one SKU. Formulas: docs/glossary.md, "group".
// Most SKUs know no such limits: ask has_group_limits() first, the rest is slower.
#pragma once

#include "ledger/state.h"

namespace holdfast::ledger {

/// Whether more than the positions bounds what may be promised of the SKU.
[[nodiscard]] inline bool has_group_limits(const State& state, SkuId sku) {
    return state.policies.group_keeps(sku);
}

/// SS[G] for the SKU.
[[nodiscard]] Units group_safety_stock(const State& state, SkuId sku, GroupId group);

/// What a group still gives.
struct GroupShare {
    Units pool = 0;     ///< pool(G): promisable in the group, less the group's safety stock
    Units channel = 0;  ///< of it for the channel: left[c] + shared(G), within its cap
};
/// `promisable` is the sum over the group's locations.
[[nodiscard]] GroupShare group_share(const State& state, ChannelId channel, SkuId sku,
                                     GroupId group, Units promisable);

}  // namespace holdfast::ledger
