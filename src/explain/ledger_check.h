// The ledger's own numbers of what an explanation derives, taken at the moment of the question, so
// that the two can be compared. They share no code.
#pragma once

#include <string_view>
#include <vector>

#include "explain/explanation.h"
#include "ledger/state.h"

namespace holdfast::explain {

/// Numbers by the name of their quantity, as of the state's seq.
struct LedgerNumbers {
    std::uint64_t seq = 0;
    std::vector<std::pair<std::string_view, std::int64_t>> values;
};
LedgerNumbers numbers_of(const ledger::State& state, const Request& request);

struct Difference {
    std::string_view name;
    std::int64_t explained = 0;
    std::int64_t ledger = 0;
};
/// Empty where they agree, as they always must.
std::vector<Difference> differences(const Explanation& explanation, const LedgerNumbers& numbers);

}  // namespace holdfast::explain
