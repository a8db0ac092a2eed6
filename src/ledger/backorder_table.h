// Which units of which orders wait for supply, what date they were promised for, and whose turn it
// is when supply comes: the earliest promise first, and of one date what has waited longest.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "ledger/expected_supply.h"

namespace holdfast::ledger {

/// A part of a reservation.
struct PartRef {
    std::uint64_t reservation = 0;
    std::uint32_t part = 0;
    friend auto operator<=>(const PartRef&, const PartRef&) = default;
};

struct BackorderRow {
    SkuId sku;
    LocationId location;             ///< where the supply is due
    std::int64_t due = due_unknown;  ///< promised for; that of its last unit
    std::uint64_t since = 0;         ///< the fact that put the first of its units on back-order
    Units units = 0;                 ///< above zero
    friend bool operator==(const BackorderRow&, const BackorderRow&) = default;
};

class BackorderTable {
  public:
    using Rows = std::map<PartRef, BackorderRow>;
    [[nodiscard]] const BackorderRow* find(const PartRef& part) const {
        const auto row = rows_.find(part);
        return row == rows_.end() ? nullptr : &row->second;
    }
    [[nodiscard]] const Rows& rows() const { return rows_; }
    [[nodiscard]] std::uint64_t size() const { return rows_.size(); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// Units promised by position and date.
    [[nodiscard]] const ExpectedSupply& promised() const { return promised_; }
    /// Visits (part, row) of those that wait at a position in the order in which they are served.
    /// `visit` returns false to stop.
    template <class Visit>
    void for_each_waiting(SkuId sku, LocationId at, Visit&& visit) const {
        const Turn first{
            .sku = sku, .location = at, .due = std::numeric_limits<std::int64_t>::min()};
        for (auto turn = queue_.lower_bound(first);
             turn != queue_.end() && turn->sku == sku && turn->location == at; ++turn)
            if (!visit(turn->of, rows_.find(turn->of)->second)) return;
    }

    // Changes, by apply and checkpoint loading only.
    /// More units (above zero, promised for `due`) or fewer of a part wait.
    void add(const PartRef& part, SkuId sku, LocationId at, Units delta, std::int64_t due,
             std::uint64_t seq);
    void restore(const PartRef& part, const BackorderRow& row);

  private:
    struct Turn {
        SkuId sku;
        LocationId location;
        std::int64_t due = 0;
        std::uint64_t since = 0;
        PartRef of;
        friend auto operator<=>(const Turn&, const Turn&) = default;
    };
    void enter(const PartRef& part, const BackorderRow& row);
    void leave(const PartRef& part, const BackorderRow& row);

    Rows rows_;
    std::set<Turn> queue_;
    ExpectedSupply promised_;
};

}  // namespace holdfast::ledger
