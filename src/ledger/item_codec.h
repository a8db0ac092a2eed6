// The part of a checkpoint that few items have: units of measure, and what kits are made of.
// Internal to the ledger. Page: docs/journal_format.md, "Checkpoints".
#pragma once

#include "base/byte_stream.h"
#include "ledger/state.h"

namespace holdfast::ledger {

void put_units(ByteWriter& out, const State& state);
void put_kits(ByteWriter& out, const State& state);
/// Read after the codes of items. False where the bytes are not what the others write.
bool get_units(ByteReader& in, State& state);
bool get_kits(ByteReader& in, State& state);

}  // namespace holdfast::ledger
