// Goal: each failing line says what is short, and every change that is offered really lets it pass.
// Method: a small ledger; requests that are refused, then asked again as the answer says.
#include "explain/why_not.h"

#include <gtest/gtest.h>

#include "ledger/ledger.h"

namespace holdfast::explain {
namespace {

class WhyNotTest : public testing::Test {
  protected:
    WhyNotTest() {
        for (const char* code : {"BOOT", "SOCK"}) run(UpsertItem{.code = code});
        for (const char* code : {"DC1", "S1", "S2"}) run(UpsertLocation{.code = code});
        const LocationId pool[] = {LocationId{0}, LocationId{1}, LocationId{2}};
        run(UpsertPool{.code = "main", .locations = pool});
        run(UpsertChannel{.code = "web", .pool = PoolId{0}});
        run(UpsertChannel{.code = "solo", .pool = PoolId{0}, .splits = false});
        count(0, 0, 5);
        count(0, 1, 3);
        count(1, 0, 9);
    }
    ledger::Outcome::Kind run(const Command& command) {
        Arena arena;
        std::vector<std::byte> bytes;
        FactWriter writer(bytes);
        now_ += std::chrono::seconds(1);
        const auto outcome = ledger::decide(state_, command, {now_, state_.seq + 1}, arena, writer);
        EXPECT_TRUE(for_each_fact(bytes, [&](const FactView& fact) -> Result<void> {
            ledger::apply(state_, fact);
            return {};
        }));
        return outcome.kind;
    }
    void count(std::uint32_t sku, std::uint32_t at, std::int64_t units) {
        const Line lines[] = {{.sku = SkuId{sku}, .quantity = units}};
        run(RecordEvent{.type = FactType::stock_counted,
                        .location = LocationId{at},
                        .names_location = true,
                        .lines = lines});
    }
    static Line line(std::uint32_t sku, std::int64_t quantity) {
        return {.sku = SkuId{sku}, .quantity = quantity};
    }
    static Line line_at(std::uint32_t sku, std::uint32_t at, std::int64_t quantity) {
        return {.sku = SkuId{sku},
                .location = LocationId{at},
                .names_location = true,
                .quantity = quantity};
    }
    WhyNot ask(std::vector<Line> lines, std::uint32_t channel = 0) {
        return why_not(state_, {.channel = ChannelId{channel}, .lines = lines});
    }
    bool would_hold(const std::vector<Line>& lines, std::uint32_t channel = 0) {
        return ask(lines, channel).refusal == Refusal::none;
    }
    static const Change* change(const FailingLine& line, ChangeKind kind) {
        const auto it = std::ranges::find(line.changes, kind, &Change::kind);
        return it == line.changes.end() ? nullptr : &*it;
    }

