// Says in words where the ledger and its twin first disagree. For tests only.
#pragma once

#include <optional>
#include <string>

#include "ledger/outcome.h"
#include "ledger/state.h"
#include "ledger/twin.h"

namespace holdfast::ledger {

/// The first difference of all that can be observed: codes, levels, reservations and their parts,
/// orders, keys, sources, policies, API keys, promisable units. Nothing when the two agree.
std::optional<std::string> first_difference(const State& state, const Twin& twin);

/// The same for one answer and the facts it wrote.
std::optional<std::string> first_difference(const Outcome& outcome, ByteSpan facts,
                                            const TwinOutcome& expected);

/// What the postings of a fact sum to, without those that cancel out.
std::map<TwinPosting, Units> net_postings(const FactView& fact);

/// The part of first_difference that compares what waits for supply (twin_compare_backorders.cc).
std::optional<std::string> first_backorder_difference(const State& state, const Twin& twin);

/// The part of first_difference that compares goods on their way (twin_compare_movements.cc).
std::optional<std::string> first_movement_difference(const State& state, const Twin& twin);

}  // namespace holdfast::ledger
