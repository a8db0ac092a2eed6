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
    /// Visits (date, units) of one position by date.
    template <class Visit>
    void for_each_at(SkuId sku, LocationId at, Visit&& visit) const {
        const Key first{sku, at, std::numeric_limits<std::int64_t>::min()};
        for (auto row = rows_.lower_bound(first);
             row != rows_.end() && row->first.sku == sku && row->first.location == at; ++row)
            visit(row->first.due, row->second);
    }
    /// Visits the locations at which some of the SKU is expected, in order.
    template <class Visit>
    void for_each_location_of(SkuId sku, Visit&& visit) const {
        Key next{.sku = sku, .due = std::numeric_limits<std::int64_t>::min()};
        for (auto row = rows_.lower_bound(next); row != rows_.end() && row->first.sku == sku;
             row = rows_.lower_bound(next)) {
            visit(row->first.location);
            next.location = LocationId{row->first.location.raw + 1};
        }
    }
    [[nodiscard]] const std::map<Key, Units>& rows() const { return rows_; }

  private:
    std::map<Key, Units> rows_;  // without zeros
};

/// Units inbound to the position or in transit to it that are due at `until` or before. Below zero
/// where more came out of a lane than is known to have gone in.
/// Source  docs/glossary.md, "expected".
Units expected(const State& state, SkuId sku, LocationId at, Instant until);

}  // namespace holdfast::ledger
