// Goal: the road from a command through its facts to the state, and back through a checkpoint.
// Behaviour, case by case, is told in tests/stories; the twin checks the rest at random.
#include "ledger/ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>

#include "ledger/availability.h"
#include "ledger/checkpoint_codec.h"

namespace holdfast::ledger {
namespace {

using std::chrono::minutes;

class Ledger : public testing::Test {
  protected:
    Outcome run(const Command& command) {
        arena_.reset();
        std::vector<std::byte> bytes;
        FactWriter writer(bytes);
        const Outcome outcome =
            decide(state_, command, {.now = now_, .next_seq = state_.seq + 1}, arena_, writer);
        const Result<void> applied = for_each_fact(bytes, [&](const FactView& fact) {
            apply(state_, fact);
            return Result<void>{};
        });
        EXPECT_TRUE(applied);
        history_.insert(history_.end(), bytes.begin(), bytes.end());
        const auto fault = state_.check_invariants();
        EXPECT_FALSE(fault) << *fault;
        return outcome;
    }
    void stock(Units units) {
        ASSERT_EQ(run(UpsertItem{.code = "BOOT-42"}).kind, Outcome::Kind::recorded);
        ASSERT_EQ(run(UpsertLocation{.code = "MAIN"}).kind, Outcome::Kind::recorded);
        const LocationId pool[] = {LocationId{0}};
        ASSERT_EQ(run(UpsertPool{.code = "all", .locations = pool}).kind, Outcome::Kind::recorded);
        ASSERT_EQ(run(UpsertChannel{.code = "web", .pool = PoolId{0}}).kind,
                  Outcome::Kind::recorded);
        const Line lines[] = {{.sku = SkuId{0}, .quantity = units}};
        ASSERT_EQ(run(RecordEvent{.type = FactType::stock_counted,
                                  .location = LocationId{0},
                                  .names_location = true,
                                  .lines = lines})
                      .kind,
                  Outcome::Kind::recorded);
    }
    Outcome reserve(Units units, std::uint64_t key, std::uint64_t body = 1) {
        const Line lines[] = {{.sku = SkuId{0}, .quantity = units}};
        ReserveStock command{.channel = ChannelId{0}, .lines = lines};
        command.envelope.transport = {.key = {key, 1}, .body_hash = body};
        return run(command);
    }
    Units left() { return available_to_sell(state_, ChannelId{0}, SkuId{0}).units; }

    State state_{42};
    Instant now_ = instant_from_raw(1'700'000'000'000'000);
    Arena arena_;
    std::vector<std::byte> history_;
};

TEST_F(Ledger, GrantsUntilTheLastUnitAndNoFurther) {
    stock(2);
    EXPECT_EQ(reserve(1, 1).kind, Outcome::Kind::recorded);
    EXPECT_EQ(reserve(1, 2).kind, Outcome::Kind::recorded);
    const Outcome refused = reserve(1, 3);
    EXPECT_EQ(refused.refusal, Refusal::insufficient_stock);
    ASSERT_EQ(refused.problems.size(), 1u);
    EXPECT_EQ(refused.problems[0].available_to_sell, 0);
    EXPECT_EQ(left(), 0);
}

TEST_F(Ledger, AnswersARepeatFromTheSameFactAndChangesNothing) {
    stock(5);
    const Outcome first = reserve(1, 7);
    const Hash128 before = state_.state_hash();
    const Outcome again = reserve(1, 7);
    EXPECT_EQ(again.kind, Outcome::Kind::repeated);
    EXPECT_EQ(again.seq, first.seq);
    EXPECT_EQ(state_.state_hash(), before);
    EXPECT_EQ(reserve(1, 7, 2).refusal, Refusal::key_reused_with_other_body);
}

TEST_F(Ledger, ExpiryGivesBackAndALateConfirmTakesAgain) {
    stock(1);
    const Outcome held = reserve(1, 1);
    now_ += minutes(15);
    EXPECT_EQ(run(ExpireHolds{}).kind, Outcome::Kind::recorded);
    EXPECT_EQ(left(), 1);
    StepReservation confirm{
        .step = ReservationStep::confirm, .reservation = ReservationId{held.seq}, .order = "1001"};
    EXPECT_EQ(run(confirm).kind, Outcome::Kind::recorded);
    EXPECT_EQ(left(), 0);
    EXPECT_EQ(run(confirm).refusal, Refusal::reservation_already_confirmed);
}

TEST_F(Ledger, AReplayOfTheFactsGivesTheSameState) {
    stock(10);
    (void)reserve(3, 1);
    (void)reserve(2, 2);
    now_ += minutes(16);
    (void)run(ExpireHolds{});
    State again{42};
    ASSERT_TRUE(for_each_fact(history_, [&](const FactView& fact) {
        apply(again, fact);
        return Result<void>{};
    }));
    EXPECT_EQ(again.state_hash(), state_.state_hash());
}

TEST_F(Ledger, ACheckpointReadsBackAsTheSameState) {
    stock(10);
    (void)reserve(3, 1);
    const Outcome second = reserve(2, 2);
    (void)run(SetPolicy{.kind = PolicyKind::safety_stock, .value = 1});
    (void)run(StepReservation{.step = ReservationStep::release,
                              .reservation = ReservationId{second.seq}});
    std::vector<std::byte> bytes;
    encode_state(state_, bytes);
    const auto decoded = decode_state(bytes, 42, {});
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    EXPECT_EQ((*decoded)->state_hash(), state_.state_hash());
    EXPECT_FALSE((*decoded)->check_invariants());
    for (std::size_t size = 0; size < bytes.size(); size += 7)
        EXPECT_FALSE(decode_state(ByteSpan(bytes).first(size), 42, {})) << size;
}

TEST_F(Ledger, ACheckpointWhoseHoldEndedAfterTheEndOfTimeIsRefused) {
    stock(10);
    const Outcome held = reserve(3, 1);
    (void)run(
        StepReservation{.step = ReservationStep::release, .reservation = ReservationId{held.seq}});
    const auto generation = state_.reservations.find(ReservationId{held.seq})->ended_generation;
    std::vector<std::byte> bytes;
    encode_state(state_, bytes);
    const auto wanted = std::bit_cast<std::array<std::byte, sizeof generation>>(generation);
    const auto at = std::ranges::search(bytes, wanted).begin();
    ASSERT_NE(at, bytes.end());
    const auto beyond = std::bit_cast<std::array<std::byte, sizeof generation>>(0x7fffffff);
    std::ranges::copy(beyond, at);
    EXPECT_FALSE(decode_state(bytes, 42, {}));
}

TEST_F(Ledger, ForgetsAKeyAfterItsTime) {
    stock(5);
    (void)reserve(1, 7);
    now_ += std::chrono::hours(24 * 7);
    EXPECT_EQ(reserve(1, 7).kind, Outcome::Kind::repeated) << "seven days are promised";
    for (int generation = 0; generation < 3; ++generation) {
        (void)run(UpsertItem{.code = "OTHER"});
        now_ += transport_key_generation;
    }
    (void)run(UpsertItem{.code = "OTHER"});
    EXPECT_EQ(reserve(1, 7).kind, Outcome::Kind::recorded);
}

TEST_F(Ledger, KnowsAKeyThroughAJumpOfTheClock) {
    stock(5);
    (void)reserve(1, 7);
    now_ += std::chrono::hours(24 * 365);
    (void)run(UpsertItem{.code = "OTHER"});
    EXPECT_EQ(reserve(1, 7).kind, Outcome::Kind::repeated);
}

}  // namespace
}  // namespace holdfast::ledger
