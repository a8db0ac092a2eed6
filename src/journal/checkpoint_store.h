// Checkpoints as files: written whole or not at all, used only after they were read back, two kept.
// What the body means is the sequencer's. docs/journal_format.md, "Checkpoint".
//
// Used by one thread at a time; the disk may be a directory of its own.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/instant.h"
#include "journal/journal.h"
#include "os/disk.h"

namespace holdfast::journal {

/// Checkpoints that stay after a newer one has been verified.
inline constexpr std::size_t kCheckpointsKept = 2;
/// A body is checked, and handed to readers, in pieces of this size; the last one is shorter.
inline constexpr std::size_t kCheckpointPieceBytes = 1024 * 1024;

struct CheckpointInfo {
    std::uint64_t log_id = 0;
    std::uint64_t seq = 0;    ///< newest fact inside
    std::uint64_t entry = 0;  ///< its entry
    std::uint64_t batch = 0;  ///< its batch
    ChainHash hash{};         ///< chain hash of that batch
    Hash128 state_hash{};
    Instant log_time{};
    Instant wall{};
};

/// A checkpoint under way. Destroyed before commit(): nothing has happened.
class CheckpointWriter {
  public:
    CheckpointWriter(std::unique_ptr<os::FileWriter> file, std::string name,
                     const CheckpointInfo& info);
    /// Any number of bytes; the writer forms the pieces.
    Result<void> append(ByteSpan bytes);
    /// What was appended so far.
    [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_ + piece_.size(); }

  private:
    friend class CheckpointStore;
    Result<void> begin();
    Result<void> end_piece();
    Result<void> finish();

    std::unique_ptr<os::FileWriter> file_;
    std::string name_;
    CheckpointInfo info_;
    std::vector<std::byte> piece_;
    std::uint64_t body_bytes_ = 0;
    std::uint64_t checksum_ = 0;
};

/// The body of a checkpoint from front to back.
class CheckpointReader {
  public:
    /// Believes the header, and knows nothing of the body yet.
    static Result<std::unique_ptr<CheckpointReader>> open(std::unique_ptr<os::File> file);

    [[nodiscard]] const CheckpointInfo& info() const { return info_; }
    [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
    /// The next piece, good until the next call; empty behind the last one, when all of it has
    /// proved to be what was written. On a failure a caller must drop what it made of the pieces.
    Result<ByteSpan> next();

  private:
    explicit CheckpointReader(std::unique_ptr<os::File> file) : file_(std::move(file)) {}
    Result<void> verify_end();

    std::unique_ptr<os::File> file_;
    CheckpointInfo info_;
    bool fields_known_ = true;
    std::uint64_t body_bytes_ = 0;
    std::uint64_t at_ = 0;
    std::uint64_t checksum_ = 0;
    std::vector<std::byte> piece_;
};

/// Called for each piece of a body in order.
using PieceVisitor = std::function<Result<void>(ByteSpan)>;

class CheckpointStore {
  public:
    /// The disk outlives the store.
    explicit CheckpointStore(os::Disk& disk) : disk_(disk) {}

    Result<std::unique_ptr<CheckpointWriter>> begin(const CheckpointInfo& info);
    /// Makes it durable, reads it back whole, and only then removes all but the newest two. A
    /// checkpoint that does not read back is removed and the reason passed on.
    Result<void> commit(std::unique_ptr<CheckpointWriter> writer);
    /// begin, append, commit.
    Result<void> write(const CheckpointInfo& info, ByteSpan body);

    /// The newest below `before_seq` that reads back whole and belongs to `log_id`, or nothing.
    /// Ones that do not are left alone and listed in refused().
    Result<std::optional<CheckpointInfo>> latest(
        std::uint64_t log_id, std::uint64_t before_seq = std::numeric_limits<std::uint64_t>::max());
    /// "name: why" for each checkpoint that the last call of latest() passed over.
    [[nodiscard]] const std::vector<std::string>& refused() const { return refused_; }
    /// Seqs of what bears a checkpoint's name, the oldest first.
    Result<std::vector<std::uint64_t>> stored();
    Result<std::unique_ptr<CheckpointReader>> open(std::uint64_t seq);

    /// The body of the checkpoint at `seq`, piece by piece. The last verdict on it is the return
    /// value: a caller that has used the pieces must drop what it built from them on a failure.
    Result<CheckpointInfo> read(std::uint64_t seq, const PieceVisitor& visit);

  private:
    os::Disk& disk_;
    std::vector<std::string> refused_;
};

}  // namespace holdfast::journal
