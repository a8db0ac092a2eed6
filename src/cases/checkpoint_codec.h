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

/// Encodes a state piece by piece. The state must not change meanwhile, and outlives this.
class StateEncoder {
  public:
    explicit StateEncoder(const State& state) : state_(state) {}
    /// Writes the next piece; false when all are written.
    bool next(ByteWriter& out);

  private:
    const State& state_;
    bool begun_ = false;
    std::uint64_t next_id_ = 0;
};

/// All of it at once.
void encode_state(const State& state, std::vector<std::byte>& out);

/// The state that was encoded; reads to the last byte of it and leaves what follows. invalid_format
/// for anything else, unsupported for another version. Verify state_hash after.
Result<std::unique_ptr<State>> decode_state(ByteReader& in, std::uint64_t seed,
                                            const Limits& limits);
/// The same of bytes that hold nothing else.
Result<std::unique_ptr<State>> decode_state(ByteSpan bytes, std::uint64_t seed,
                                            const Limits& limits);

}  // namespace holdfast::cases
