// What may be sold now. Formulas: docs/glossary.md, "available to sell".
#pragma once

#include <cstdint>

#include "ledger/state.h"

namespace holdfast::ledger {

struct Availability {
    Units units = 0;
    std::uint64_t seq = 0;  ///< of the newest fact behind the number; 0 = none
};

/// ATS(c): over the channel's pool, Σ promisable; the largest single location where the channel
/// does not split; 0 without a pool. No netting of negative locations.
[[nodiscard]] Availability available_to_sell(const State& state, ChannelId channel, SkuId sku);
/// ATS(c, l): what a line that names the location can get. 0 outside the channel's pool.
[[nodiscard]] Availability available_to_sell(const State& state, ChannelId channel, SkuId sku,
                                             LocationId at);

}  // namespace holdfast::ledger
