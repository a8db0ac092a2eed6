// Goal: nothing about cases grows without end, and what a bound takes away is counted or told.
#include "cases/bounds.h"

#include "cases/cases_fixture.h"

namespace holdfast::cases {
namespace {

using std::chrono::hours;

using CaseBounds = CasesTest;

TEST_F(CaseBounds, AFullTableGivesUpTheCaseThatWasResolvedFirst) {
    state_ = std::make_unique<State>(42, Limits{.cases_max = 2});
    sells(1);
    const CaseId first = only().id;
    sells(1, kSock);
    did(CaseAction::resolve, {first});
    sells(1, SkuId{2});
    EXPECT_EQ(state_->table.size(), 2U);
    EXPECT_EQ(state_->table.find(first), nullptr);
    sells(1, SkuId{3});
    EXPECT_EQ(state_->table.size(), 2U);
    EXPECT_EQ(state_->not_opened, 1U) << "all are live: the raise is counted";
}

TEST_F(CaseBounds, ResolvedCasesAreForgottenAfterTheirTime) {
    sells(1);
    did(CaseAction::resolve, {only().id});
    now_ += resolved_kept - hours(1);
    arrives(1);
    EXPECT_EQ(state_->table.size(), 1U);
    now_ += hours(1);
    arrives(1);
    EXPECT_EQ(state_->table.size(), 0U);
}

TEST_F(CaseBounds, OneEntryForgetsOnlySoMany) {
    std::vector<Posting> postings;
    for (std::uint32_t sku = 0; sku < forgotten_per_entry_max + 10; ++sku)
        postings.push_back({SkuId{sku}, Place{kMain}, Bucket::sellable, -1});
    happens({.postings = postings, .raises = {CaseKind::negative_sellable}});
    for (Posting& posting : postings) posting.delta = 1;
    happens({.type = FactType::receipt_posted, .postings = postings});
    EXPECT_EQ(state_->table.resolved().size(), forgotten_per_entry_max + 10);
    now_ += resolved_kept;
    arrives(1, SkuId{0}, kStore);
    EXPECT_EQ(state_->table.size(), 10U);
    arrives(1, SkuId{0}, kStore);
    EXPECT_EQ(state_->table.size(), 0U);
}

TEST_F(CaseBounds, OneFactOpensOnlySoMany) {
    std::vector<Posting> postings;
    for (std::uint32_t sku = 0; sku < cases_per_fact_max + 1; ++sku)
        postings.push_back({SkuId{sku}, Place{kMain}, Bucket::sellable, -1});
    happens({.postings = postings, .raises = {CaseKind::negative_sellable}});
    EXPECT_EQ(state_->table.size(), cases_per_fact_max);
    EXPECT_EQ(state_->not_opened, 1U);
}

TEST_F(CaseBounds, FactsAndHistoryKeepTheFirstAndTheNewest) {
    const std::uint64_t first = sells(1);
    for (std::size_t i = 0; i < evidence_facts_max + 5; ++i) sells(1);
    EXPECT_EQ(only().facts.size(), evidence_facts_max);
    EXPECT_EQ(only().facts.front(), first);
    EXPECT_EQ(only().facts.back(), state_->seq);
    EXPECT_EQ(only().count, evidence_facts_max + 6);
    for (std::size_t i = 0; i < history_entries_max + 5; ++i)
        did(CaseAction::comment, {only().id}, {.comment = std::to_string(i)});
    EXPECT_EQ(only().history.size(), history_entries_max);
    EXPECT_EQ(only().history_dropped, 6U);
    EXPECT_EQ(only().history.front().step, CaseStep::opened);
    EXPECT_EQ(only().history.back().text, std::to_string(history_entries_max + 4));
}

TEST_F(CaseBounds, AFloodOfUnknownCodesIsOneCaseForItsSource) {
    constexpr std::uint64_t kOrders = 5'000;
    for (std::uint64_t i = 0; i < kOrders; ++i)
        happens({.type = FactType::order_created,
                 .raises = {CaseKind::unknown_code},
                 .order = std::to_string(i),
                 .source = 3});
    EXPECT_EQ(only().subject, (Subject{.kind = CaseKind::unknown_code, .source = NameId{3}}));
    EXPECT_EQ(only().count, kOrders);
    EXPECT_EQ(only().facts.size(), evidence_facts_max);
    EXPECT_EQ(only().history.size(), 1U);
}

TEST_F(CaseBounds, TextsAreRefusedWhenTheirRoomIsUsedUp) {
    state_ = std::make_unique<State>(42, Limits{.texts_bytes_max = 10});
    sells(1);
    EXPECT_EQ(act(CaseAction::comment, {only().id}, {.comment = "12345678"}).kind,
              Outcome::Kind::recorded);
    EXPECT_EQ(act(CaseAction::comment, {only().id}, {.comment = "123"}).refusal,
              Refusal::table_full);
    EXPECT_EQ(act(CaseAction::resolve, {only().id}).kind, Outcome::Kind::recorded)
        << "what says nothing needs no room";
}

TEST_F(CaseBounds, ACommentHasItsLength) {
    sells(1);
    const std::string longest(comment_bytes_max, 'x');
    EXPECT_EQ(act(CaseAction::comment, {only().id}, {.comment = longest}).kind,
              Outcome::Kind::recorded);
    const std::string longer = longest + "x";
    EXPECT_EQ(act(CaseAction::comment, {only().id}, {.comment = longer}).refusal,
              Refusal::value_out_of_range);
}

TEST_F(CaseBounds, MoneyStopsAtItsBound) {
    costs(kBoot, unit_value_max);
    happens({.postings = {{kBoot, Place{kMain}, Bucket::sellable, -level_max}},
             .raises = {CaseKind::negative_sellable}});
    EXPECT_EQ(only().money, money_at_risk_max);
}

}  // namespace
}  // namespace holdfast::cases
