// Sourcing: which location gives the units of each line. Looks at the state, changes nothing.
// Lines that name a location come first, then the pool's; lines of one SKU share what is left.
// Internal to the ledger. Rules: docs/architecture.md, "Sourcing".
#pragma once

#include <span>

#include "base/arena.h"
#include "canonical/command.h"
#include "ledger/arena_list.h"
#include "ledger/arena_map.h"
#include "ledger/availability.h"
#include "ledger/channel_budget.h"
#include "ledger/offer.h"
#include "ledger/outcome.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Units of one line at one location.
struct PlannedPart {
    std::uint32_t line_index = 0;
    std::uint64_t line = 0;  ///< the caller's line number
    SkuId sku;
    LocationId location;
    Units quantity = 0;
    Bucket bucket = Bucket::reserved;  ///< or backordered: from supply that is due there
    std::int64_t due = 0;              ///< back-ordered units: what date they are promised for
    std::uint32_t recipe = 0;          ///< of the kit that the line asks for; 0: of the item itself
};

struct Plan {
    std::span<const PlannedPart> parts;     ///< by request line, then in the order taken
    std::span<const LineProblem> problems;  ///< by request line
};

/// Units that a command gives back before it takes any, by position.
using ReturnedUnits = ArenaMap<Units>;

/// Plans `lines` for a channel, refusing line by line. Every line is either wholly planned or has
/// exactly one problem, unless there are more parts than a reservation may have: then the caller
/// refuses, and what is behind them is not planned.
/// Refuses  quantity_must_be_positive, quantity_too_large, duplicate_line, unknown_sku,
///          unknown_location, location_not_in_pool, channel_has_no_pool, insufficient_stock,
///          split_not_allowed.
Plan plan_lines(const State& state, ChannelId channel, std::span<const Line> lines, Arena& arena,
                const ReturnedUnits* returned = nullptr);
/// The same where some line asks for a kit (plan_kits.cc).
Plan plan_with_kits(const State& state, ChannelId channel, std::span<const Line> lines,
                    Arena& arena, const ReturnedUnits* returned);

/// Units of one line that must be promised whatever the stock.
struct ForcedRequest {
    std::uint32_t line_index = 0;
    std::uint64_t line = 0;
    SkuId sku;
    LocationId location = kNoLocation;  ///< force it all here
    ChannelId channel = kNoChannel;
    LocationId fallback = kNoLocation;  ///< where the channel has no pool, if `has_fallback`
    bool has_fallback = false;
    Units quantity = 0;
    std::uint32_t recipe = 0;  ///< of the kit whose component it is
};

class BackorderPlanner;

/// Places the lines of one command by force, each one after those before it: what the channel may
/// sell along the pool, then what is promisable but kept for others by groups, then what is free
/// beneath safety stock and buffer, then the rest at the first location whatever its level.
class ForcedPlanner {
  public:
    ForcedPlanner(const State& state, ChannelId channel, Arena& arena)
        : state_(state),
          taken_(arena),
          parts_(arena),
          offers_(arena),
          budget_(state, channel, arena) {}

    /// Why the units cannot even be forced anywhere: location_required, unknown_location, or none.
    [[nodiscard]] Refusal refusal(const ForcedRequest& request) const;
    /// Plans a request that is not refused. Once there are more parts than a reservation may have
    /// the rest is not planned: the caller refuses.
    /// What nobody has is promised from supply before it is oversold, if `waiting` is given: one
    /// that was made with this planner's taken() and budget().
    void plan(const ForcedRequest& request, BackorderPlanner* waiting = nullptr);
    /// Counts units that something else in the command promises.
    void take(SkuId sku, LocationId at, Units units);

    [[nodiscard]] const TakenUnits& taken() const { return taken_; }
    [[nodiscard]] ChannelBudget& budget() { return budget_; }
    [[nodiscard]] std::span<const PlannedPart> parts() const { return parts_.view(); }
    [[nodiscard]] bool fits() const { return parts_.size() <= parts_per_reservation_max; }
    /// Units of the parts that nobody has.
    [[nodiscard]] Units oversold() const { return oversold_; }

  private:
    /// Where to look: a pool, or one location alone.
    struct Along {
        const PoolRow* pool = nullptr;
        LocationId first = kNoLocation;
    };
    [[nodiscard]] Along along(const ForcedRequest& request) const;
    /// How far down a location is emptied.
    enum class Depth : std::uint8_t { sellable, promisable, free };
    void gather(std::span<const Position> rows, const PoolRow* pool, Depth depth);
    void add(const ForcedRequest& request, LocationId at, Units units);
    Units wait(const ForcedRequest& request, const Along& where, Units wanted,
               BackorderPlanner& waiting);

    const State& state_;
    TakenUnits taken_;
    ArenaList<PlannedPart> parts_;
    ArenaList<Offer> offers_;  // of one line; kept so that many lines share its memory
    ChannelBudget budget_;
    std::size_t first_of_line_ = 0;
    Units oversold_ = 0;
};

/// What stands against where the line wants its units from: unknown_location, location_not_in_pool,
/// channel_has_no_pool, or none.
Refusal place_refusal(const State& state, ChannelId channel, const Line& line);
/// Problems that need no stock to be seen: quantities, codes, line numbers.
Refusal malformed(const State& state, ChannelId channel, const Line& line);
/// The caller's number of a line: its own, or its position from 1.
inline std::uint64_t line_number(const Line& line, std::size_t index) {
    return line.line != 0 ? line.line : index + 1;
}
/// Marks lines whose number was used before by an earlier line. Empty when there is none.
std::span<const bool> duplicate_lines(std::span<const Line> lines, Arena& arena);

}  // namespace holdfast::ledger
