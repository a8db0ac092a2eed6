// Goal: the ledger and the cases are driven as one: a fact's case is there in the same turn, and a
// restart gives both back, from the journal alone or from a checkpoint and its tail. Method: the
// file journal and real checkpoints on a simulated disk.
#include "sequencer/machines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "journal/checkpoint_store.h"
#include "journal/file_journal.h"
#include "os/sim/sim_clock.h"
#include "os/sim/sim_disk.h"
#include "os/sim/sim_random.h"
#include "sequencer/sequencer.h"

namespace holdfast::sequencer {
namespace {

using std::chrono::hours;

class MachinesTest : public testing::Test, public Caller {
  protected:
    MachinesTest() {
        start();
        for (const std::string_view code : {"BOOT", "SOCK"})
            submit(UpsertItem{.code = code, .unit_value = 1'000});
        submit(UpsertLocation{.code = "MAIN"});
    }
    void start() {
        sequencer_.reset();
        journal_.reset();
        journal_ = std::make_unique<journal::FileJournal>(
            disk_, clock_, random_,
            journal::FileJournalOptions{.segment_bytes = 1024 * 1024, .low_bytes = 1});
        checkpoints_ = std::make_unique<journal::CheckpointStore>(disk_);
        sequencer_ =
            std::make_unique<Sequencer>(clock_, *journal_, checkpoints_.get(), SequencerOptions{});
        const auto recovered = sequencer_->recover();
        ASSERT_TRUE(recovered) << to_string(recovered.error());
    }
    void answered(std::uint64_t, const Answer& answer) override {
        outcome_ = answer.outcome;
        fact_seq_ = answer.has_fact ? answer.fact.seq() : 0;
    }
    const Outcome& submit(const Command& command) {
        sequencer_->submit(command, this, 0);
        sequencer_->turn();
        return outcome_;
    }
    const Outcome& sell(Units units, SkuId sku = SkuId{0}) {
        const Line line{.sku = sku, .quantity = units};
        return submit(RecordEvent{.type = FactType::pos_sale,
                                  .location = LocationId{0},
                                  .names_location = true,
                                  .lines = {&line, 1}});
    }
    const Outcome& act(CaseAction action, CaseId id, ActOnCases command = {}) {
        command.action = action;
        command.cases = {&id, 1};
        command.envelope.actor = "mira";
        return submit(command);
    }
    [[nodiscard]] const cases::Case& newest() const {
        return sequencer_->cases().table.rows().rbegin()->second;
    }
    [[nodiscard]] Hash128 hash() const { return view(sequencer_->machines()).state_hash(); }

    os::sim::SimRandom random_{11};
    os::sim::SimClock clock_;
    os::sim::SimDisk disk_{random_};
    std::unique_ptr<journal::FileJournal> journal_;
    std::unique_ptr<journal::CheckpointStore> checkpoints_;
    std::unique_ptr<Sequencer> sequencer_;
    Outcome outcome_;
    std::uint64_t fact_seq_ = 0;
};

TEST_F(MachinesTest, AFactsCaseIsThereInTheSameTurn) {
    const Outcome sold = sell(3);
    ASSERT_EQ(sold.kind, Outcome::Kind::recorded);
    EXPECT_EQ(newest().id.raw >> 16, sold.seq);
    EXPECT_EQ(newest().units, 3);
    EXPECT_EQ(newest().money, 3'000);
}

TEST_F(MachinesTest, ARestartGivesBothBack) {
    sell(3);
    act(CaseAction::snooze, newest().id, {.wake_at = clock_.wall() + hours(1)});
    ASSERT_TRUE(sequencer_->checkpoint());
    sell(1, SkuId{1});
    act(CaseAction::comment, newest().id, {.comment = "counted twice?"});
    const Hash128 before = hash();
    const auto rows = sequencer_->cases().table.rows();
    start();
    EXPECT_EQ(hash(), before) << "from a checkpoint and its tail";
    EXPECT_EQ(sequencer_->cases().table.rows(), rows);
    auto whole = Machines::empty(sequencer_->state().seed, {});
    const auto read =
        journal_->read(1, [&](const journal::Batch& batch) { return whole.replay(batch.body); });
    ASSERT_TRUE(read);
    EXPECT_EQ(view(whole).state_hash(), before) << "from the first fact";
}

TEST_F(MachinesTest, ACheckpointWithoutTheCasesIsNotUsed) {
    sell(3);
    const Machines& machines = sequencer_->machines();
    std::vector<std::byte> body;
    ByteWriter out(body);
    out.put(std::uint32_t{1});
    ledger::encode_state(*machines.ledger, out);
    out.put(std::uint32_t{0});
    const journal::Head& end = journal_->head();
    ASSERT_TRUE(checkpoints_->write({.log_id = end.log_id,
                                     .seq = machines.seq(),
                                     .entry = end.next_entry - 1,
                                     .batch = end.next_batch - 1,
                                     .hash = end.hash,
                                     .state_hash = machines.ledger->state_hash()},
                                    body));
    const Hash128 before = hash();
    start();
    EXPECT_EQ(hash(), before);
}

TEST_F(MachinesTest, ACommandAboutCasesIsKeyedAsAllAre) {
    sell(3);
    const CaseId id = newest().id;
    ActOnCases command;
    command.envelope.transport = {.key = {5, 6}, .body_hash = 1};
    const Outcome first = act(CaseAction::resolve, id, command);
    ASSERT_EQ(first.kind, Outcome::Kind::recorded);
    const Outcome again = act(CaseAction::resolve, id, command);
    EXPECT_EQ(again.kind, Outcome::Kind::repeated) << "it would be refused if it were decided anew";
    EXPECT_EQ(fact_seq_, first.seq);
    command.envelope.transport.body_hash = 2;
    EXPECT_EQ(act(CaseAction::reopen, id, command).refusal, Refusal::key_reused_with_other_body);
    EXPECT_EQ(act(CaseAction::resolve, CaseId{9}).refusal, Refusal::unknown_case);
}

TEST_F(MachinesTest, SnoozedCasesWakeByTheHubsClock) {
    sell(3);
    act(CaseAction::snooze, newest().id, {.wake_at = clock_.wall() + hours(1)});
    sequencer_->expire();
    sequencer_->turn();
    EXPECT_EQ(newest().state, CaseState::snoozed);
    clock_.advance(hours(1));
    EXPECT_TRUE(sequencer_->expire());
    sequencer_->turn();
    EXPECT_EQ(newest().state, CaseState::open);
    EXPECT_EQ(sequencer_->counters().woken, 1u);
    EXPECT_FALSE(sequencer_->expire());
}

TEST_F(MachinesTest, OrdersThatNobodyCanServeAreFollowedByReservation) {
    static constexpr LocationId kPool[] = {LocationId{0}};
    submit(UpsertPool{.code = "all", .locations = kPool});
    submit(UpsertChannel{.code = "mkt", .pool = PoolId{0}});
    const Line line{.line = 1, .sku = SkuId{0}, .quantity = 2};
    const Outcome ordered = submit(RecordEvent{.type = FactType::order_created,
                                               .channel = ChannelId{0},
                                               .lines = {&line, 1},
                                               .order = "1001",
                                               .already_sold = true});
    ASSERT_EQ(ordered.kind, Outcome::Kind::recorded);
    EXPECT_EQ(newest().subject.kind, CaseKind::oversold_order);
    EXPECT_EQ(newest().subject.reservation.raw, ordered.seq);
    EXPECT_EQ(newest().subject.order, "1001");
    EXPECT_EQ(newest().units, 2);
    const Line one{.line = 1, .sku = SkuId{0}, .quantity = 1};
    submit(RecordEvent{.type = FactType::order_cancelled, .lines = {&one, 1}, .order = "1001"});
    EXPECT_EQ(newest().units, 1);
    submit(RecordEvent{.type = FactType::order_cancelled, .order = "1001"});
    EXPECT_EQ(newest().resolution, CaseResolution::cause_removed);
}

}  // namespace
}  // namespace holdfast::sequencer
