// Which supply serves units that no stock serves: one location that has enough of it, the earliest
// first; else several in pool order. Looks at the state, changes nothing. Internal to the ledger.
#pragma once

#include "ledger/backorders.h"
#include "ledger/plan.h"

namespace holdfast::ledger {

class BackorderPlanner {
  public:
    struct Request {
        SkuId sku;
        LocationId location = kNoLocation;  ///< nowhere else
        const PoolRow* pool = nullptr;      ///< else from here
        Units quantity = 0;
    };
    struct Piece {
        LocationId location;
        Units units = 0;
        std::int64_t due = due_unknown;
    };
    /// `taken`: units that the command promises from stock. `budget` bounds what waits as well, and
    /// counts it.
    BackorderPlanner(const State& state, Instant now, const TakenUnits& taken,
                     ChannelBudget& budget, Arena& arena)
        : state_(state),
          now_(now),
          taken_(taken),
          budget_(budget),
          waiting_(arena),
          offers_(arena, 0),
          pieces_(arena) {}

    /// Units that may still be put on back-order at the position.
    [[nodiscard]] Units room(SkuId sku, LocationId at);
    /// Plans as many of the units as there is supply for; what it plans is counted. Valid until the
    /// next call.
    std::span<const Piece> plan(const Request& request);
    /// Plans them at one location, which has room.
    const Piece& plan_at(SkuId sku, LocationId at, Units units);
    /// Forgets units that were planned and will not be promised after all.
    void forget(SkuId sku, LocationId at, Units units);

  private:
    [[nodiscard]] BackordersAhead ahead(SkuId sku, LocationId at) const;

    const State& state_;
    Instant now_;
    const TakenUnits& taken_;
    ChannelBudget& budget_;
    TakenUnits waiting_;
    ArenaList<Offer> offers_;
    ArenaList<Piece> pieces_;
};

/// Plans on back-order, in whole or for what no stock is left, the lines that a plan refused for
/// want of stock: each all or none, in the order of the request. Lines that still fail keep their
/// problem, or are told backorder_limit_reached.
Plan plan_on_backorder(const State& state, Instant now, ChannelId channel,
                       std::span<const Line> lines, const Plan& plan, Arena& arena);

/// Whether some of the parts wait for supply.
inline bool waits(std::span<const PlannedPart> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [](const PlannedPart& part) { return part.bucket == Bucket::backordered; });
}

}  // namespace holdfast::ledger
