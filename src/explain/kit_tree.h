// The parts of an explanation that are about a kit: it is sold from its components, and so are its
// numbers. Internal to the folder. Rules: docs/glossary.md, "kit".
#pragma once

#include "explain/moment.h"
#include "explain/node.h"

namespace holdfast::explain {

/// `promisable` of a kit: as many as any of its components allows at the location.
Node kits_promisable(Moment& moment, const readmodel::SoldBy& kit, LocationId at);
/// `available_to_sell_here` of a kit: as many as the channel may sell of any of its components
/// there.
Node kits_to_sell_here(Moment& moment, ChannelId channel, const readmodel::SoldBy& kit,
                       LocationId at);
/// `available_to_sell` of a kit: over the locations of the pool, each kit whole from one of them;
/// of a group no more than it leaves the channel of any component.
Node kits_to_sell(Moment& moment, ChannelId channel, const readmodel::SoldBy& kit);

}  // namespace holdfast::explain
