// What a transfer knows beside its reservation row: when its units are due. Rare enough to stand
// beside the rows, which orders have by the million.
#pragma once

#include <cstdint>

#include "base/flat_map.h"
#include "canonical/ids.h"
#include "ledger/expected_supply.h"

namespace holdfast::ledger {

class TransferTable {
  public:
    [[nodiscard]] std::int64_t due(ReservationId id) const {
        const auto row = due_.find(id.raw);
        return row == due_.end() ? due_unknown : row->second;
    }
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [id, due] : due_) visit(ReservationId{id}, due);
    }
    [[nodiscard]] std::uint64_t size() const { return due_.size(); }

    // Changes, by apply and checkpoint loading only.
    void set_due(ReservationId id, std::int64_t due) { due_[id.raw] = due; }
    void erase(ReservationId id) { due_.erase(id.raw); }

  private:
    FlatMap<std::uint64_t, std::int64_t> due_;  // of transfers that have not ended
};

}  // namespace holdfast::ledger
