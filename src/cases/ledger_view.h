// What the cases machine may ask of the ledger: numbers as they are once a fact is applied there.
// The driver applies each fact to the ledger first and to the cases right after it, in service and
// in replay alike, so the same facts always meet the same numbers.
#pragma once

#include <string_view>

#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "canonical/vocabulary.h"

namespace holdfast::cases {

/// How far a source's own numbers have been recorded.
struct NumbersOfSource {
    std::uint64_t highest = 0;
    bool misses_overdue = false;  ///< something is missing that a case was raised for
};

class LedgerView {
  public:
    virtual ~LedgerView() = default;
    /// 0 where nothing was ever recorded.
    [[nodiscard]] virtual Units level(SkuId sku, LocationId at, Bucket bucket) const = 0;
    /// Units that the reservation still has promised of the SKU at the location, held or with the
    /// node's work.
    [[nodiscard]] virtual Units promised(ReservationId reservation, SkuId sku,
                                         LocationId at) const = 0;
    /// Where the goods of a lane go; kNoLocation for a lane nobody knows.
    [[nodiscard]] virtual LocationId lane_ends_at(std::uint32_t lane) const = 0;
    [[nodiscard]] virtual NumbersOfSource numbers_of(NameId source) const = 0;
    /// Whether events still wait for an order of this number that a case was raised for.
    [[nodiscard]] virtual bool overdue_for(std::string_view order) const = 0;
};

}  // namespace holdfast::cases
