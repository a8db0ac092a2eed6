// Shared by everything that moves physical stock. Internal to the ledger.
#pragma once

#include "ledger/deciders.h"

namespace holdfast::ledger {

/// Whether every level stays within +-level_max once the postings are added.
bool levels_stay_in_range(const State& state, std::span<const Posting> postings, Arena& arena);

/// Cases that a decrease raises: sellable below zero, promises without stock. `all` are the fact's
/// postings, promises included.
std::span<const CaseKind> cases_of_decrease(const State& state, std::span<const Posting> physical,
                                            std::span<const Posting> all, Arena& arena);

}  // namespace holdfast::ledger
