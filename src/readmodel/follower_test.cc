// Goal: the read model keeps up with a journal, falls back to its files when it cannot, and never
// ends with anything but what a rebuild would give.
// Method: a real journal on the real disk under a simulated loop; the "thread" is a queue of tasks
// that the test runs when it likes.
#include "readmodel/follower.h"

#include <deque>

#include "journal/file_journal.h"
#include "os/sim/sim_loop.h"
#include "readmodel/catch_up.h"
#include "readmodel/compare.h"
#include "readmodel/test_directory.h"

namespace holdfast::readmodel {
namespace {

using namespace std::chrono_literals;

class FollowerTest : public ReadModelTest {
  protected:
    FollowerTest() {
        world_.attach(clock_);
        disk_ = std::move(*os::LinuxDisk::open_directory(directory_, {.direct = false}));
        journal_ = std::make_unique<journal::FileJournal>(
            *disk_, clock_, random_,
            journal::FileJournalOptions{.segment_bytes = 256 * 1024,
                                        .body_bytes_max = 64 * 1024,
                                        .low_bytes = 1,
                                        .ring_bytes = 32 * 1024,
                                        .ring_batches = 64});
        EXPECT_TRUE(journal_->acquire());
        options_.directory = directory_;
    }
    ~FollowerTest() override {
        run_thread();
        follower_.reset();
    }

    void start() {
        follower_ = std::make_unique<Follower>(
            FollowerServices{
                .loop = loop_,
                .journal = *journal_,
                .files = *files_,
                .journal_files = files_.get(),
                .beside = [this](os::Task task) { tasks_.push_back(std::move(task)); }},
            options_);
        follower_->on_news([this](const FollowerNews& news) { news_.push_back(news); });
        follower_->start();
    }
    /// What was made since, as batches, each told to the follower as the sequencer would.
    void append(std::uint64_t facts_per_batch = 5) {
        while (appended_ < make_.seq()) {
            const std::uint64_t first = appended_ + 1;
            const std::uint64_t last = std::min(make_.seq(), appended_ + facts_per_batch);
            const journal::Batch batch{.number = journal_->head().next_batch,
                                       .first_entry = journal_->head().next_entry,
                                       .entry_count = 1,
                                       .first_seq = first,
                                       .fact_count = static_cast<std::uint32_t>(last - first + 1),
                                       .log_time = make_.now(),
                                       .body = make_.body(first, last)};
            journal_->append(batch, [](journal::AppendOutcome outcome) {
                ASSERT_EQ(outcome, journal::AppendOutcome::applied);
            });
            journal_->idle_work();
            appended_ = last;
            if (follower_ != nullptr) follower_->durable(last);
        }
    }
    void make_counts(std::uint32_t facts) {
        for (std::uint32_t i = 0; i < facts; ++i) make_.count(i % 20, i % 3, 1);
    }
    bool run_one() {
        if (tasks_.empty()) return false;
        os::Task task = std::move(tasks_.front());
        tasks_.pop_front();
        task();
        return true;
    }
    void run_thread() {
        while (run_one()) {
        }
    }
    /// Both sides run until nothing is left to do.
    void settle() {
        for (int i = 0; i < 50; ++i) {
            run_thread();
            world_.run_for(20ms);
        }
    }
    void expect_equals_a_rebuild() {
        EXPECT_EQ(follower_->applied_seq(), make_.seq());
        run_thread();
        follower_.reset();
        auto followed = open();
        EXPECT_EQ(followed->began_again_because(), "");
        auto rebuilt = open("rebuilt.sqlite");
        ASSERT_TRUE(catch_up(*rebuilt, *files_, {.end = journal_->head()}));
        EXPECT_EQ(difference(followed->database(), rebuilt->database()), std::nullopt);
    }
    [[nodiscard]] std::uint64_t count_news(FollowerNews::Kind kind) const {
        return static_cast<std::uint64_t>(std::ranges::count(news_, kind, &FollowerNews::kind));
    }

