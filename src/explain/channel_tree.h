// The part of an explanation that is about what a channel may sell. Internal to the folder.
#pragma once

#include "explain/moment.h"
#include "explain/node.h"

namespace holdfast::explain {

/// ATS(c): over the channel's pool, each location nested.
Node available_to_sell(Moment& moment, ChannelId channel, SkuId sku);
/// ATS(c, l): what a line that names the location can get. `promisable` is the position's.
Node available_to_sell_here(Moment& moment, ChannelId channel, SkuId sku, LocationId at,
                            const Node& promisable);

}  // namespace holdfast::explain
