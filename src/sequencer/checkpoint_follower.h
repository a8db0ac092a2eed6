// Takes one checkpoint beside the service: loads the newest earlier one into a state of its own,
// replays the durable journal up to an end that the owner named, writes the result down and reads
// it back. The states that serve are neither stopped nor looked at, and what a later start will do
// with this checkpoint and this journal has then been done once already.
//
// Works in steps of bounded size and knows no thread: the hub runs them on a thread of their own, a
// simulation between other events. Page: docs/decisions/checkpoints_by_a_follower.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/checkpoint_store.h"
#include "journal/journal_cursor.h"
#include "os/clock.h"
#include "sequencer/checkpoint_body.h"

namespace holdfast::sequencer {

/// What a checkpoint is worth, and what it took.
struct CheckpointReport {
    std::uint64_t seq = 0;       ///< newest fact inside
    std::uint64_t from_seq = 0;  ///< of the earlier checkpoint that it began with; 0 = none
    std::uint64_t facts_replayed = 0;
    std::uint64_t body_bytes = 0;
    Microseconds took{};
    std::vector<std::string> refused;  ///< newer ones that it could not begin with, and why
};

class CheckpointFollower {
  public:
    /// The disk is the follower's own, on the journal's directory: nobody else uses the object.
    /// Disk and clock outlive the follower. `end` is durable.
    CheckpointFollower(os::Disk& disk, const os::Clock& clock, const journal::Head& end,
                       const ledger::Limits& limits);

    /// Goes on. False when the checkpoint is taken: see report(). After a failure nothing of it
    /// remains but what it has read.
    Result<bool> step();
    [[nodiscard]] const CheckpointReport& report() const { return report_; }

  private:
    enum class Stage : std::uint8_t { list, load, replay, begin, write, commit, done };

    Result<void> list();
    Result<void> load_next();
    void refuse(std::uint64_t seq, const std::string& why);
    Result<bool> continues(const journal::CheckpointInfo& info);
    Result<void> begin_at(std::uint64_t seq);
    Result<void> replay();
    Result<void> begin_writing();
    Result<void> write();
    Result<void> commit();

    const os::Clock& clock_;
    journal::Head end_;
    ledger::Limits limits_;
    journal::CheckpointStore store_;
    journal::JournalCursor cursor_;
    Microseconds started_;
    Stage stage_ = Stage::list;
    std::vector<std::uint64_t> candidates_;  // seqs of earlier checkpoints, oldest first
    Machines machines_;
    std::unique_ptr<journal::CheckpointWriter> writer_;
    std::vector<std::byte> buffer_;
    std::optional<ByteWriter> out_;
    std::optional<BodyEncoder> encoder_;
    CheckpointReport report_;
};

/// Runs followers beside the loop, one at a time.
class CheckpointRunner {
  public:
    using Done = std::function<void(const Result<CheckpointReport>&)>;
    virtual ~CheckpointRunner() = default;
    /// `done` is called on the loop, once, unless stop() comes first.
    virtual void start(const journal::Head& end, Done done) = 0;
    /// Ends the one under way, if there is one: on return nothing of it is at work any more.
    virtual void stop() = 0;
};

}  // namespace holdfast::sequencer
