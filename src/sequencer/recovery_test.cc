// Goal: whatever a checkpoint is worth, recovery gives the state that was answered from, or refuses
// to start. Method: the file journal and real checkpoints on a simulated disk.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "journal/checkpoint_store.h"
#include "journal/file_journal.h"
#include "os/sim/sim_clock.h"
#include "os/sim/sim_disk.h"
#include "os/sim/sim_random.h"
#include "sequencer/item_feed.h"
#include "sequencer/sequencer.h"

namespace holdfast::sequencer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// One process on the disk: gone with the object.
struct Process {
    Process(os::sim::SimDisk& disk, os::sim::SimDisk& checkpoint_disk, const os::Clock& clock,
            os::Random& random, const SequencerOptions& options = {})
        : journal(disk, clock, random, {.segment_bytes = 1024 * 1024, .low_bytes = 1}),
          checkpoints(checkpoint_disk),
          sequencer(clock, journal, &checkpoints, options),
          recovery(sequencer.recover()) {}
    journal::FileJournal journal;
    journal::CheckpointStore checkpoints;
    Sequencer sequencer;
    Result<Recovery> recovery;
};

class RecoveryTest : public testing::Test {
  protected:
    std::unique_ptr<Process> started() {
        auto process = std::make_unique<Process>(disk_, disk_, clock_, random_);
        EXPECT_TRUE(process->recovery) << to_string(process->recovery.error());
        return process;
    }
    void add_items(Process& process, int count) { items_.add(process.sequencer, count); }
    /// Ten items, then a checkpoint, twice; then five more. Returns the state's hash.
    Hash128 two_checkpoints() {
        const auto process = started();
        for (int i = 0; i < 2; ++i) {
            add_items(*process, 10);
            EXPECT_TRUE(process->sequencer.checkpoint());
        }
        add_items(*process, 5);
        return process->sequencer.state().state_hash();
    }
    /// The checkpoint at `seq` once more, with a header that says something else.
    template <class Change>
    void rewrite_checkpoint(std::uint64_t seq, Change change) {
        journal::CheckpointStore store(disk_);
        std::vector<std::byte> body;
        auto info = store.read(seq, [&](ByteSpan piece) -> Result<void> {
            body.insert(body.end(), piece.begin(), piece.end());
            return {};
        });
        ASSERT_TRUE(info);
        change(*info, body);
        ASSERT_TRUE(disk_.remove(fmt::format("checkpoint-{:020}.hfc", seq)));
        ASSERT_TRUE(store.write(*info, body));
    }

    os::sim::SimRandom random_{11};
    os::sim::SimClock clock_;
    os::sim::SimDisk disk_{random_};
    ItemFeed items_;
};

TEST_F(RecoveryTest, BeginsAtTheNewestCheckpoint) {
    const Hash128 before = two_checkpoints();
    const auto process = started();
    EXPECT_EQ(process->recovery->checkpoint_seq, 20u);
    EXPECT_EQ(process->recovery->facts_replayed, 5u);
    EXPECT_EQ(process->sequencer.state().state_hash(), before);
}

TEST_F(RecoveryTest, FallsBackToTheOlderCheckpointWhenTheNewestIsNotTheStateItNames) {
    const Hash128 before = two_checkpoints();
    rewrite_checkpoint(20, [](journal::CheckpointInfo& info, auto&) { info.state_hash.low ^= 1; });
    const auto process = started();
    EXPECT_EQ(process->recovery->checkpoint_seq, 10u);
    EXPECT_THAT(process->recovery->checkpoints_refused,
                ElementsAre(HasSubstr("it does not give the state")));
    EXPECT_EQ(process->sequencer.state().state_hash(), before);
}

TEST_F(RecoveryTest, ReplaysEverythingWhenNoCheckpointIsOfThisVersion) {
    const Hash128 before = two_checkpoints();
    for (const std::uint64_t seq : {10u, 20u})
        rewrite_checkpoint(seq,
                           [](auto&, std::vector<std::byte>& body) { body[0] ^= std::byte{64}; });
    const auto process = started();
    EXPECT_EQ(process->recovery->checkpoint_seq, 0u);
    EXPECT_EQ(process->recovery->facts_replayed, 25u);
    EXPECT_EQ(process->recovery->checkpoints_refused.size(), 2u);
    EXPECT_EQ(process->sequencer.state().state_hash(), before);
}

TEST_F(RecoveryTest, PassesOverACheckpointOfAnotherHistory) {
    const Hash128 before = two_checkpoints();
    rewrite_checkpoint(
        20, [](journal::CheckpointInfo& info, auto&) { info.hash.front() ^= std::byte{1}; });
    const auto process = started();
    EXPECT_EQ(process->recovery->checkpoint_seq, 10u);
    EXPECT_THAT(process->recovery->checkpoints_refused, ElementsAre(HasSubstr("another history")));
    EXPECT_EQ(process->sequencer.state().state_hash(), before);
}

TEST_F(RecoveryTest, RefusesAJournalThatEndsBeforeItsCheckpoint) {
    (void)two_checkpoints();
    rewrite_checkpoint(20, [](journal::CheckpointInfo& info, auto&) { info.seq = 26; });
    const Process process(disk_, disk_, clock_, random_);
    ASSERT_FALSE(process.recovery);
    EXPECT_EQ(process.recovery.error().code, ErrorCode::corrupt);
    EXPECT_THAT(to_string(process.recovery.error()), HasSubstr("ahead of the journal"));
}

TEST_F(RecoveryTest, TriesACheckpointThatFailedAgainOnlyWhenMuchMoreWasRecorded) {
    os::sim::SimDisk full(random_);
    full.set_capacity(1);
    Process process(disk_, full, clock_, random_, {.checkpoint_after_facts = 10});
    ASSERT_TRUE(process.recovery);
    const auto idle = [&] {
        for (int i = 0; i < 5; ++i) process.sequencer.idle_work();
        return process.sequencer.counters().checkpoints_failed;
    };
    add_items(process, 10);
    EXPECT_EQ(idle(), 1u);
    add_items(process, 9);
    EXPECT_EQ(idle(), 1u);
    add_items(process, 1);
    EXPECT_EQ(idle(), 2u);
}

}  // namespace
}  // namespace holdfast::sequencer
