// Goal: a checkpoint that was taken beside the service is the one that the service would have
// taken, whatever happens meanwhile, and is worth a start. Method: the file journal and real
// checkpoints on a simulated disk, the follower's steps between commands.
#include "sequencer/checkpoint_follower.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

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

/// Steps when the test says so.
class SteppedRunner final : public CheckpointRunner {
  public:
    SteppedRunner(os::Disk& disk, const os::Clock& clock) : disk_(disk), clock_(clock) {}
    void start(const journal::Head& end, Done done) override {
        follower_.emplace(disk_, clock_, end, ledger::Limits{});
        done_ = std::move(done);
        ++started;
    }
    void stop() override { follower_.reset(); }
    /// False: it ended, and said so.
    bool step() {
        const Result<bool> more = follower_->step();
        if (more && *more) return true;
        last = more ? Result<CheckpointReport>(follower_->report())
                    : Result<CheckpointReport>(tl::unexpected(more.error()));
        follower_.reset();
        done_(last);
        return false;
    }
    void finish() {
        while (step()) {
        }
    }
    [[nodiscard]] bool running() const { return follower_.has_value(); }
    Result<CheckpointReport> last;
    int started = 0;

  private:
    os::Disk& disk_;
    const os::Clock& clock_;
    std::optional<CheckpointFollower> follower_;
    Done done_;
};

/// One process on the disk: gone with the object.
struct Process {
    Process(os::sim::SimDisk& disk, os::sim::SimDisk& checkpoint_disk, const os::Clock& clock,
            os::Random& random)
        : journal(disk, clock, random, {.segment_bytes = 64 * 1024, .low_bytes = 1}),
          checkpoints(checkpoint_disk),
          runner(disk, clock),
          sequencer(clock, journal, &checkpoints, {.checkpoint_after_facts = 10}),
          recovery(sequencer.recover()) {
        sequencer.take_checkpoints_with(runner);
    }
    journal::FileJournal journal;
    journal::CheckpointStore checkpoints;
    SteppedRunner runner;
    Sequencer sequencer;
    Result<Recovery> recovery;
};

class CheckpointFollowerTest : public testing::Test {
  protected:
    std::unique_ptr<Process> started() {
        auto process = std::make_unique<Process>(disk_, disk_, clock_, random_);
        EXPECT_TRUE(process->recovery) << to_string(process->recovery.error());
        return process;
    }
    void add_items(Process& process, int count) { items_.add(process.sequencer, count); }
    /// What the checkpoint at `seq` says of itself.
    journal::CheckpointInfo info_at(std::uint64_t seq) {
        journal::CheckpointStore store(disk_);
        const auto reader = store.open(seq);
        EXPECT_TRUE(reader) << to_string(reader.error());
        return (*reader)->info();
    }
    std::vector<std::string> files() { return *disk_.list(); }
    int temporary_files() {
        int count = 0;
        for (const auto names = files(); const std::string& name : names)
            if (name.ends_with(os::kTemporarySuffix)) ++count;
        return count;
    }

    os::sim::SimRandom random_{7};
    os::sim::SimClock clock_;
    os::sim::SimDisk disk_{random_};
    ItemFeed items_;
};

TEST_F(CheckpointFollowerTest, TheFirstOneReplaysTheJournalFromItsFirstFact) {
    auto process = started();
    add_items(*process, 10);
    process->sequencer.idle_work();
    ASSERT_TRUE(process->sequencer.taking_checkpoint());
    process->runner.finish();
    ASSERT_TRUE(process->runner.last) << to_string(process->runner.last.error());
    EXPECT_EQ(process->runner.last->seq, 10u);
    EXPECT_EQ(process->runner.last->from_seq, 0u);
    EXPECT_EQ(process->runner.last->facts_replayed, 10u);
    EXPECT_EQ(process->sequencer.counters().checkpoints, 1u);
    EXPECT_EQ(info_at(10).state_hash, process->sequencer.state().state_hash());
}

