// What is expected at each position and when: open lines of purchase orders and goods in transit,
// summed by position and date. It follows from other tables and is kept beside them, so that "how
// much until Friday" needs no walk through documents.
#pragma once

#include <cstdint>
#include <limits>
#include <map>

#include "base/instant.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"

namespace holdfast::ledger {

struct State;

/// Supply whose date nobody told: within no horizon.
inline constexpr std::int64_t due_unknown = std::numeric_limits<std::int64_t>::max();

class ExpectedSupply {
  public:
    struct Key {
        SkuId sku;
        LocationId location;
        std::int64_t due = 0;  ///< microseconds UTC, or due_unknown
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    void add(const Key& key, Units delta);
    /// Units due at `until` or before.
    [[nodiscard]] Units until(SkuId sku, LocationId at, std::int64_t until) const;
    [[nodiscard]] const std::map<Key, Units>& rows() const { return rows_; }

  private:
    std::map<Key, Units> rows_;  // without zeros
};

/// Units inbound to the position or in transit to it that are due at `until` or before. Below zero
/// where more came out of a lane than is known to have gone in.
/// Source  docs/glossary.md, "expected".
Units expected(const State& state, SkuId sku, LocationId at, Instant until);

}  // namespace holdfast::ledger
