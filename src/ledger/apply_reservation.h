// The part of apply that changes reservations. Internal to the ledger.
#pragma once

#include "ledger/ledger.h"

namespace holdfast::ledger {

/// The reservation that makes_reservation(fact) speaks of.
void apply_new_reservation(State& state, const FactView& fact);
/// A step of a known reservation.
void apply_reservation_step(State& state, const FactView& fact, std::uint64_t id);

}  // namespace holdfast::ledger