TEST_F(CheckpointFollowerTest, OneThatIsAskedForMeanwhileFollowsAlsoInSilence) {
    auto process = started();
    add_items(*process, 10);
    process->sequencer.idle_work();
    ASSERT_TRUE(process->sequencer.taking_checkpoint());
    add_items(*process, 3);
    process->sequencer.want_checkpoint();
    // Nobody does anything more: the hub calls again for as long as it is told to.
    EXPECT_TRUE(process->sequencer.idle_work());
    process->runner.finish();
    EXPECT_TRUE(process->sequencer.idle_work());
    ASSERT_TRUE(process->sequencer.taking_checkpoint());
    process->runner.finish();
    EXPECT_EQ(process->runner.last->seq, 13u);
    EXPECT_FALSE(process->sequencer.taking_checkpoint());
}

TEST_F(CheckpointFollowerTest, IsTheOneThatTheServiceWouldHaveTakenAtThatMoment) {
    auto process = started();
    add_items(*process, 10);
    const Hash128 then = process->sequencer.state().state_hash();
    const journal::Head end = process->journal.head();
    process->sequencer.idle_work();
    // The service goes on between any two steps.
    while (process->runner.step()) add_items(*process, 3);
    const journal::CheckpointInfo info = info_at(10);
    EXPECT_EQ(info.state_hash, then);
    EXPECT_EQ(info.hash, end.hash);
    EXPECT_EQ(info.batch, end.next_batch - 1);
    EXPECT_EQ(info.entry, end.next_entry - 1);
    const Hash128 now = process->sequencer.state().state_hash();
    process.reset();
    process = started();
    EXPECT_EQ(process->recovery->checkpoint_seq, 10u);
    EXPECT_EQ(process->sequencer.state().state_hash(), now);
}