    os::sim::SimWorld world_{7};
    os::sim::SimNetwork network_{world_};
    os::sim::SimClock clock_;
    os::sim::SimRandom random_{5};
    os::sim::SimLoop loop_{network_, clock_};
    std::unique_ptr<os::LinuxDisk> disk_;
    std::unique_ptr<journal::FileJournal> journal_;
    FollowerOptions options_;
    std::deque<os::Task> tasks_;
    std::vector<FollowerNews> news_;
    std::uint64_t appended_ = 0;
    std::unique_ptr<Follower> follower_;
};

TEST_F(FollowerTest, FollowsWhatIsCommitted) {
    start();
    settle();
    EXPECT_EQ(follower_->status().state, FollowerState::following);
    for (int i = 0; i < 10; ++i) {
        make_counts(7);
        append();
        settle();
        EXPECT_EQ(follower_->applied_seq(), make_.seq());
    }
    EXPECT_EQ(follower_->status().lag_facts, 0U);
    expect_equals_a_rebuild();
}

TEST_F(FollowerTest, ManyCommitsAreOneTransaction) {
    start();
    settle();
    make_counts(100);
    append(1);
    EXPECT_EQ(follower_->status().lag_facts, 100U);
    settle();
    EXPECT_EQ(follower_->status().transactions, 1U);
    expect_equals_a_rebuild();
}

TEST_F(FollowerTest, SomebodyWhoWaitsIsNotKeptForTheGathering) {
    start();
    settle();
    make_counts(3);
    append();
    EXPECT_TRUE(tasks_.empty());
    follower_->hurry(make_.seq());
    EXPECT_EQ(tasks_.size(), 1U);
    settle();
    // Nor for one that is not on disk yet.
    follower_->hurry(make_.seq() + 2);
    make_counts(2);
    append();
    EXPECT_EQ(tasks_.size(), 1U);
}

TEST_F(FollowerTest, WhatComesInDuringATransactionIsGathered) {
    start();
    settle();
    make_counts(1);
    append();
    world_.run_for(options_.gather + 20ms);
    ASSERT_EQ(tasks_.size(), 1U);
    make_counts(50);
    append(1);
    run_one();
    world_.run_for(options_.gather / 2);
    EXPECT_TRUE(tasks_.empty());
    world_.run_for(options_.gather);
    EXPECT_EQ(tasks_.size(), 1U);
    settle();
    EXPECT_EQ(follower_->status().transactions, 2U);
    expect_equals_a_rebuild();
}

TEST_F(FollowerTest, ReadsTheFilesOfAJournalThatIsOlderThanItself) {
    make_counts(3000);
    append(50);
    start();
    settle();
    EXPECT_EQ(follower_->status().state, FollowerState::following);
    make_counts(10);
    append();
    settle();
    expect_equals_a_rebuild();
}

TEST_F(FollowerTest, GoesOnWhereItStopped) {
    make_counts(500);
    append();
    start();
    settle();
    run_thread();
    follower_.reset();
    make_counts(500);
    append();
    start();
    settle();
    EXPECT_EQ(count_news(FollowerNews::Kind::began_again), 0U);
    expect_equals_a_rebuild();
}

TEST_F(FollowerTest, FallsBackToTheFilesWhenItsQueueIsFull) {
    options_.queue_bytes_max = 4000;
    start();
    settle();
    for (int i = 0; i < 200; ++i) {  // far more than the queue and the journal's memory hold
        make_counts(20);
        append(20);
        world_.run_for(20ms);
        if (i % 50 == 0) run_one();
    }
    EXPECT_GT(follower_->status().lag_facts, 1000U);
    settle();
    EXPECT_EQ(follower_->status().state, FollowerState::following);
    expect_equals_a_rebuild();
}

TEST_F(FollowerTest, BeginsAgainWhenAReaderFindsDamage) {
    start();
    make_counts(300);
    append();
    settle();
    const std::uint64_t generation = follower_->generation();
    follower_->damaged("a page is no page");
    settle();
    EXPECT_GT(follower_->generation(), generation);
    EXPECT_EQ(count_news(FollowerNews::Kind::began_again), 1U);
    expect_equals_a_rebuild();
}

TEST_F(FollowerTest, ATableThatGoesMissingUnderItIsAnsweredByANewFile) {
    start();
    make_counts(300);
    append();
    settle();
    {
        auto meddler = Database::open(follower_->path(), OpenMode::write, 1024 * 1024);
        ASSERT_TRUE(meddler);
        (*meddler)->run("DROP TABLE postings");
        ASSERT_TRUE((*meddler)->outcome());
    }
    make_counts(10);
    append();
    settle();
    EXPECT_EQ(count_news(FollowerNews::Kind::began_again), 1U);
    EXPECT_EQ(follower_->status().state, FollowerState::following);
    expect_equals_a_rebuild();
}

TEST_F(FollowerTest, AStopEndsALongCatchUpAtItsNextTransaction) {
    make_counts(40'000);
    append(200);
    start();
    run_one();  // opens the file
    world_.run_for(20ms);
    follower_->stop();
    run_thread();
    world_.run_for(1s);
    EXPECT_EQ(follower_->applied_seq(), kFactsPerTransaction);
    EXPECT_TRUE(tasks_.empty());
}

}  // namespace
}  // namespace holdfast::readmodel
