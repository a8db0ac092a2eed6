#include "ledger/expected_supply.h"

#include "ledger/state.h"

namespace holdfast::ledger {

void ExpectedSupply::add(const Key& key, Units delta) {
    if (delta == 0) return;
    const auto row = rows_.try_emplace(key).first;
    row->second += delta;
    if (row->second == 0) rows_.erase(row);
}

Units ExpectedSupply::until(SkuId sku, LocationId at, std::int64_t until) const {
    Units units = 0;
    const Key first{sku, at, std::numeric_limits<std::int64_t>::min()};
    for (auto row = rows_.lower_bound(first); row != rows_.end(); ++row) {
        if (row->first.sku != sku || row->first.location != at || row->first.due > until) break;
        units += row->second;
    }
    return units;
}

Units expected(const State& state, SkuId sku, LocationId at, Instant until) {
    // due_unknown is the greatest moment there is: it is within no horizon, not even an endless
    // one.
    return state.expected.until(sku, at, std::min(to_raw(until), due_unknown - 1));
}

}  // namespace holdfast::ledger
