// How a change of a group's members changes the use of its quotas. Internal to the ledger.
#pragma once

#include <map>

#include "ledger/arena_list.h"
#include "ledger/deciders.h"

namespace holdfast::ledger {

/// Units promised at a location that comes into the group count as used there from now on, and
/// those at one that leaves it no longer. False when it would move more than quota_moves_max
/// numbers. Walks all reservations, but only of a group that has quotas.
[[nodiscard]] bool moved_use(const Context& context, GroupId group,
                             std::span<const LocationId> members, ArenaList<Posting>& postings,
                             bool& beyond_cap);

}  // namespace holdfast::ledger
