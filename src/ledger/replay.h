// Replaying stored facts: recovery, verification and timing all take this road.
#pragma once

#include "base/result.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Parses and applies every fact of a batch's body that the state does not have yet, in order.
/// Failures  what FactView::parse says; corrupt when a fact is missing between two.
Result<void> replay(State& state, ByteSpan body);

}  // namespace holdfast::ledger
