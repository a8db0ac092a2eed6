// Goal: nobody is answered before what they were told is durable; groups form while a commit is
// under way; a failed disk answers `unknown`; a restart knows what was answered.
#include "sequencer/sequencer.h"

#include <gtest/gtest.h>

#include <map>

#include "ledger/availability.h"
#include "sequencer/memory_journal.h"

namespace holdfast::sequencer {
namespace {

class HandClock : public os::Clock {
  public:
    [[nodiscard]] Instant wall() const override { return at; }
    [[nodiscard]] Microseconds since_boot() const override { return boot; }
    [[nodiscard]] std::uint64_t boot_id() const override { return 7; }
    void pass(Microseconds time) {
        at += time;
        boot += time;
    }
    Instant at = instant_from_raw(1'700'000'000'000'000);
    Microseconds boot{1'000'000};
};

class Sequencing : public testing::Test, public Caller {
  protected:
    Sequencing() { start(); }
    void start() {
        sequencer_ = std::make_unique<Sequencer>(clock_, journal_, nullptr, options_);
        const auto recovered = sequencer_->recover();
        ASSERT_TRUE(recovered) << to_string(recovered.error());
    }
    void answered(std::uint64_t token, const Answer& answer) override {
        answers_[token] = answer;
        if (answer.has_fact) seqs_[token] = answer.fact.seq();
    }
    void stock(Units units) {
        journal_.complete_inline(true);
        static constexpr LocationId kPool[] = {LocationId{0}};
        const Line line{.sku = SkuId{0}, .quantity = units};
        sequencer_->submit(UpsertItem{.code = "BOOT-42"}, nullptr, 0);
        sequencer_->submit(UpsertLocation{.code = "MAIN"}, nullptr, 0);
        sequencer_->submit(UpsertPool{.code = "all", .locations = kPool}, nullptr, 0);
        sequencer_->submit(UpsertChannel{.code = "web", .pool = PoolId{0}}, nullptr, 0);
        sequencer_->submit(RecordEvent{.type = FactType::stock_counted,
                                       .location = LocationId{0},
                                       .names_location = true,
                                       .lines = {&line, 1}},
                           nullptr, 0);
        sequencer_->turn();
        journal_.complete_inline(false);
    }
    void reserve(std::uint64_t token, Units units, std::uint64_t key = 0) {
        const auto line = sequencer_->arena().array<Line>(1);
        line[0] = {.sku = SkuId{0}, .quantity = units};
        ReserveStock command{.channel = ChannelId{0}, .lines = line};
        if (key != 0) command.envelope.transport = {.key = {key, 9}, .body_hash = 1};
        sequencer_->submit(command, this, token);
    }
    Units left() {
        return ledger::available_to_sell(sequencer_->state(), ChannelId{0}, SkuId{0}).units;
    }

