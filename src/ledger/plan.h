// Sourcing: which location gives the units of each line. Looks at the state, changes nothing.
// Lines that name a location come first, then the pool's; lines of one SKU share what is left.
// Internal to the ledger. Rules: docs/architecture.md, "Sourcing".
#pragma once

#include <span>

#include "base/arena.h"
#include "canonical/command.h"
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
};

struct Plan {
    std::span<const PlannedPart> parts;     ///< by request line, then in the order taken
    std::span<const LineProblem> problems;  ///< by request line
};

/// Plans `lines` for a channel, refusing line by line. Every line is either wholly planned or has
/// exactly one problem.
/// Refuses  quantity_must_be_positive, quantity_too_large, duplicate_line, unknown_sku,
///          unknown_location, location_not_in_pool, channel_has_no_pool, insufficient_stock,
///          split_not_allowed.
Plan plan_lines(const State& state, ChannelId channel, std::span<const Line> lines, Arena& arena);

/// Units that a location gives at most: promisable, or nothing when it is disabled.
Units promisable_at(const State& state, const Position& row);

/// Places `quantity` by force: what is promisable along the pool, then what is free beneath safety
/// stock and buffer, then the rest at the first location whatever its level. `taken` says what
/// earlier lines of the same command took already.
struct ForcedRequest {
    std::uint32_t line_index = 0;
    std::uint64_t line = 0;
    SkuId sku;
    LocationId location = kNoLocation;  ///< force it all here
    ChannelId channel = kNoChannel;
    LocationId fallback = kNoLocation;  ///< where the channel has no pool, if `has_fallback`
    bool has_fallback = false;
    Units quantity = 0;
};
/// The parts, and how many units of them nobody has (oversold).
struct ForcedPlan {
    std::span<const PlannedPart> parts;
    Units oversold = 0;
    Refusal refusal = Refusal::none;  ///< location_required, unknown_location
};
ForcedPlan plan_forced(const State& state, const ForcedRequest& request,
                       std::span<const PlannedPart> taken, Arena& arena);

/// Problems that need no stock to be seen: quantities, codes, line numbers.
Refusal malformed(const State& state, ChannelId channel, const Line& line);
/// The caller's number of a line: its own, or its position from 1.
inline std::uint64_t line_number(const Line& line, std::size_t index) {
    return line.line != 0 ? line.line : index + 1;
}
/// Marks lines whose number was used before by an earlier line. Empty when there is none.
std::span<const bool> duplicate_lines(std::span<const Line> lines, Arena& arena);

}  // namespace holdfast::ledger
