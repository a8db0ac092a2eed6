// Internal to the ledger.
#pragma once

#include "canonical/fact.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Parks, tells and settles events that came before their cause, as the fact says.
void apply_parked(State& state, const FactView& fact);

}  // namespace holdfast::ledger