    ledger::State state_{1};
    Instant now_ = instant_from_raw(1'767'225'600'000'000);
};

TEST_F(WhyNotTest, WhatWouldBeHeldHasNoReasonsAndHoldsNothing) {
    const std::uint64_t before = state_.seq;
    const WhyNot answer = ask({line(0, 8)});
    EXPECT_EQ(answer.refusal, Refusal::none);
    EXPECT_TRUE(answer.lines.empty());
    EXPECT_EQ(state_.seq, before);
}

TEST_F(WhyNotTest, TooManyUnitsMayBeFewer) {
    const WhyNot answer = ask({line(0, 11)});
    EXPECT_EQ(answer.refusal, Refusal::insufficient_stock);
    ASSERT_EQ(answer.lines.size(), 1U);
    EXPECT_EQ(answer.lines[0].missing, 3);
    ASSERT_NE(change(answer.lines[0], ChangeKind::fewer_units), nullptr);
    const Units fewer = change(answer.lines[0], ChangeKind::fewer_units)->units;
    EXPECT_EQ(fewer, 8);
    EXPECT_TRUE(would_hold({line(0, fewer)}));
    EXPECT_FALSE(would_hold({line(0, fewer + 1)}));
}

TEST_F(WhyNotTest, ANamedLocationMayBeAnotherOneOrNone) {
    const WhyNot answer = ask({line_at(0, 1, 4)});
    ASSERT_EQ(answer.lines.size(), 1U);
    const FailingLine& failing = answer.lines[0];
    EXPECT_NE(change(failing, ChangeKind::any_location), nullptr);
    ASSERT_NE(change(failing, ChangeKind::another_location), nullptr);
    EXPECT_EQ(change(failing, ChangeKind::another_location)->location, LocationId{0});
    EXPECT_EQ(change(failing, ChangeKind::fewer_units)->units, 3);
    EXPECT_EQ(failing.places.front().location, LocationId{1});  // the named one first
}

TEST_F(WhyNotTest, AChannelThatDoesNotSplitMaySplitByHand) {
    const WhyNot answer = ask({line(0, 7)}, 1);
    EXPECT_EQ(answer.refusal, Refusal::split_not_allowed);
    const FailingLine& failing = answer.lines.at(0);
    ASSERT_NE(change(failing, ChangeKind::named_locations), nullptr);
    EXPECT_NE(change(failing, ChangeKind::allow_split), nullptr);
    std::vector<Line> parts;
    for (const auto& [location, units] : change(failing, ChangeKind::named_locations)->split)
        parts.push_back(line_at(0, location.raw, units));
    EXPECT_EQ(parts.size(), 2U);
    EXPECT_TRUE(would_hold(parts, 1));
    EXPECT_TRUE(would_hold({line(0, 7)}, 0));
}

TEST_F(WhyNotTest, OtherLinesOfTheRequestAreThoughtOf) {
    // The first line takes what the second one would need.
    const WhyNot answer = ask({line(0, 6), line(0, 5)});
    ASSERT_EQ(answer.lines.size(), 1U);
    EXPECT_EQ(answer.lines[0].problem.line_index, 1U);
    const Units fewer = change(answer.lines[0], ChangeKind::fewer_units)->units;
    EXPECT_EQ(fewer, 2);
    EXPECT_TRUE(would_hold({line(0, 6), line(0, fewer)}));
}

TEST_F(WhyNotTest, ThePartThatWouldPassIsTold) {
    EXPECT_TRUE(ask({line(0, 99), line(1, 1)}).partial_would_hold);
    EXPECT_FALSE(ask({line(0, 99)}).partial_would_hold);
}

TEST_F(WhyNotTest, WhatIsNothingOffersNothing) {
    count(0, 0, 0);
    count(0, 1, 0);
    const WhyNot answer = ask({line(0, 1)});
    ASSERT_EQ(answer.lines.size(), 1U);
    EXPECT_TRUE(answer.lines[0].changes.empty());
    EXPECT_EQ(answer.lines[0].missing, 1);
}

TEST_F(WhyNotTest, AKitIsShortOfItsComponents) {
    const KitComponent of_set[] = {{.sku = SkuId{0}, .quantity = 1},
                                   {.sku = SkuId{1}, .quantity = 3}};
    run(UpsertItem{.code = "SET", .components = of_set, .sets_components = true});
    const WhyNot answer = ask({line(2, 4)});
    ASSERT_EQ(answer.lines.size(), 1U);
    const FailingLine& failing = answer.lines[0];
    EXPECT_EQ(failing.problem.refusal, Refusal::insufficient_stock);
    EXPECT_EQ(failing.missing, 1);
    // Of boots there are enough.
    ASSERT_EQ(failing.components.size(), 1U);
    EXPECT_EQ(failing.components[0].sku, SkuId{1});
    EXPECT_EQ(failing.components[0].requested, 12);
    EXPECT_EQ(failing.components[0].missing, 3);
    ASSERT_EQ(failing.components[0].places.size(), 1U);
    EXPECT_EQ(failing.components[0].places[0].sellable, 9);
    const Units fewer = change(failing, ChangeKind::fewer_units)->units;
    EXPECT_EQ(fewer, 3);
    EXPECT_TRUE(would_hold({line(2, fewer)}));
}

TEST_F(WhyNotTest, ComponentsThatAreApartMakeNoKit) {
    count(1, 0, 0);
    count(1, 2, 9);
    const KitComponent of_set[] = {{.sku = SkuId{0}, .quantity = 1},
                                   {.sku = SkuId{1}, .quantity = 1}};
    run(UpsertItem{.code = "SET", .components = of_set, .sets_components = true});
    const WhyNot answer = ask({line(2, 1)});
    ASSERT_EQ(answer.lines.size(), 1U);
    const FailingLine& failing = answer.lines[0];
    EXPECT_EQ(failing.missing, 1);
    ASSERT_EQ(failing.components.size(), 2U);
    EXPECT_EQ(failing.components[0].missing, 0);
    EXPECT_EQ(failing.components[1].missing, 0);
    EXPECT_TRUE(failing.changes.empty());
    // What another line takes of a component is thought of.
    count(1, 0, 5);
    EXPECT_TRUE(would_hold({line(2, 5)}));
    const WhyNot beside = ask({line_at(0, 0, 4), line(2, 2)});
    ASSERT_EQ(beside.lines.size(), 1U);
    EXPECT_EQ(change(beside.lines[0], ChangeKind::fewer_units)->units, 1);
}

TEST_F(WhyNotTest, ARefusalOfTheWholeHasNoLines) {
    const WhyNot answer = ask({}, 0);
    EXPECT_EQ(answer.refusal, Refusal::no_lines);
    EXPECT_TRUE(answer.lines.empty());
    EXPECT_EQ(ask({line(0, 1)}, 7).refusal, Refusal::unknown_channel);
}

TEST_F(WhyNotTest, AnUnknownSkuIsToldAsSuch) {
    const WhyNot answer = ask({line(77, 1)});
    ASSERT_EQ(answer.lines.size(), 1U);
    EXPECT_EQ(answer.lines[0].problem.refusal, Refusal::unknown_sku);
    EXPECT_TRUE(answer.lines[0].changes.empty());
}

}  // namespace
}  // namespace holdfast::explain
