// Adds a fact to the lines of the purchase order that it is about. Internal to the ledger.
#pragma once

#include "ledger/ledger.h"

namespace holdfast::ledger {

void apply_inbound(State& state, const FactView& fact);

}  // namespace holdfast::ledger
