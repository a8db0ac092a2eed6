// Tables beside the rows of reservations in a checkpoint: what waits for supply, and what shipments
// did. Internal to checkpoint_codec.
#pragma once

#include "base/byte_stream.h"
#include "ledger/state.h"

namespace holdfast::ledger {

void put_backorders(ByteWriter& out, const State& state);
/// After the reservations: what and how many units wait, they have said. False where a row does not
/// fit them.
bool get_backorders(ByteReader& in, State& state);

void put_shipments(ByteWriter& out, const State& state);
bool get_shipments(ByteReader& in, State& state);

}  // namespace holdfast::ledger
