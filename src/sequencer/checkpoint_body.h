// What a checkpoint holds: the states of the machines that the sequencer drives, one section after
// the other. Format: docs/journal_format.md, "Checkpoint body".
#pragma once

#include <cstdint>

#include "base/byte_stream.h"
#include "cases/checkpoint_codec.h"
#include "journal/checkpoint_store.h"
#include "ledger/checkpoint_codec.h"
#include "sequencer/machines.h"

namespace holdfast::sequencer {

/// Writes a body one table at a time. The states must not change meanwhile.
class BodyEncoder {
  public:
    explicit BodyEncoder(const MachineViews& machines)
        : ledger_(machines.ledger), cases_(machines.cases) {}
    /// False when everything is written.
    bool next(ByteWriter& out);

  private:
    enum class Section : std::uint8_t { begin, ledger, cases, end, done };
    Section section_ = Section::begin;
    ledger::StateEncoder ledger_;
    cases::StateEncoder cases_;
};

struct LoadedCheckpoint {
    journal::CheckpointInfo info;
    std::uint64_t body_bytes = 0;
    Machines machines;

    /// Whether it gives the states that it was taken of; walks them all.
    [[nodiscard]] Result<void> verify() const;
};

/// The checkpoint at `seq`, its bytes verified. Call verify() before relying on it.
/// Failures  corrupt, invalid_format, io_error; unsupported for a body of another version or of
/// other machines; invalid_argument when it belongs to another journal than `head`.
Result<LoadedCheckpoint> load_checkpoint(journal::CheckpointStore& store, std::uint64_t seq,
                                         const journal::Head& head, const ledger::Limits& limits);

/// Writes one from front to back; `info.state_hash` is filled in. Returns the bytes of the body.
Result<std::uint64_t> write_checkpoint(journal::CheckpointStore& store,
                                       journal::CheckpointInfo info, const MachineViews& machines);

/// Bytes of a body that are handed on at a time.
inline constexpr std::size_t body_piece_bytes = 256 * 1024;

}  // namespace holdfast::sequencer
