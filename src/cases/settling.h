// Facts that settle a case by what they are, not by a level that they change: the node speaks
// again, the missing number came, the order came.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "canonical/fact.h"
#include "cases/case_row.h"
#include "cases/ledger_view.h"

namespace holdfast::cases {

/// What a live case waits for.
struct Settling {
    CaseKind kind{};
    std::uint32_t id = kNoId;  ///< of the node or the source
    std::string order;
    friend auto operator<=>(const Settling&, const Settling&) = default;
};

/// Nothing where a level or a person settles the case.
[[nodiscard]] std::optional<Settling> awaited_by(const Case& row);

/// What the fact brings about. A number that comes late settles nothing while the source still
/// misses others that a case was raised for, and one of several orders with the same number settles
/// nothing while events wait for another.
[[nodiscard]] std::vector<Settling> settled_by(const FactView& fact, const LedgerView& ledger);

}  // namespace holdfast::cases
