// What a fact changes of the use of quotas. It follows from the fact's other postings, so that no
// decider needs to know of quotas: k rises with each unit promised to the channel in the group, or
// sold at its till; it falls when one ends unshipped or leaves the group, and stays when it ships.
// Internal to the ledger.
#pragma once

#include <map>
#include <utility>

#include "canonical/fact.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Of one entry, fact by fact: the state does not know yet what earlier facts of the entry did.
class QuotaUse {
  public:
    /// Adds the postings of used units to the open fact, and quota_overcommitted to the cases it
    /// raises where use exceeds a cap or where more is missing of what is guaranteed than before.
    void complete(const State& state, FactWriter& fact);

  private:
    using Position = std::pair<SkuId, LocationId>;
    using Use = std::pair<SkuId, std::uint32_t>;  // SKU and place
    struct Changes;
    [[nodiscard]] Units missing(const State& state, SkuId sku, GroupId group) const;
    bool write(const State& state, FactWriter& fact, const Changes& changes);

    std::map<Use, Units> used_;
    std::map<Position, Units> free_;
};

/// What of a SKU is guaranteed in a group beyond what is promisable there: K - k summed, less the
/// pool. Below zero: the guarantees are covered.
[[nodiscard]] Units guaranteed_beyond_pool(const State& state, SkuId sku, GroupId group);

}  // namespace holdfast::ledger
