// What may be promised from supply that is to come, for when, and whether what was promised is
// still covered. Formulas: docs/glossary.md, "backorderable" and "promise date".
#pragma once

#include "base/arena.h"
#include "canonical/fact.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// What a command has changed at a position before it asks.
struct BackordersAhead {
    Units waiting = 0;   ///< put on back-order
    Units returned = 0;  ///< promised no more; below zero: promised
};

/// BL less what waits, and supply inside the horizon less what waits and is oversold: whichever is
/// less. Nothing where the location is closed or the SKU not sold from it.
[[nodiscard]] Units backorderable(const State& state, SkuId sku, LocationId at, Instant now,
                                  const BackordersAhead& ahead = {});

/// When there is supply for `units` more, behind those ahead and everything promised for as early:
/// the first date from which on it stays enough. due_unknown where it never is.
[[nodiscard]] std::int64_t promise_date(const State& state, SkuId sku, LocationId at, Instant now,
                                        Units units, const BackordersAhead& ahead = {});

/// Whether an entry leaves more back-orders than before beyond all that is expected somewhere.
/// `lane_to` is where lanes lead that the state does not know yet. Internal to the ledger.
bool leaves_uncovered(const State& state, std::span<const Posting> postings, LocationId lane_to,
                      Arena& arena);

/// Supply of a position that comes at a date, or (below zero) does no longer.
struct SupplyChange {
    SkuId sku;
    LocationId location;
    std::int64_t due = 0;
    Units delta = 0;
};
/// Whether the changes leave more units than before later than they were promised. Internal to the
/// ledger.
bool leaves_late(const State& state, std::span<const SupplyChange> changes, Arena& arena);

}  // namespace holdfast::ledger
