// Goal: the checks behind the simulation see what they are there for. Method: histories written by
// hand, each with one thing wrong that the real hub never does.
#include "simulation/oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::simulation {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr SkuId kSku{0};
constexpr LocationId kShop{0};
constexpr Microseconds kSecond{1'000'000};

class ModelTest : public testing::Test {
  protected:
    ModelTest() {
        code(FactType::item_upserted, "SKU-0");
        code(FactType::location_upserted, "LOC-0", kLocationEnabled);
        fact(FactType::pool_upserted, {}, [](FactWriter& w) {
            const std::uint32_t ids[] = {0};
            w.value(FieldTag::entity, EntityField{});
            w.text(FieldTag::code, "pool");
            w.list<std::uint32_t>(FieldTag::ids, ids);
        });
        code(FactType::channel_upserted, "web", kChannelSplits, 0);
        fact(FactType::stock_counted, {{kSku, Place{kShop}, Bucket::sellable, 5},
                                       {kSku, Place{PlaceKind::external}, Bucket::external, -5}});
        EXPECT_THAT(model_.fault(), IsEmpty());
    }
    void code(FactType type, std::string_view text, std::uint32_t flags = 0,
              std::uint32_t link = kNoId) {
        fact(type, {}, [&](FactWriter& w) {
            w.value(FieldTag::entity, EntityField{.id = 0, .flags = flags, .link = link});
            w.text(FieldTag::code, text);
        });
    }
    template <class Fields>
    std::uint64_t fact(FactType type, const std::vector<Posting>& postings, Fields&& fields) {
        std::vector<std::byte> bytes;
        FactWriter writer(bytes);
        writer.begin(type, next_seq_, log_time_);
        for (const Posting& posting : postings) writer.post(posting);
        fields(writer);
        model_.apply(writer.end(), {.decided_after = now_, .handed_over = now_});
        return next_seq_++;
    }
    std::uint64_t fact(FactType type, const std::vector<Posting>& postings) {
        return fact(type, postings, [](FactWriter&) {});
    }
    std::uint64_t hold(Units units, std::uint64_t key = 0) {
        return fact(FactType::reservation_created, {{kSku, Place{kShop}, Bucket::reserved, units}},
                    [&](FactWriter& w) {
                        if (key != 0) w.value(FieldTag::transport_key, KeyField{.key = {key, key}});
                        w.value(FieldTag::channel, std::uint32_t{0});
                        w.value(FieldTag::expires_at, to_raw(log_time_ + 10 * kSecond));
                    });
    }
    void expire(std::uint64_t id, Units units) {
        fact(FactType::reservation_expired, {{kSku, Place{kShop}, Bucket::reserved, -units}},
             [&](FactWriter& w) { w.value(FieldTag::reservation, id); });
    }
    void pass(Microseconds time) {
        now_ += time;
        log_time_ += time;
    }

