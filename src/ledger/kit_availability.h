// What may be sold of kits: as many as their components allow. Nothing is stored. Formulas:
// docs/glossary.md, "kit".
#pragma once

#include "ledger/availability.h"

namespace holdfast::ledger {

/// ATS(c) of a kit: over the locations of the channel's pool, the fewest kits that any component
/// allows there; of a group's locations no more than it leaves the channel of any component. The
/// largest single location where the channel does not split.
[[nodiscard]] Availability kits_to_sell(const State& state, ChannelId channel,
                                        const Recipe& recipe);
/// ATS(c, l) of a kit: the fewest that any component allows at the location.
[[nodiscard]] Availability kits_to_sell(const State& state, ChannelId channel, const Recipe& recipe,
                                        LocationId at);
/// How many a location has components for, whoever sells them.
[[nodiscard]] Availability kits_promisable(const State& state, const Recipe& recipe, LocationId at);

}  // namespace holdfast::ledger
