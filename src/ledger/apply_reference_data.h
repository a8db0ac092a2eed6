// The part of apply that changes what stock is measured against. Internal to the ledger.
#pragma once

#include "ledger/ledger.h"

namespace holdfast::ledger {

/// Nothing for facts that are not reference data.
void apply_reference_data(State& state, const FactView& fact);

}  // namespace holdfast::ledger