    HandClock clock_;
    MemoryJournal journal_;
    SequencerOptions options_;
    std::unique_ptr<Sequencer> sequencer_;
    std::map<std::uint64_t, Answer> answers_;
    std::map<std::uint64_t, std::uint64_t> seqs_;
};

TEST_F(Sequencing, AnswersNobodyBeforeTheCommit) {
    stock(1);
    reserve(1, 1);
    reserve(2, 1);
    sequencer_->turn();
    EXPECT_TRUE(answers_.empty()) << "the refusal rests on a hold that is not durable yet";
    journal_.complete(journal::AppendOutcome::applied);
    EXPECT_EQ(answers_.at(1).outcome.kind, ledger::Outcome::Kind::recorded);
    EXPECT_EQ(answers_.at(2).outcome.refusal, Refusal::insufficient_stock);
}

TEST_F(Sequencing, GathersAGroupWhileACommitIsUnderWay) {
    stock(10);
    reserve(1, 1);
    sequencer_->turn();
    for (std::uint64_t token = 2; token <= 5; ++token) reserve(token, 1);
    sequencer_->turn();
    const auto commits = sequencer_->counters().commits;
    journal_.complete(journal::AppendOutcome::applied);
    EXPECT_EQ(answers_.size(), 1u);
    EXPECT_TRUE(journal_.committing()) << "the next commit starts the moment the first ends";
    journal_.complete(journal::AppendOutcome::applied);
    EXPECT_EQ(answers_.size(), 5u);
    EXPECT_EQ(sequencer_->counters().commits, commits + 2);
}

TEST_F(Sequencing, ARepeatInFlightWaitsForTheSameCommitAndGetsTheSameFact) {
    stock(10);
    reserve(1, 1, 77);
    sequencer_->turn();
    reserve(2, 1, 77);
    sequencer_->turn();
    EXPECT_TRUE(answers_.empty());
    journal_.complete(journal::AppendOutcome::applied);
    ASSERT_EQ(answers_.at(2).outcome.kind, ledger::Outcome::Kind::repeated);
    EXPECT_EQ(seqs_.at(2), seqs_.at(1));
    EXPECT_EQ(left(), 9);
}

TEST_F(Sequencing, AnswersARefusalAloneAtOnce) {
    stock(0);
    reserve(1, 1);
    sequencer_->turn();
    EXPECT_EQ(answers_.at(1).outcome.refusal, Refusal::insufficient_stock);
    EXPECT_FALSE(journal_.committing()) << "a flood of refusals must not fill a disk";
}

TEST_F(Sequencing, SaysUnknownWhenTheDiskFailsUnderACommit) {
    stock(10);
    bool fatal = false;
    sequencer_->on_fatal([&] { fatal = true; });
    reserve(1, 1);
    sequencer_->turn();
    reserve(2, 1);
    sequencer_->turn();
    journal_.complete(journal::AppendOutcome::unknown);
    EXPECT_EQ(answers_.at(1).kind, Answer::Kind::unknown);
    EXPECT_EQ(answers_.at(2).kind, Answer::Kind::unavailable) << "it never reached the disk";
    EXPECT_TRUE(fatal);
}

TEST_F(Sequencing, TellsEachCallerWhatIsCertainAfterTheDiskFailed) {
    options_.group_commands_max = 3;
    start();
    stock(10);
    journal_.complete_inline(true);
    reserve(1, 1, 70);
    sequencer_->turn();
    journal_.complete_inline(false);
    reserve(2, 1, 71);
    reserve(3, 99);
    sequencer_->turn();  // in flight: a hold and a refusal
    reserve(4, 1, 70);
    reserve(5, 1, 71);
    reserve(6, 1, 72);
    reserve(7, 1, 73);
    sequencer_->turn();  // decided behind it: two repeats and a hold; the last one is queued
    journal_.complete(journal::AppendOutcome::unknown);
    EXPECT_EQ(answers_.at(2).kind, Answer::Kind::unknown);
    EXPECT_EQ(answers_.at(3).kind, Answer::Kind::unavailable) << "a refusal did nothing";
    EXPECT_EQ(answers_.at(4).kind, Answer::Kind::decided) << "its first answer was durable";
    EXPECT_EQ(seqs_.at(4), seqs_.at(1));
    EXPECT_EQ(answers_.at(5).kind, Answer::Kind::unknown) << "as unknown as what it repeats";
    EXPECT_EQ(answers_.at(6).kind, Answer::Kind::unavailable) << "it never reached the disk";
    EXPECT_EQ(answers_.at(7).kind, Answer::Kind::unavailable) << "it was never decided";
    reserve(8, 1);
    EXPECT_EQ(answers_.at(8).kind, Answer::Kind::unavailable) << "nobody waits for a dead journal";
}

TEST_F(Sequencing, SaysThatNothingHappenedWhenAnotherOwnerTookTheJournal) {
    stock(10);
    reserve(1, 1);
    sequencer_->turn();
    journal_.complete(journal::AppendOutcome::fenced);
    EXPECT_EQ(answers_.at(1).kind, Answer::Kind::unavailable);
}

TEST_F(Sequencing, EndsWhenTheJournalFailedBetweenCommits) {
    stock(10);
    bool fatal = false;
    sequencer_->on_fatal([&] { fatal = true; });
    journal_.status_.failed = true;
    sequencer_->turn();
    EXPECT_TRUE(fatal) << "a failed watermark is a failed disk";
}

TEST_F(Sequencing, RemembersAfterARestart) {
    stock(10);
    journal_.complete_inline(true);
    reserve(1, 4, 77);
    sequencer_->turn();
    const Hash128 before = sequencer_->state().state_hash();
    start();
    EXPECT_EQ(sequencer_->state().state_hash(), before);
    EXPECT_EQ(left(), 6);
    reserve(2, 4, 77);
    sequencer_->turn();
    EXPECT_EQ(seqs_.at(2), seqs_.at(1));
}

TEST_F(Sequencing, RefusesNewHoldsOnALowDiskButLetsThemEnd) {
    stock(10);
    journal_.complete_inline(true);
    reserve(1, 1);
    sequencer_->turn();
    journal_.status_.disk_low = true;
    reserve(2, 1);
    sequencer_->submit(StepReservation{.step = ReservationStep::confirm,
                                       .reservation = ReservationId{seqs_.at(1)}},
                       this, 3);
    sequencer_->turn();
    EXPECT_EQ(answers_.at(2).reason, Unavailable::disk_low);
    EXPECT_EQ(answers_.at(3).outcome.kind, ledger::Outcome::Kind::recorded);
    sequencer_->submit(CreateApiKey{.id = 5}, this, 4);
    sequencer_->submit(RevokeApiKey{.id = 5}, this, 5);
    sequencer_->turn();
    EXPECT_EQ(answers_.at(5).outcome.kind, ledger::Outcome::Kind::recorded)
        << "a stolen key cannot wait for space";
    journal_.status_.disk_low = false;
    reserve(6, 1);
    sequencer_->turn();
    const ReservationId held{seqs_.at(6)};
    journal_.status_.disk_low = true;
    sequencer_->submit(RecordEvent{.type = FactType::order_created,
                                   .order = "1001",
                                   .names_reservation = true,
                                   .reservation = held},
                       this, 7);
    sequencer_->turn();
    EXPECT_EQ(answers_.at(7).outcome.kind, ledger::Outcome::Kind::recorded);
}

TEST_F(Sequencing, RefusesWhatItsQueueCannotHold) {
    options_.queue_commands_max = 2;
    start();
    stock(0);
    for (std::uint64_t token = 1; token <= 3; ++token) reserve(token, 1);
    EXPECT_EQ(answers_.at(3).reason, Unavailable::overloaded);
}

TEST_F(Sequencing, KeepsTheLinesOfCommandsThatAFullGroupLeavesBehind) {
    options_.group_commands_max = 2;
    start();
    stock(100);
    for (std::uint64_t token = 1; token <= 9; ++token) reserve(token, static_cast<Units>(token));
    sequencer_->turn();
    while (journal_.committing()) journal_.complete(journal::AppendOutcome::applied);
    EXPECT_EQ(answers_.size(), 9u);
    EXPECT_EQ(left(), 100 - 45) << "each got its own quantity, not what stood there later";
}

TEST_F(Sequencing, ClosesAGroupBeforeItOutgrowsABatchOfTheJournal) {
    journal_.status_.body_bytes_max = entry_bytes_max + 2'000;
    start();
    stock(100'000);
    // Each hold of 2,000 lines writes 32 KB: two of them would not fit behind a large one.
    for (std::uint64_t token = 1; token <= 40; ++token) {
        const auto lines = sequencer_->arena().array<Line>(lines_per_request_max);
        for (Line& line : lines) line = {.sku = SkuId{0}, .quantity = 1};
        sequencer_->submit(ReserveStock{.channel = ChannelId{0}, .lines = lines}, this, token);
    }
    sequencer_->turn();
    while (journal_.committing()) journal_.complete(journal::AppendOutcome::applied);
    EXPECT_EQ(answers_.size(), 40u);
    EXPECT_EQ(left(), 100'000 - 80'000);
}

TEST_F(Sequencing, UsesTheMemoryOfCommandsAgainThoughItsQueueNeverEmpties) {
    options_.group_commands_max = 2;
    start();
    stock(10'000);
    for (std::uint64_t token = 1; token <= 8; ++token) reserve(token, 1);
    sequencer_->turn();
    for (std::uint64_t token = 10; token <= 2000; token += 2) {
        reserve(token, 1);
        reserve(token + 1, 1);
        journal_.complete(journal::AppendOutcome::applied);
        ASSERT_GT(sequencer_->queued(), 0u);
    }
    EXPECT_LT(sequencer_->arena().bytes_used(), 64 * sizeof(Line));
}

TEST_F(Sequencing, ExpiresHoldsByTheLogsOwnTime) {
    stock(1);
    journal_.complete_inline(true);
    reserve(1, 1);
    sequencer_->turn();
    clock_.pass(std::chrono::minutes(14));
    sequencer_->expire();
    sequencer_->turn();
    EXPECT_EQ(left(), 0);
    clock_.pass(std::chrono::minutes(2));
    EXPECT_TRUE(sequencer_->expire());
    sequencer_->turn();
    EXPECT_EQ(left(), 1);
    EXPECT_EQ(sequencer_->counters().expired, 1u) << "not the name that the first one interned";
    EXPECT_FALSE(sequencer_->expire());
}

TEST_F(Sequencing, PausesExpiryWhileTheClocksDisagree) {
    stock(1);
    journal_.complete_inline(true);
    reserve(1, 1);
    sequencer_->turn();
    clock_.at += std::chrono::hours(1);  // the wall clock jumps; boot time does not
    sequencer_->expire();
    sequencer_->turn();
    EXPECT_EQ(left(), 0) << "early expiry sells what somebody has paid for";
    EXPECT_EQ(sequencer_->expiry_clock().verdict({}), ExpiryClock::Verdict::clocks_disagree);
    sequencer_->expiry_clock().resume();
    sequencer_->expire();
    sequencer_->turn();
    EXPECT_EQ(left(), 1);
}

TEST_F(Sequencing, LooksAtTheClocksAgainWhenAnExpiryHadToWaitForItsTurn) {
    stock(3);
    journal_.complete_inline(true);
    reserve(1, 1);
    sequencer_->turn();
    clock_.pass(std::chrono::minutes(16));
    reserve(2, 1);
    sequencer_->turn();
    ASSERT_EQ(left(), 1);
    sequencer_->expire();
    clock_.at += std::chrono::hours(1);  // between the timer and the turn
    sequencer_->turn();
    EXPECT_EQ(left(), 1) << "by the moved clock the second hold would have ended too";
}

TEST_F(Sequencing, DoesNotTrustAfterARestartWhatItDidNotTrustBefore) {
    stock(2);
    journal_.complete_inline(true);
    reserve(1, 1);
    sequencer_->turn();
    clock_.at += std::chrono::hours(1);  // somebody sets the wall clock, and the hub records more
    reserve(2, 1);
    sequencer_->turn();
    start();
    sequencer_->expire();
    sequencer_->turn();
    EXPECT_EQ(left(), 0) << "the first hold has lived no time at all";
}

TEST_F(Sequencing, GivesAHoldItsWholeTimeThoughTheWallClockStandsTooLow) {
    stock(1);
    journal_.complete_inline(true);
    reserve(1, 1);
    sequencer_->turn();
    sequencer_->submit(StepReservation{.step = ReservationStep::release,
                                       .reservation = ReservationId{seqs_.at(1)}},
                       nullptr, 0);
    sequencer_->turn();
    clock_.at -= std::chrono::hours(1);
    clock_.pass(std::chrono::minutes(30));
    reserve(2, 1);
    sequencer_->turn();
    clock_.at += std::chrono::hours(1);  // set right again
    clock_.pass(std::chrono::minutes(1));
    sequencer_->expire();
    sequencer_->turn();
    EXPECT_EQ(left(), 0) << "14 of its 15 minutes are left";
    clock_.pass(std::chrono::minutes(15));
    sequencer_->expire();
    sequencer_->turn();
    EXPECT_EQ(left(), 1);
}

TEST_F(Sequencing, DecidesWhatWasQueuedBeforeItDrains) {
    stock(10);
    journal_.complete_inline(true);
    reserve(1, 1);
    sequencer_->start_draining();
    reserve(2, 1);
    sequencer_->turn();
    EXPECT_EQ(answers_.at(1).outcome.kind, ledger::Outcome::Kind::recorded);
    EXPECT_EQ(answers_.at(2).reason, Unavailable::draining);
}

TEST_F(Sequencing, TakesASlewedClockForTheSameClock) {
    stock(1);
    journal_.complete_inline(true);
    // Twelve hours at 500 parts per million: 21 seconds in all, and no hold to be ended meanwhile.
    for (int hour = 0; hour < 12; ++hour) {
        clock_.pass(std::chrono::hours(1));
        clock_.at += std::chrono::milliseconds(1'800);
        EXPECT_FALSE(sequencer_->expire());
    }
    reserve(1, 1);
    sequencer_->turn();
    clock_.pass(std::chrono::minutes(16));
    EXPECT_TRUE(sequencer_->expire());
    sequencer_->turn();
    EXPECT_EQ(left(), 1);
}

TEST(ExpiryClock, WaitsAMinuteAfterAnotherBootAndLongerAfterAGap) {
    HandClock clock;
    ExpiryClock expiry(clock);
    expiry.start({.log_time = clock.at - std::chrono::seconds(10), .boot_id = 6});
    EXPECT_EQ(expiry.verdict(clock.at), ExpiryClock::Verdict::waiting_after_boot);
    clock.pass(std::chrono::seconds(61));
    EXPECT_EQ(expiry.verdict(clock.at), ExpiryClock::Verdict::trusted);
    expiry.start({.log_time = clock.at - std::chrono::hours(2), .boot_id = 6});
    EXPECT_EQ(expiry.verdict(clock.at), ExpiryClock::Verdict::waiting_after_gap);
    expiry.resume();
    EXPECT_EQ(expiry.verdict(clock.at), ExpiryClock::Verdict::trusted);
    EXPECT_EQ(expiry.verdict(clock.at + std::chrono::minutes(1)),
              ExpiryClock::Verdict::wall_behind_log_time);
}

}  // namespace
}  // namespace holdfast::sequencer
