// Units that nobody wants any more. Internal to the ledger.
#pragma once

#include "ledger/reservation_changes.h"

namespace holdfast::ledger {

/// Takes up to `wanted` units of these parts (of one line): those on back-order first, then those
/// reserved, then allocated ones, the picked ones last. Allocated units stay where they are and are
/// marked: the node's word ends them. `backwards` begins at the last part. Tells how many it was.
Units cancel_units(ReservationChanges& changes, std::span<const std::uint32_t> parts, Units wanted,
                   bool backwards = false);

/// Units of a part that cancel_units could still take.
inline Units cancellable(const PartCounts& counts) { return counts.open() - counts.cancel_pending; }

}  // namespace holdfast::ledger
