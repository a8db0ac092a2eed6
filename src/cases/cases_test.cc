// Goal: a raise becomes a case or joins one, what people do to it is recorded, and a cause that is
// gone resolves it. Method: facts written by hand over levels kept in a map. How real facts raise
// is told in tests/stories.
#include "cases/cases.h"

#include "cases/cases_fixture.h"

namespace holdfast::cases {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using enum CaseStep;

using Cases = CasesTest;

TEST_F(Cases, OpensOneForARaiseAndNamesItByTheFact) {
    arrives(2);
    const std::uint64_t seq = sells(5);
    const Case& row = only();
    EXPECT_EQ(row.id.raw, seq << 16);
    EXPECT_EQ(row.subject,
              (Subject{.kind = CaseKind::negative_sellable, .sku = kBoot, .location = kMain}));
    EXPECT_EQ(row.state, CaseState::open);
    EXPECT_EQ(row.units, 3);
    EXPECT_EQ(row.count, 1U);
    EXPECT_EQ(row.facts, std::vector{seq});
    EXPECT_EQ(row.opened_by, FactType::pos_sale);
    EXPECT_EQ(steps(row), std::vector{opened});
}

TEST_F(Cases, GroupsARaiseIntoTheCaseOfTheSameKindSkuAndLocation) {
    const std::uint64_t first = sells(1);
    const std::uint64_t second = sells(2);
    EXPECT_EQ(only().count, 2U);
    EXPECT_EQ(only().units, 3);
    EXPECT_EQ(only().facts, (std::vector{first, second}));
    EXPECT_EQ(steps(only()), std::vector{opened});
    sells(1, kSock);
    sells(1, kBoot, kStore);
    EXPECT_EQ(state_->table.size(), 3U);
}

TEST_F(Cases, KeepsOrdersApartWhereTheKindIsAboutAnOrder) {
    for (const std::uint64_t reservation : {7, 8})
        happens({.type = FactType::reservation_confirmed,
                 .postings = {{kBoot, Place{kMain}, Bucket::reserved, 2}},
                 .raises = {CaseKind::late_confirm_without_stock},
                 .reservation = ReservationId{reservation},
                 .order = "1001"});
    ASSERT_EQ(state_->table.size(), 2U);
    for (const auto& [id, row] : state_->table.rows()) EXPECT_EQ(row.units, 2);
}

TEST_F(Cases, OpensOneForEachPositionOfAFact) {
    arrives(5, kSock);
    happens({.postings = {{kBoot, Place{kMain}, Bucket::sellable, -1},
                          {kSock, Place{kMain}, Bucket::sellable, -1},
                          {kBoot, Place{kStore}, Bucket::sellable, -4}},
             .raises = {CaseKind::negative_sellable}});
    ASSERT_EQ(state_->table.size(), 2U) << "socks are still there";
    EXPECT_EQ(state_->table.rows().begin()->second.units, 1);
    EXPECT_EQ(state_->table.rows().rbegin()->second.units, 4);
}

TEST_F(Cases, NeverLosesARaiseThatNothingOfTheFactFits) {
    arrives(5);
    happens({.postings = {{kBoot, Place{kMain}, Bucket::sellable, -1}},
             .raises = {CaseKind::negative_sellable}});
    EXPECT_EQ(only().subject.sku, kBoot);
    EXPECT_EQ(only().units, 0);
    happens({.type = FactType::pos_sale, .raises = {CaseKind::sequence_gap}, .source = 3});
    EXPECT_EQ(state_->table.rows().rbegin()->second.subject,
              (Subject{.kind = CaseKind::sequence_gap, .source = NameId{3}}));
}

TEST_F(Cases, CountsTheUnitsAtRiskByKind) {
    // 3 on the shelf, 5 promised to one order and 2 to another.
    happens({.type = FactType::order_created,
             .postings = {{kBoot, Place{kMain}, Bucket::reserved, 5}},
             .reservation = ReservationId{1}});
    arrives(3);
    happens({.type = FactType::order_created,
             .postings = {{kBoot, Place{kMain}, Bucket::reserved, 2}},
             .raises = {CaseKind::oversold_order},
             .reservation = ReservationId{2},
             .order = "1002"});
    EXPECT_EQ(only().units, 2) << "four are short, but the order has two";
    happens({.type = FactType::stock_adjusted,
             .postings = {{kBoot, Place{kMain}, Bucket::sellable, -4}},
             .raises = {CaseKind::reservation_at_risk, CaseKind::negative_sellable}});
    const auto units = [&](CaseKind kind) {
        return state_->table.find(Subject{.kind = kind, .sku = kBoot, .location = kMain})->units;
    };
    EXPECT_EQ(units(CaseKind::reservation_at_risk), 7);
    EXPECT_EQ(units(CaseKind::negative_sellable), 1);
    happens({.type = FactType::stock_adjusted,
             .postings = {{kBoot, Place{kStore}, Bucket::damaged, -4}},
             .raises = {CaseKind::negative_bucket}});
    happens({.type = FactType::backorder_created,
             .postings = {{kBoot, Place{kStore}, Bucket::backordered, 6},
                          {kBoot, Place{kStore}, Bucket::inbound, 4}},
             .raises = {CaseKind::backorder_uncovered}});
    happens({.type = FactType::receipt_posted,
             .postings = {{kSock, Place{kStore}, Bucket::sellable, 9}},
             .raises = {CaseKind::over_receipt}});
    const auto at_store = [&](CaseKind kind, SkuId sku) {
        return state_->table.find(Subject{.kind = kind, .sku = sku, .location = kStore})->units;
    };
    EXPECT_EQ(at_store(CaseKind::negative_bucket, kBoot), 4);
    EXPECT_EQ(at_store(CaseKind::backorder_uncovered, kBoot), 2);
    EXPECT_EQ(at_store(CaseKind::over_receipt, kSock), 9);
}

TEST_F(Cases, CountOnlyWhatIsBeyondWhatWasExpectedOrPromised) {
    // A purchase order had six left, ten came, one of them damaged.
    happens({.type = FactType::receipt_posted,
             .postings = {{kBoot, Place{kStore}, Bucket::sellable, 9},
                          {kBoot, Place{kStore}, Bucket::damaged, 1},
                          {kBoot, Place{kStore}, Bucket::inbound, -6},
                          {kSock, Place{kStore}, Bucket::sellable, 4},
                          {kSock, Place{kStore}, Bucket::inbound, -4}},
             .raises = {CaseKind::over_receipt}});
    EXPECT_EQ(only().subject.sku, kBoot) << "socks came as expected";
    EXPECT_EQ(only().units, 4);
    // Five boots leave the store for an order that was promised three, two of them elsewhere.
    happens({.type = FactType::shipment_posted,
             .postings = {{kBoot, Place{kStore}, Bucket::sellable, -5},
                          {kBoot, Place{kStore}, Bucket::reserved, -1},
                          {kBoot, Place{kMain}, Bucket::reserved, -2},
                          {kSock, Place{kStore}, Bucket::sellable, -1},
                          {kSock, Place{kStore}, Bucket::reserved, -1}},
             .raises = {CaseKind::over_shipment},
             .reservation = ReservationId{3},
             .order = "1003"});
    ASSERT_EQ(state_->table.size(), 2U);
    const Case& shipped = state_->table.rows().rbegin()->second;
    EXPECT_EQ(shipped.subject.location, kStore);
    EXPECT_EQ(shipped.units, 2);
}

TEST_F(Cases, AboutGoodsOnTheirWayAreWhereTheyGo) {
    happens({.type = FactType::transfer_completed,
             .postings = {{kBoot, Place{PlaceKind::lane, 0}, Bucket::in_transit, -3},
                          {kBoot, Place{PlaceKind::loss}, Bucket::external, 3}},
             .raises = {CaseKind::transfer_residue},
             .reservation = ReservationId{4},
             .document = "T-17"});
    EXPECT_EQ(only().subject, (Subject{.kind = CaseKind::transfer_residue,
                                       .sku = kBoot,
                                       .location = kStore,
                                       .reservation = ReservationId{4},
                                       .document = "T-17"}));
    EXPECT_EQ(only().units, 3);
}

TEST_F(Cases, SayNoNumberWhereTheFactSaysNone) {
    happens({.type = FactType::erp_offset,
             .postings = {{kBoot, Place{kMain}, Bucket::erp_held, 3}},
             .raises = {CaseKind::beyond_promise},
             .reservation = ReservationId{4}});
    EXPECT_EQ(only().units, 0);
    EXPECT_EQ(only().subject.location, kMain);
}

TEST_F(Cases, FollowTheLedgerAndResolveThemselvesWhenTheCauseIsGone) {
    sells(5);
    arrives(2);
    EXPECT_EQ(only().units, 3);
    EXPECT_EQ(only().units_peak, 5);
    now_ += hours(1);
    arrives(3);
    EXPECT_EQ(only().state, CaseState::resolved);
    EXPECT_EQ(only().resolution, CaseResolution::cause_removed);
    EXPECT_EQ(only().resolved_at, now_);
    EXPECT_EQ(only().units, 3) << "what was at risk before";
    EXPECT_EQ(steps(only()), (std::vector{opened, resolved}));
}

TEST_F(Cases, ResolveThemselvesWhenTheOrderNoLongerHoldsTheUnits) {
    happens({.type = FactType::order_created,
             .postings = {{kBoot, Place{kMain}, Bucket::reserved, 2}},
             .raises = {CaseKind::oversold_order},
             .reservation = ReservationId{9}});
    happens({.type = FactType::order_cancelled,
             .postings = {{kBoot, Place{kMain}, Bucket::reserved, -2}},
             .reservation = ReservationId{9}});
    EXPECT_EQ(only().resolution, CaseResolution::cause_removed);
}

TEST_F(Cases, ThatAskForARecountWaitForACount) {
    happens({.type = FactType::pick_shorted,
             .postings = {{kBoot, Place{kMain}, Bucket::suspect, 2}},
             .raises = {CaseKind::recount_needed}});
    arrives(1);
    EXPECT_EQ(only().state, CaseState::open);
    happens({.type = FactType::stock_counted,
             .postings = {{kBoot, Place{kMain}, Bucket::sellable, 0}}});
    EXPECT_EQ(only().resolution, CaseResolution::cause_removed);
}

TEST_F(Cases, RegressWhenTheirSubjectIsRaisedAgain) {
    sells(1);
    did(CaseAction::assign, {only().id}, {.assignee = "mira"});
    did(CaseAction::resolve, {only().id}, {.resolution = CaseResolution::accepted});
    sells(2);
    EXPECT_EQ(only().state, CaseState::open);
    EXPECT_EQ(only().regressed, 1U);
    EXPECT_EQ(only().units, 3);
    EXPECT_EQ(only().assignee, "mira");
    EXPECT_FALSE(only().resolution);
    EXPECT_EQ(steps(only()), (std::vector{opened, assigned, resolved, regressed}));
}

TEST_F(Cases, AddUpWhatFactsMovedUntilTheyAreResolved) {
    const auto over = [&](Units units) {
        happens({.type = FactType::receipt_posted,
                 .postings = {{kBoot, Place{kMain}, Bucket::sellable, units}},
                 .raises = {CaseKind::over_receipt}});
    };
    over(3);
    over(4);
    EXPECT_EQ(only().units, 7);
    did(CaseAction::resolve, {only().id});
    over(2);
    EXPECT_EQ(only().units, 2);
    EXPECT_EQ(only().units_peak, 7);
}

TEST_F(Cases, SnoozeUntilTheirTimeOrMoreUnits) {
    sells(3);
    const CaseId id = only().id;
    did(CaseAction::snooze, {id}, {.wake_at = now_ + hours(8)});
    EXPECT_EQ(only().state, CaseState::snoozed);
    EXPECT_EQ(state_->table.next_wake(), now_ + hours(8));
    arrives(1);
    sells(1);
    EXPECT_EQ(only().state, CaseState::snoozed) << "raised again, but no worse than before";
    sells(1);
    EXPECT_EQ(only().state, CaseState::open);
    EXPECT_EQ(steps(only()), (std::vector{opened, snoozed, woken}));

    did(CaseAction::snooze, {id}, {.wake_at = now_ + hours(8)});
    EXPECT_EQ(run(WakeCases{}).kind, Outcome::Kind::idle);
    now_ += hours(8);
    EXPECT_EQ(run(WakeCases{}).kind, Outcome::Kind::recorded);
    EXPECT_EQ(only().state, CaseState::open);
    EXPECT_EQ(run(WakeCases{}).kind, Outcome::Kind::idle);
    EXPECT_EQ(replayed_hash(), state_->state_hash());
}

TEST_F(Cases, WakeWhenTheyGetWorseThoughNothingRaisesThem) {
    happens({.type = FactType::order_created,
             .postings = {{kBoot, Place{kMain}, Bucket::reserved, 2}},
             .reservation = ReservationId{1}});
    happens({.type = FactType::stock_adjusted,
             .postings = {{kBoot, Place{kMain}, Bucket::sellable, -1}},
             .raises = {CaseKind::reservation_at_risk}});
    EXPECT_EQ(only().units, 2);
    did(CaseAction::snooze, {only().id}, {.wake_at = now_ + hours(8)});
    happens({.type = FactType::order_created,
             .postings = {{kBoot, Place{kMain}, Bucket::reserved, 3}},
             .reservation = ReservationId{2}});
    EXPECT_EQ(only().units, 5);
    EXPECT_EQ(steps(only()), (std::vector{opened, snoozed, woken}));
}

TEST_F(Cases, WakeTheEarliestFirstAndNoMoreThanAskedFor) {
    for (int i = 0; i < 3; ++i) {
        sells(1, SkuId{static_cast<std::uint32_t>(i)});
        did(CaseAction::snooze, {state_->table.rows().rbegin()->second.id},
            {.wake_at = now_ + hours(9 - i)});
    }
    now_ += hours(24);
    ASSERT_EQ(run(WakeCases{.cases_max = 2}).kind, Outcome::Kind::recorded);
    EXPECT_EQ(state_->table.rows().begin()->second.state, CaseState::snoozed);
    EXPECT_EQ(state_->table.totals().at(CaseKind::negative_sellable).open, 2U);
}

TEST_F(Cases, AreReopenedByHandWithWhatIsAtRiskNow) {
    sells(4);
    did(CaseAction::resolve, {only().id});
    arrives(1);
    EXPECT_EQ(only().units, 4);
    did(CaseAction::reopen, {only().id});
    EXPECT_EQ(only().state, CaseState::open);
    EXPECT_EQ(only().units, 3);
    EXPECT_EQ(only().regressed, 0U) << "nobody was wrong, somebody changed their mind";
}

TEST_F(Cases, TellWhoDidWhatAndWhatWasSaid) {
    sells(1);
    did(CaseAction::assign, {only().id}, {.assignee = "jo", .comment = "yours, I think"});
    did(CaseAction::resolve, {only().id},
        {.resolution = CaseResolution::corrected, .comment = "found behind the rack"});
    const std::vector<HistoryEntry>& history = only().history;
    ASSERT_EQ(history.size(), 4U);
    const NameId mira{names_.id_of("mira")};
    EXPECT_EQ(history[1],
              (HistoryEntry{state_->seq - 1, now_, commented, mira, {}, "yours, I think"}));
    EXPECT_EQ(history[2], (HistoryEntry{state_->seq - 1, now_, assigned, mira, {}, "jo"}));
    EXPECT_EQ(history[3], (HistoryEntry{state_->seq, now_, resolved, mira,
                                        CaseResolution::corrected, "found behind the rack"}));
    did(CaseAction::assign, {only().id});
    EXPECT_EQ(only().assignee, "");
}

TEST_F(Cases, QueueByMoneyAtRiskThenByAge) {
    costs(kSock, 500);
    costs(kBoot, 12'000);
    sells(5, kSock);            // 2,500
    sells(1, SkuId{2}, kMain);  // nobody knows
    sells(1, kBoot);            // 12,000
    sells(5, kSock, kStore);    // 2,500, later
    std::vector<std::pair<std::int64_t, std::uint32_t>> queue;
    for (const QueueKey& place : state_->table.live())
        queue.emplace_back(place.money, state_->table.find(place.id)->subject.sku.raw);
    EXPECT_EQ(queue, (std::vector<std::pair<std::int64_t, std::uint32_t>>{
                         {12'000, 0}, {2'500, 1}, {2'500, 1}, {0, 2}}));
    EXPECT_EQ(state_->table.totals().at(CaseKind::negative_sellable).money, 17'000);
    costs(kSock, 5'000);
    EXPECT_EQ(state_->table.live().begin()->money, 25'000);
    EXPECT_LT(state_->table.live().begin()->id, std::next(state_->table.live().begin())->id);
}

TEST_F(Cases, RefuseWhatCannotBeDone) {
    sells(1);
    const CaseId id = only().id;
    const auto refusal = [&](CaseAction action, const std::vector<CaseId>& ids,
                             ActOnCases command = {}) {
        const Outcome outcome = act(action, ids, command);
        EXPECT_EQ(outcome.kind, Outcome::Kind::refused);
        return outcome.refusal;
    };
    const auto stamp = state_->state_hash();
    using enum Refusal;
    EXPECT_EQ(refusal(CaseAction::assign, {}), no_lines);
    EXPECT_EQ(refusal(CaseAction::assign, std::vector<CaseId>(501)), too_many_lines);
    EXPECT_EQ(refusal(CaseAction::assign, {id, id}), duplicate_line);
    EXPECT_EQ(refusal(CaseAction::assign, {CaseId{5}}), unknown_case);
    EXPECT_EQ(refusal(CaseAction::assign, {id}, {.assignee = "a\nb"}), code_not_allowed);
    EXPECT_EQ(refusal(CaseAction::comment, {id}), comment_required);
    EXPECT_EQ(refusal(CaseAction::comment, {id}, {.comment = "bell \a"}), value_out_of_range);
    EXPECT_EQ(refusal(CaseAction::snooze, {id}), wake_time_out_of_range);
    EXPECT_EQ(refusal(CaseAction::snooze, {id}, {.wake_at = now_ + snooze_max + minutes(1)}),
              wake_time_out_of_range);
    EXPECT_EQ(refusal(CaseAction::resolve, {id}, {.resolution = CaseResolution::cause_removed}),
              value_out_of_range);
    EXPECT_EQ(refusal(CaseAction::reopen, {id}), case_already_open);
    EXPECT_EQ(state_->state_hash(), stamp) << "a refusal changes nothing";
    did(CaseAction::resolve, {id});
    EXPECT_EQ(refusal(CaseAction::resolve, {id}), case_already_resolved);
    EXPECT_EQ(refusal(CaseAction::snooze, {id}, {.wake_at = now_ + hours(1)}),
              case_already_resolved);
}

TEST_F(Cases, AreChangedTogetherAllOrInPart) {
    sells(1);
    sells(1, kSock);
    const std::vector<CaseId> ids{state_->table.rows().begin()->second.id, CaseId{99},
                                  state_->table.rows().rbegin()->second.id};
    const Outcome whole = act(CaseAction::resolve, ids);
    EXPECT_EQ(whole.refusal, Refusal::unknown_case);
    ASSERT_EQ(whole.problems.size(), 1U);
    EXPECT_EQ(whole.problems.front().line_index, 1U);
    EXPECT_EQ(state_->table.live().size(), 2U);

    std::vector<std::byte> bytes;
    FactWriter writer(bytes);
    const Outcome part =
        decide(*state_, ActOnCases{.action = CaseAction::resolve, .cases = ids, .partial = true},
               {.now = now_, .next_seq = state_->seq + 1}, NameBook{names_}, arena_, writer);
    ASSERT_EQ(part.kind, Outcome::Kind::recorded);
    EXPECT_EQ(part.facts, 1U) << "one fact tells of them all, so that a repeat answers the same";
    const FactView fact = FactView::trusted(bytes);
    const auto refused = fact.item<RefusedCase>(fact.field(FieldTag::refused_cases), 0, {});
    EXPECT_EQ(refused.id, 99U);
    EXPECT_EQ(refused.index, 1U);
    EXPECT_EQ(refused.refusal, static_cast<std::uint16_t>(Refusal::unknown_case));
    add(bytes);
    EXPECT_TRUE(state_->table.live().empty());
    EXPECT_EQ(act(CaseAction::resolve, ids, {.partial = true}).refusal,
              Refusal::case_already_resolved)
        << "nothing is left to do";
}

TEST_F(Cases, AreTheSameAfterACheckpointAndAfterAReplay) {
    costs(kBoot, 900);
    sells(5);
    sells(2, kSock);
    did(CaseAction::snooze, {state_->table.rows().begin()->second.id},
        {.wake_at = now_ + hours(2), .comment = "after the delivery"});
    did(CaseAction::resolve, {state_->table.rows().rbegin()->second.id});
    EXPECT_EQ(replayed_hash(), state_->state_hash());
    std::vector<std::byte> bytes;
    encode_state(*state_, bytes);
    auto again = decode_state(bytes, 42, {});
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)->state_hash(), state_->state_hash());
    EXPECT_FALSE((*again)->check_invariants());
    EXPECT_EQ((*again)->table.rows(), state_->table.rows());
    state_ = std::move(*again);
    sells(1);
    sells(1, kSock);
    EXPECT_EQ(state_->table.totals().at(CaseKind::negative_sellable).open, 2U);
    EXPECT_EQ(replayed_hash(), state_->state_hash()) << "from the middle or from the start";
}

TEST_F(Cases, RefuseACheckpointThatIsNotTheirs) {
    sells(5);
    did(CaseAction::comment, {only().id}, {.comment = "look behind the rack"});
    std::vector<std::byte> bytes;
    encode_state(*state_, bytes);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        EXPECT_FALSE(decode_state(ByteSpan(bytes).first(cut), 42, {})) << cut;
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(decode_state(bytes, 42, {}));
}

}  // namespace
}  // namespace holdfast::cases
