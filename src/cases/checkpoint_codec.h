// The cases as bytes and back, for checkpoints. Format: docs/journal_format.md, "Checkpoint body".
#pragma once

#include <memory>
#include <vector>

#include "base/byte_stream.h"
#include "base/result.h"
#include "cases/state.h"

namespace holdfast::cases {

/// One case in its canonical encoding: what the checkpoint holds and the state hash covers.
void encode_case(ByteWriter& out, const Case& row);

/// Appends the state's rows to `out`.
void encode_state(const State& state, std::vector<std::byte>& out);

/// The state that encode_state wrote; invalid_format for anything else. Verify state_hash after.
Result<std::unique_ptr<State>> decode_state(ByteSpan bytes, std::uint64_t seed,
                                            const Limits& limits);

}  // namespace holdfast::cases
