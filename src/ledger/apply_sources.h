// Internal to the ledger.
#pragma once

#include "canonical/fact.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Adds facts about sources: new epochs, gaps that were told, who is believed.
void apply_to_sources(State& state, const FactView& fact);

}  // namespace holdfast::ledger
