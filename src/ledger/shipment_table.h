// What shipments and pickups did, by the number of their document, so that a void can undo exactly
// that. Kept for as long as a reservation that ended with the shipment stays readable.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/flat_map.h"
#include "base/instant.h"
#include "canonical/fact.h"
#include "ledger/reservation_table.h"

namespace holdfast::ledger {

/// One change that a shipment made: of a bucket, or of the mark of a pending cancellation.
struct ShippedChange {
    std::uint64_t reservation = 0;  ///< whose it was; 0 = the order was not known, or none named
    Units delta = 0;
    SkuId sku;
    LocationId location;
    std::uint32_t part = kNoId;  ///< of the reservation; kNoId = the goods themselves
    std::uint8_t bucket = 0;     ///< a Bucket; 0 = cancel_pending
    std::uint8_t spare[3] = {};
};
static_assert(sizeof(ShippedChange) == 32);

struct ShipmentRow {
    std::int64_t generation = 0;         ///< of its first fact
    std::vector<ShippedChange> changes;  ///< not voided; none = all was voided
};

class ShipmentTable {
  public:
    [[nodiscard]] const ShipmentRow* find(std::uint64_t document) const {
        const auto row = rows_.find(document);
        return row == rows_.end() ? nullptr : &row->second;
    }
    /// Changes of all shipments together.
    [[nodiscard]] std::uint64_t size() const { return changes_; }

    // Changes, by apply and checkpoint loading only.
    void add(std::uint64_t document, const ShippedChange& change, Instant now);
    /// Forgets what a document did for one reservation: it was undone.
    void drop(std::uint64_t document, std::uint64_t reservation);
    void restore(std::uint64_t document, ShipmentRow row);
    /// Forgets documents that are too old at `now`.
    void advance(Instant now);

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [document, row] : rows_) visit(document, row);
    }

  private:
    struct Made {
        std::int64_t generation = 0;
        std::vector<std::uint64_t> documents;
    };
    void list(std::uint64_t document, std::int64_t generation);

    FlatMap<std::uint64_t, ShipmentRow> rows_;
    std::uint64_t changes_ = 0;
    std::deque<Made> made_;  // oldest first
};

}  // namespace holdfast::ledger
