#include "ledger/group_limits.h"

#include <algorithm>

namespace holdfast::ledger {

Units group_safety_stock(const State& state, SkuId sku, GroupId group) {
    return state.policies.effective(PolicyKind::group_safety_stock, sku, LocationId{group.raw});
}

GroupShare group_share(const State& state, ChannelId /*channel*/, SkuId sku, GroupId group,
                       Units promisable) {
    const Units pool = std::max<Units>(0, promisable - group_safety_stock(state, sku, group));
    return {.pool = pool, .channel = pool};
}

}  // namespace holdfast::ledger
