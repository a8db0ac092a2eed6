// Internal to the ledger: called by apply, for every fact.
#pragma once

#include "canonical/fact.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Remembers what a shipment with a document did, and forgets what a void undid.
void apply_to_shipments(State& state, const FactView& fact);

}  // namespace holdfast::ledger
