// Another place for units whose own place cannot serve them. Internal to the ledger.
#pragma once

#include "ledger/plan.h"

namespace holdfast::ledger {

/// Units that an order may take from a position: safety stock and buffer are kept for orders.
Units free_for_orders(const State& state, const Position& row);

/// Units of one part that should be promised from elsewhere.
struct MoveRequest {
    SkuId sku;
    LocationId from;
    LocationId target = kNoLocation;  ///< kNoLocation: wherever the channel's pool has them
    ChannelId channel = kNoChannel;
    Units quantity = 0;
    bool beneath_safety = false;  ///< an order's units
    bool some_will_do = false;    ///< moves what it can
};

/// Finds places for the units of one command, each after those before it: one location that has all
/// of them, first in pool order, before safety stock is touched; else the largest ones first, where
/// the channel splits.
class MovePlanner {
  public:
    MovePlanner(const State& state, Arena& arena)
        : state_(state), taken_(arena), offers_(arena, 0), moves_(arena) {}

    struct Move {
        LocationId to;
        Units units = 0;
    };
    struct Answer {
        std::span<const Move> moves;  ///< valid until the next plan
        Refusal refusal = Refusal::none;
        Units available_to_sell = 0;  ///< where it was refused
    };
    /// insufficient_stock or split_not_allowed when not all of them have a place, unless some will
    /// do: then what there is, maybe nothing.
    Answer plan(const MoveRequest& request);
    /// Counts units that something else in the command takes from a position.
    void take(SkuId sku, LocationId at, Units units) { taken_[position_key(sku, at.raw)] += units; }
    /// Forgets units that were planned and will not be moved after all.
    void forget(SkuId sku, LocationId at, Units units) {
        taken_[position_key(sku, at.raw)] -= units;
    }

  private:
    [[nodiscard]] Units left(const Position& row, bool beneath_safety) const;
    void gather(const MoveRequest& request, bool beneath_safety);
    bool take_whole(const MoveRequest& request);
    void add(const MoveRequest& request, LocationId at, Units units);

    const State& state_;
    TakenUnits taken_;
    ArenaList<Offer> offers_;
    ArenaList<Move> moves_;
};

}  // namespace holdfast::ledger
