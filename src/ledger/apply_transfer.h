// Adds a fact to lanes and to what they make expected. Internal to the ledger.
#pragma once

#include "ledger/ledger.h"

namespace holdfast::ledger {

/// Numbers the lanes that the fact is the first to use: before its postings are added.
void apply_new_lanes(State& state, const FactView& fact);
/// One posting of a lane: its level, and what is in transit to its destination.
void apply_lane_posting(State& state, const FactView& fact, const Posting& posting);
/// Moves what the transfer makes expected, before the fact is added to its reservation.
void apply_transfer_supply(State& state, const FactView& fact);

}  // namespace holdfast::ledger
