// The whole state as bytes and back, for checkpoints. Format: docs/journal_format.md, "Checkpoint
// body". A large state is written and read table by table and piece by piece: it never stands in
// memory a second time as bytes.
#pragma once

#include <memory>
#include <vector>

#include "base/byte_stream.h"
#include "base/result.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Encodes a state one table at a time. The state must not change meanwhile, and outlives this.
class StateEncoder {
  public:
    explicit StateEncoder(const State& state) : state_(state) {}
    /// Writes the next table; false when all are written.
    bool next(ByteWriter& out);

  private:
    const State& state_;
    int table_ = 0;
};

/// All tables at once.
void encode_state(const State& state, ByteWriter& out);
void encode_state(const State& state, std::vector<std::byte>& out);

/// The state that was encoded; reads to the last byte of it and leaves what follows. invalid_format
/// for anything else, unsupported for another version. Verify state_hash after.
Result<std::unique_ptr<State>> decode_state(ByteReader& in, std::uint64_t seed,
                                            const Limits& limits);
/// The same of bytes that hold nothing else.
Result<std::unique_ptr<State>> decode_state(ByteSpan bytes, std::uint64_t seed,
                                            const Limits& limits);

}  // namespace holdfast::ledger
