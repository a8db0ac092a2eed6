// The part of apply that changes what stock is measured against. Internal to the ledger.
#pragma once

#include "ledger/ledger.h"

namespace holdfast::ledger {

/// Sets the policies that a position caches.
void refresh_policies(const State& state, Position& row);
/// Nothing for facts that are not reference data.
void apply_reference_data(State& state, const FactView& fact);

}  // namespace holdfast::ledger
