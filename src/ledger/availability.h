// What may be sold now. Formulas: docs/glossary.md, "available to sell".
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/planted.h"
#include "ledger/state.h"

namespace holdfast::ledger {

struct Availability {
    Units units = 0;
    std::uint64_t seq = 0;  ///< of the newest fact behind the number; 0 = none
};

/// SS of a position. Safety stock is subtracted once: where its group has a row for the SKU, that
/// level is the named one, and the position keeps nothing back.
[[nodiscard]] std::int32_t safety_stock_at(const State& state, SkuId sku, LocationId at);
/// Sets the policies that a position caches.
void refresh_policies(const State& state, Position& row);

/// What is promisable of a row whose location is closed or offline.
[[nodiscard]] Units promisable_from_odd_location(const State& state, const Position& row);
/// Units that a location gives at most: promisable; nothing when it is closed; of a node that is
/// offline what is above its offline buffer, and nothing where it has none.
[[nodiscard]] inline Units promisable_at(const State& state, const Position& row) {
    if (planted(Bug::net_negative_location))
        return row.free() - row.safety_stock - Units{row.buffer};
    if (planted(Bug::safety_stock_ignored))
        return std::max<Units>(0, row.free() - Units{row.buffer});
    if (planted(Bug::safety_stock_twice))
        return std::max<Units>(0, row.promisable() - row.safety_stock);
    const bool plain = state.location_rows[row.location.raw].plain();
    if (plain || planted(Bug::sell_from_closed_location)) return row.promisable();
    return promisable_from_odd_location(state, row);
}

/// The same once `returned` of its reserved units are given back.
[[nodiscard]] inline Units promisable_at(const State& state, const Position& row, Units returned) {
    if (returned == 0) return promisable_at(state, row);
    Position after = row;
    after.reserved -= returned;
    return promisable_at(state, after);
}

/// ATS(c): over the channel's pool, what its groups leave the channel; the largest single location
/// where the channel does not split; 0 without a pool. No netting of negative locations.
[[nodiscard]] Availability available_to_sell(const State& state, ChannelId channel, SkuId sku);
/// ATS(c, l): what a line that names the location can get. 0 outside the channel's pool.
[[nodiscard]] Availability available_to_sell(const State& state, ChannelId channel, SkuId sku,
                                             LocationId at);

}  // namespace holdfast::ledger
