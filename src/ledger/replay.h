// Replaying stored facts: recovery, verification and timing all take this road.
#pragma once

#include <functional>

#include "base/result.h"
#include "canonical/fact.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Parses and applies every fact of a batch's body that the state does not have yet, in order, and
/// tells `applied` of each right after it: machines that follow the ledger take it there.
/// Failures  what FactView::parse says; corrupt when a fact is missing between two.
Result<void> replay(State& state, ByteSpan body,
                    const std::function<void(const FactView&)>& applied = {});

}  // namespace holdfast::ledger
