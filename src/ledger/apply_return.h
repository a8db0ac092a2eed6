// Adds a fact to the announced return that it is about. Internal to the ledger.
#pragma once

#include "ledger/ledger.h"

namespace holdfast::ledger {

void apply_return(State& state, const FactView& fact);

}  // namespace holdfast::ledger
