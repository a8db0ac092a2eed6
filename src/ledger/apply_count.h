// Remembers which positions a count corrected, and the moment it holds for. Internal to the ledger.
#pragma once

#include "ledger/ledger.h"

namespace holdfast::ledger {

void apply_count(State& state, const FactView& fact);

}  // namespace holdfast::ledger
