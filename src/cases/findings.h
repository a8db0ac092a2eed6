// What a fact that raises a kind of case is about: one finding for each thing that a person would
// look at by itself.
#pragma once

#include <vector>

#include "canonical/fact.h"
#include "cases/case_row.h"
#include "cases/ledger_view.h"

namespace holdfast::cases {

struct Finding {
    Subject subject;
    Units units = 0;  ///< at risk: the ledger's number now, or what the fact moved
};

/// At least one, in order of SKU and location: a raise is never lost because nothing of the fact
/// fits the kind.
[[nodiscard]] std::vector<Finding> findings_of(CaseKind kind, const FactView& fact,
                                               const LedgerView& ledger);

}  // namespace holdfast::cases