    Coverage coverage_;
    StockModel model_{coverage_};
    std::uint64_t next_seq_ = 1;
    Instant log_time_ = instant_from_raw(1'700'000'000'000'000);
    Microseconds now_{0};
};

TEST_F(ModelTest, FindsNothingWrongWithAQuietDay) {
    const std::uint64_t id = hold(5);
    EXPECT_EQ(model_.available_to_sell(ChannelId{0}, kSku), 0);
    pass(11 * kSecond);
    expire(id, 5);
    EXPECT_EQ(model_.available_to_sell(ChannelId{0}, kSku), 5);
    EXPECT_THAT(model_.fault(), IsEmpty());
}

TEST_F(ModelTest, SeesAnOversell) {
    hold(3);
    EXPECT_THAT(model_.fault(), IsEmpty());
    hold(3);
    EXPECT_THAT(model_.fault(), HasSubstr("OVERSOLD"));
}

TEST_F(ModelTest, SeesAnOversellOfSafetyStockOnly) {
    fact(FactType::policy_changed, {},
         [](FactWriter& w) { w.value(FieldTag::policy, PolicyField{.kind = 1, .value = 2}); });
    hold(4);
    EXPECT_THAT(model_.fault(), HasSubstr("OVERSOLD"));
}

TEST_F(ModelTest, SeesAKeyThatHadAnEffectBefore) {
    hold(1, 77);
    hold(1, 78);
    EXPECT_THAT(model_.fault(), IsEmpty());
    hold(1, 77);
    EXPECT_THAT(model_.fault(), HasSubstr("DOUBLE EFFECT"));
}

TEST_F(ModelTest, SeesAHoldThatEndsBeforeItsTime) {
    const std::uint64_t id = hold(1);
    pass(4 * kSecond);
    log_time_ += 60 * kSecond;  // somebody has moved the clock
    expire(id, 1);
    EXPECT_THAT(model_.fault(), HasSubstr("EXPIRED EARLY"));
}

TEST_F(ModelTest, SeesAPromiseFromAClosedLocation) {
    code(FactType::location_upserted, "LOC-0", 0);
    hold(1);
    EXPECT_THAT(model_.fault(), HasSubstr("closed location"));
}

TEST_F(ModelTest, SeesALostFact) {
    ++next_seq_;
    hold(1);
    EXPECT_THAT(model_.fault(), HasSubstr("follows fact"));
}

TEST_F(ModelTest, SeesUnitsThatComeFromNowhere) {
    fact(FactType::receipt_posted, {{kSku, Place{kShop}, Bucket::sellable, 5}});
    EXPECT_THAT(model_.fault(), HasSubstr("legs"));
}

// --- What the hub says ---------------------------------------------------------------------------

class OracleTest : public testing::Test, public sequencer::Caller {
  protected:
    std::uint64_t ask() {
        Request request;
        request.command = UpsertItem{};
        request.code = "SKU";
        envelope_of_request(request).transport = {.key = {1, oracle_.requests() + 1}};
        return oracle_.ask(std::move(request));
    }
    /// The group that a hub would hand over for one request.
    std::vector<std::byte> group_for(std::uint64_t number) {
        std::vector<std::byte> bytes;
        FactWriter writer(bytes);
        const std::uint64_t seq = oracle_.durable_seq() + 1;
        writer.begin(FactType::item_upserted, seq, at_);
        writer.header().occurred_at = to_raw(tag_of(number));
        writer.value(FieldTag::transport_key, KeyField{.key = {1, number}});
        writer.value(FieldTag::entity, EntityField{});
        writer.text(FieldTag::code, "SKU");
        writer.end();
        writer.end_entry();
        return bytes;
    }
    void commit(const std::vector<std::byte>& group, journal::AppendOutcome outcome) {
        oracle_.handed_over({.number = oracle_.durable_seq() + 1,
                             .first_entry = oracle_.durable_seq() + 1,
                             .entry_count = 1,
                             .first_seq = oracle_.durable_seq() + 1,
                             .fact_count = 1,
                             .log_time = at_,
                             .body = group},
                            Microseconds{1});
        oracle_.handed_back(outcome);
    }
    static sequencer::Answer recorded(const std::vector<std::byte>& group, std::uint64_t seq) {
        sequencer::Answer answer;
        answer.outcome.kind = ledger::Outcome::Kind::recorded;
        answer.outcome.seq = seq;
        answer.fact = FactView::trusted(group);
        answer.has_fact = true;
        return answer;
    }
    void answered(std::uint64_t, const sequencer::Answer&) override {}

    Coverage coverage_;
    Oracle oracle_{coverage_};
    Instant at_ = instant_from_raw(1'700'000'000'000'000);
};

TEST_F(OracleTest, LetsAnHonestHubPass) {
    const std::uint64_t number = ask();
    const std::uint64_t token = oracle_.delivered(number, Microseconds{0});
    const auto group = group_for(number);
    commit(group, journal::AppendOutcome::applied);
    oracle_.answered(token, recorded(group, 1));
    oracle_.received(number, reply_of(recorded(group, 1)));
    oracle_.verify_counts();
    EXPECT_THAT(oracle_.failure(), IsEmpty());
}

TEST_F(OracleTest, SeesAnAnswerBeforeTheDiskHasIt) {
    const std::uint64_t number = ask();
    const std::uint64_t token = oracle_.delivered(number, Microseconds{0});
    oracle_.answered(token, recorded(group_for(number), 1));
    EXPECT_THAT(oracle_.failure(), HasSubstr("durable are 0"));
}

TEST_F(OracleTest, SeesAnEffectOfARequestThatWasRefused) {
    const std::uint64_t number = ask();
    const std::uint64_t token = oracle_.delivered(number, Microseconds{0});
    sequencer::Answer refused;
    refused.kind = sequencer::Answer::Kind::unavailable;
    refused.reason = sequencer::Unavailable::overloaded;
    oracle_.answered(token, refused);
    commit(group_for(number), journal::AppendOutcome::applied);
    oracle_.verify_counts();
    EXPECT_THAT(oracle_.failure(), HasSubstr("answered as having none"));
}

TEST_F(OracleTest, SeesAFactThatSaysSomethingElse) {
    const std::uint64_t first = ask();
    const std::uint64_t second = ask();
    oracle_.delivered(first, Microseconds{0});
    auto group = group_for(second);
    // The second request's key under the first one's name.
    FactHeader header = load<FactHeader>(group.data());
    header.occurred_at = to_raw(tag_of(first));
    store(group.data(), header);
    commit(group, journal::AppendOutcome::applied);
    EXPECT_THAT(oracle_.failure(), HasSubstr("another request's key"));
}

TEST_F(OracleTest, SeesAnotherAnswerToTheSameQuestion) {
    const std::uint64_t number = ask();
    const auto group = group_for(number);
    oracle_.received(number, reply_of(recorded(group, 1)));
    oracle_.received(number, reply_of(recorded(group, 2)));
    EXPECT_THAT(oracle_.failure(), HasSubstr("fact 1 first and with fact 2 then"));
}

}  // namespace
}  // namespace holdfast::simulation
