// The part of an explanation that is about what a channel may sell. Internal to the folder.
#pragma once

#include "explain/moment.h"
#include "explain/node.h"

namespace holdfast::explain {

/// ATS(c): over the channel's pool, each location nested.
Node available_to_sell(Moment& moment, ChannelId channel, SkuId sku);
/// ATS(c, l): what a line that names the location can get. `promisable` is the position's.
Node available_to_sell_here(Moment& moment, ChannelId channel, SkuId sku, LocationId at,
                            Node promisable);

/// What may be promised from a location, with all that it follows from.
Node nested_promisable(Moment& moment, SkuId sku, LocationId at);
/// Whether a group keeps stock of the SKU together, or shares it out, at this moment.
bool has_group_limits(Moment& moment, SkuId sku, std::uint32_t group);
/// What a group still gives one channel: what no guarantee claims, and what is left of its own,
/// within its cap. Where there are no quotas, its pool.
Node group_share(Moment& moment, ChannelId channel, SkuId sku, std::uint32_t group);
/// Locations of the pool where the SKU ever was, in pool order.
std::vector<LocationId> stocked(Moment& moment, SkuId sku, const Members& pool);
/// ATS(c) of a channel that has no pool.
Node nothing_to_sell(const Channel& of);
/// Whether the channel splits, and its pool.
std::vector<Node> pool_settings(const Channel& of, const Members& pool);

}  // namespace holdfast::explain