TEST_F(CheckpointFollowerTest, ABodyOfManyPiecesIsWorthAStartToo) {
    auto process = started();
    add_items(*process, 50'000);
    process->sequencer.idle_work();
    process->runner.finish();
    ASSERT_GT(process->runner.last->body_bytes, 4 * body_piece_bytes);
    add_items(*process, 10);
    const Hash128 before = process->sequencer.state().state_hash();
    process.reset();
    process = started();
    EXPECT_EQ(process->recovery->checkpoint_seq, 50'000u);
    EXPECT_EQ(process->sequencer.state().state_hash(), before);
}

TEST_F(CheckpointFollowerTest, GoesOnFromTheOneBefore) {
    auto process = started();
    for (const std::uint64_t from : {0u, 10u, 20u}) {
        add_items(*process, 10);
        process->sequencer.idle_work();
        process->runner.finish();
        ASSERT_TRUE(process->runner.last);
        EXPECT_EQ(process->runner.last->from_seq, from);
        EXPECT_EQ(process->runner.last->facts_replayed, 10u);
    }
}

TEST_F(CheckpointFollowerTest, GoesBackToAnOlderOneWhenTheNewestIsDamaged) {
    auto process = started();
    for (int i = 0; i < 2; ++i) {
        add_items(*process, 10);
        process->sequencer.idle_work();
        process->runner.finish();
    }
    ASSERT_TRUE(disk_.corrupt(fmt::format("checkpoint-{:020}.hfc", 20), 400));
    add_items(*process, 10);
    process->sequencer.idle_work();
    process->runner.finish();
    ASSERT_TRUE(process->runner.last);
    EXPECT_EQ(process->runner.last->from_seq, 10u);
    EXPECT_THAT(process->runner.last->refused, ElementsAre(HasSubstr("checksum")));
    EXPECT_EQ(info_at(30).state_hash, process->sequencer.state().state_hash());
}

TEST_F(CheckpointFollowerTest, ADamagedJournalIsToldBeforeAStartNeedsIt) {
    auto process = started();
    add_items(*process, 10);
    for (const auto names = files(); const std::string& name : names)
        if (name.starts_with("segment")) {
            ASSERT_TRUE(disk_.corrupt(name, 3 * 4096 + 300));
        }
    process->sequencer.idle_work();
    process->runner.finish();
    ASSERT_FALSE(process->runner.last);
    EXPECT_EQ(process->runner.last.error().code, ErrorCode::corrupt);
    EXPECT_THAT(process->runner.last.error().detail, HasSubstr("segment"));
    EXPECT_EQ(process->sequencer.counters().checkpoints_failed, 1u);
}

TEST_F(CheckpointFollowerTest, OneThatFailedIsTriedAgainWhenAsMuchWasRecordedOnceMore) {
    auto process = started();
    add_items(*process, 10);
    process->sequencer.idle_work();
    while (process->runner.step())
        if (temporary_files() > 0) disk_.faults().fail_change_in = 1;
    ASSERT_FALSE(process->runner.last);
    EXPECT_EQ(temporary_files(), 0);
    add_items(*process, 9);
    process->sequencer.idle_work();
    EXPECT_EQ(process->runner.started, 1);
    add_items(*process, 1);
    process->sequencer.idle_work();
    EXPECT_EQ(process->runner.started, 2);
    process->runner.finish();
    EXPECT_TRUE(process->runner.last);
}

TEST_F(CheckpointFollowerTest, AStopTakesItsOwnInPlaceOfTheOneUnderWay) {
    auto process = started();
    add_items(*process, 10);
    process->sequencer.idle_work();
    while (temporary_files() == 0) ASSERT_TRUE(process->runner.step());
    add_items(*process, 5);
    ASSERT_TRUE(process->sequencer.checkpoint());
    EXPECT_FALSE(process->runner.running());
    EXPECT_FALSE(process->sequencer.taking_checkpoint());
    EXPECT_EQ(temporary_files(), 0);
    EXPECT_EQ(info_at(15).state_hash, process->sequencer.state().state_hash());
    EXPECT_EQ(process->sequencer.counters().checkpoints_failed, 0u);
}

TEST_F(CheckpointFollowerTest, ADrainingHubBeginsNone) {
    auto process = started();
    add_items(*process, 10);
    process->sequencer.start_draining();
    process->sequencer.idle_work();
    EXPECT_FALSE(process->sequencer.taking_checkpoint());
}

TEST_F(CheckpointFollowerTest, ALowDiskGetsBackWhatTheOneUnderWayHasTaken) {
    auto process = started();
    add_items(*process, 10);
    process->sequencer.idle_work();
    while (temporary_files() == 0) ASSERT_TRUE(process->runner.step());
    disk_.set_capacity(disk_.space()->total_bytes - disk_.space()->free_bytes);
    clock_.advance(std::chrono::seconds(2));
    process->sequencer.idle_work();
    EXPECT_FALSE(process->sequencer.taking_checkpoint());
    EXPECT_EQ(temporary_files(), 0);
    EXPECT_EQ(process->sequencer.counters().checkpoints_failed, 1u);
}

TEST_F(CheckpointFollowerTest, NoneIsBegunThatWouldMakeTheDiskLow) {
    auto process = started();
    add_items(*process, 10);
    while (process->journal.idle_work()) clock_.advance(std::chrono::seconds(1));
    const auto space = disk_.space();
    // Free space of five hundredths, under which the disk is low, and little more.
    std::uint64_t capacity = space->total_bytes - space->free_bytes;
    const std::uint64_t used = capacity;
    while (capacity - used < capacity / 100 * 5 + 100) ++capacity;
    disk_.set_capacity(capacity);
    clock_.advance(std::chrono::seconds(2));
    process->sequencer.idle_work();
    EXPECT_FALSE(process->journal.status().disk_low);
    EXPECT_FALSE(process->sequencer.taking_checkpoint());
    disk_.set_capacity(space->total_bytes);
    clock_.advance(std::chrono::seconds(2));
    process->sequencer.idle_work();
    EXPECT_TRUE(process->sequencer.taking_checkpoint());
}

// A machine that stops at any point of a checkpoint comes back with the state that was answered
// from: from the checkpoint, if it is whole, or without it.
TEST_F(CheckpointFollowerTest, ACrashAtAnyPointCostsNothing) {
    for (std::uint64_t point = 1;; ++point) {
        os::sim::SimDisk disk(random_);
        auto process = std::make_unique<Process>(disk, disk, clock_, random_);
        add_items(*process, 10);
        const Hash128 before = process->sequencer.state().state_hash();
        process->sequencer.idle_work();
        disk.crash_after(point);
        process->runner.finish();
        const bool whole = !disk.crashed();
        disk.crash(random_);
        process.reset();
        disk.crash_after(0);
        process = std::make_unique<Process>(disk, disk, clock_, random_);
        ASSERT_TRUE(process->recovery) << to_string(process->recovery.error());
        ASSERT_EQ(process->sequencer.state().state_hash(), before) << "point " << point;
        if (!whole) continue;
        EXPECT_EQ(process->recovery->checkpoint_seq, 10u);
        EXPECT_GT(point, 5u);
        break;
    }
}

}  // namespace
}  // namespace holdfast::sequencer
