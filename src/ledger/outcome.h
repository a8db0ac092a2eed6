// What decide answers, in the words that all machines share.
#pragma once

#include "canonical/decision.h"

namespace holdfast::ledger {

using holdfast::LineProblem;
using holdfast::Outcome;
using holdfast::refused;
using holdfast::Stamp;

}  // namespace holdfast::ledger
