// Goal: the largest requests are answered, and what is larger is refused by name: no request may
// end the process. Method: a ledger with as many locations as a pool may have.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "ledger/ledger.h"

namespace holdfast::ledger {
namespace {

class Bounds : public testing::Test {
  protected:
    Outcome run(const Command& command) {
        arena_.reset();
        bytes_.clear();
        FactWriter writer(bytes_);
        const Outcome outcome = decide(state_, command, {now_, state_.seq + 1}, arena_, writer);
        const Result<void> applied = for_each_fact(bytes_, [&](const FactView& fact) {
            apply(state_, fact);
            return Result<void>{};
        });
        EXPECT_TRUE(applied);
        return outcome;
    }
    void expect_recorded(const Command& command) {
        const Outcome outcome = run(command);
        EXPECT_EQ(outcome.kind, Outcome::Kind::recorded) << name(outcome.refusal);
    }
    /// `skus` items with `units` each at `locations` locations, all in the pool of one channel.
    void stock(std::uint32_t skus, std::uint32_t locations, Units units) {
        std::vector<LocationId> pool;
        for (std::uint32_t l = 0; l < locations; ++l) {
            const std::string code = fmt::format("L{}", l);
            expect_recorded(UpsertLocation{.code = code});
            pool.push_back(LocationId{l});
        }
        expect_recorded(UpsertPool{.code = "ALL", .locations = pool});
        expect_recorded(UpsertChannel{.code = "WEB", .pool = PoolId{0}});
        for (std::uint32_t s = 0; s < skus; ++s) {
            const std::string code = fmt::format("S{}", s);
            expect_recorded(UpsertItem{.code = code});
        }
        for (std::uint32_t s = 0; s < skus; ++s)
            for (std::uint32_t l = 0; l < locations; l += lines_per_request_max) {
                lines_.clear();
                for (std::uint32_t at = l;
                     at < std::min<std::size_t>(locations, l + lines_per_request_max); ++at)
                    lines_.push_back({.sku = SkuId{s},
                                      .location = LocationId{at},
                                      .names_location = true,
                                      .quantity = units});
                expect_recorded(RecordEvent{.type = FactType::stock_counted, .lines = lines_});
            }
    }
    Outcome reserve(std::span<const Line> lines) {
        return run(ReserveStock{.channel = ChannelId{0}, .lines = lines});
    }
    /// One line for each of the first `skus` items.
    std::vector<Line> each(std::uint32_t skus, Units quantity) const {
        std::vector<Line> lines;
        for (std::uint32_t s = 0; s < skus; ++s)
            lines.push_back({.sku = SkuId{s}, .quantity = quantity});
        return lines;
    }

    State state_;
    Arena arena_;
    std::vector<std::byte> bytes_;
    std::vector<Line> lines_;
    Instant now_ = instant_from_raw(1'767'225'600'000'000);
};

TEST_F(Bounds, HoldsAsManyPartsAsAReservationMayHaveAndRefusesMore) {
    stock(3, 2048, 1);
    EXPECT_EQ(reserve(each(3, 2048)).refusal, Refusal::too_many_lines);
    const Outcome outcome = reserve(each(2, 2048));
    ASSERT_EQ(outcome.kind, Outcome::Kind::recorded) << name(outcome.refusal);
    EXPECT_EQ(state_.reservations.find(ReservationId{outcome.seq})->part_count,
              parts_per_reservation_max);
    EXPECT_EQ(state_.check_invariants(), std::nullopt);
}

TEST_F(Bounds, ServesAsManyBackordersAsOneEntryHoldsAndSaysThatMoreWait) {
    stock(1, 1, 1);
    expect_recorded(SetPolicy{.kind = PolicyKind::backorder_limit, .value = 10'000});
    const std::vector<Line> all{
        {.sku = SkuId{0}, .location = LocationId{0}, .names_location = true, .quantity = 10'000}};
    expect_recorded(RecordEvent{.type = FactType::inbound_scheduled,
                                .lines = all,
                                .document = "PO-7",
                                .due = now_ + std::chrono::hours(24)});
    const std::uint32_t most = state_.limits.backorders_filled_max;
    for (std::uint32_t i = 0; i <= most; ++i) {
        const std::string order = fmt::format("{}", i);
        expect_recorded(RecordEvent{.type = FactType::order_created,
                                    .channel = ChannelId{0},
                                    .lines = each(1, 2),
                                    .order = order,
                                    .backorder = true});
    }
    // The largest receipt there is, and everybody served by its first line.
    std::vector<Line> lines(lines_per_request_max, all.front());
    for (std::size_t i = 1; i < lines.size(); ++i) lines[i].quantity = 1;
    const Outcome outcome =
        run(RecordEvent{.type = FactType::receipt_posted, .lines = lines, .reference = "PO-7"});
    ASSERT_EQ(outcome.kind, Outcome::Kind::recorded) << name(outcome.refusal);
    EXPECT_EQ(outcome.facts, 1 + most);
    EXPECT_EQ(state_.backorders.size(), 1U);
    EXPECT_EQ(state_.check_invariants(), std::nullopt);
    const auto raised = FactView::trusted(bytes_).field(FieldTag::raises);
    ASSERT_TRUE(raised);
    EXPECT_NE(std::find(raised->begin(), raised->end(), std::byte{31}), raised->end());
}

TEST_F(Bounds, ForcesNoMorePartsThanAReservationMayHave) {
    stock(3, 2048, 1);
    const std::vector<Line> lines = each(3, 2048);
    const Outcome outcome = run(RecordEvent{.type = FactType::order_created,
                                            .channel = ChannelId{0},
                                            .lines = lines,
                                            .order = "1001",
                                            .already_sold = true});
    EXPECT_EQ(outcome.refusal, Refusal::too_many_lines);
}

TEST_F(Bounds, ShipsTheLargestReservationInOneEvent) {
    stock(2, 2048, 1);
    std::vector<Line> lines = each(2, 2048);
    expect_recorded(RecordEvent{
        .type = FactType::order_created, .channel = ChannelId{0}, .lines = lines, .order = "1001"});
    std::vector<Line> shipped(
        lines_per_request_max,
        Line{.sku = SkuId{0}, .location = LocationId{7}, .names_location = true, .quantity = 3});
    for (std::size_t i = shipped.size() / 2; i < shipped.size(); ++i) shipped[i].sku = SkuId{1};
    expect_recorded(
        RecordEvent{.type = FactType::shipment_posted, .lines = shipped, .order = "1001"});
    EXPECT_EQ(state_.check_invariants(), std::nullopt);
    EXPECT_EQ(state_.positions.level(SkuId{0}, LocationId{7}, Bucket::sellable), 1 - 3'000);
}

TEST_F(Bounds, EndsHoldsOfManyPartsInSeveralEntries) {
    stock(lines_per_request_max, 1, 100);
    const std::vector<Line> lines = each(lines_per_request_max, 1);
    for (int i = 0; i < 20; ++i) ASSERT_EQ(reserve(lines).kind, Outcome::Kind::recorded);
    now_ += std::chrono::hours(1);
    int entries = 0;
    while (run(ExpireHolds{}).kind == Outcome::Kind::recorded) {
        EXPECT_LE(bytes_.size(), entry_bytes_max);
        ++entries;
    }
    EXPECT_GT(entries, 1);
    EXPECT_EQ(state_.positions.level(SkuId{0}, LocationId{0}, Bucket::reserved), 0);
}

// Each of these took from seconds to hours while parts were looked for one by one. The limit is far
// above what they take now (milliseconds), for machines that are busy or run sanitizers.
TEST_F(Bounds, AnswersTheLargestRequestsInTime) {
    stock(100, 2048, 3);
    const auto timed = [&](const char* what, const Command& command) {
        const auto start = std::chrono::steady_clock::now();
        const Outcome outcome = run(command);
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << what;
        return outcome;
    };
    const auto some = [](std::size_t count, std::uint32_t skus, Units quantity) {
        std::vector<Line> lines;
        for (std::uint32_t i = 0; i < count; ++i)
            lines.push_back({.sku = SkuId{i % skus}, .quantity = quantity});
        return lines;
    };
    const auto forced = [](std::span<const Line> lines, std::string_view order) {
        return RecordEvent{.type = FactType::order_created,
                           .channel = ChannelId{0},
                           .lines = lines,
                           .order = order,
                           .already_sold = true};
    };
    const std::size_t most = lines_per_request_max;
    const std::vector<Line> spread = some(most, 100, 1), one = some(most, 1, 1);
    const std::vector<Line> more = some(most, 100, 2), split = some(1'000, 1, 4);
    const std::vector<Line> everything = some(most, 100, 1'000'000);
    EXPECT_EQ(timed("oversold in every line", forced(everything, "1")).refusal,
              Refusal::too_many_lines);
    const Outcome late =
        timed("split in every line", ReserveStock{.channel = ChannelId{0}, .lines = split});
    ASSERT_EQ(late.kind, Outcome::Kind::recorded);
    now_ += std::chrono::hours(1);
    (void)timed("expire", ExpireHolds{});
    (void)timed("forced, one item", forced(one, "2"));
    (void)timed("late", StepReservation{.step = ReservationStep::confirm,
                                        .reservation = ReservationId{late.seq}});
    const Outcome held =
        timed("hold", ReserveStock{.channel = ChannelId{0}, .lines = spread, .order = "3"});
    ASSERT_EQ(held.kind, Outcome::Kind::recorded);
    const ReservationId hold{held.seq};
    (void)timed("adjust", StepReservation{
                              .step = ReservationStep::adjust, .reservation = hold, .lines = more});
    (void)timed(
        "release",
        StepReservation{.step = ReservationStep::release, .reservation = hold, .lines = spread});
    const Outcome ordered = timed("order", RecordEvent{.type = FactType::order_created,
                                                       .lines = more,
                                                       .order = "3",
                                                       .names_reservation = true,
                                                       .reservation = hold});
    ASSERT_EQ(ordered.kind, Outcome::Kind::recorded) << name(ordered.refusal);
    (void)timed("cancel",
                RecordEvent{.type = FactType::order_cancelled, .lines = spread, .order = "3"});
    (void)timed("ship", RecordEvent{.type = FactType::shipment_posted,
                                    .location = LocationId{5},
                                    .names_location = true,
                                    .lines = spread,
                                    .order = "3"});
    EXPECT_EQ(state_.check_invariants(), std::nullopt);
}

TEST_F(Bounds, RefusesOneLineMoreThanARequestMayHave) {
    stock(1, 1, 1);
    const std::vector<Line> lines(lines_per_request_max + 1, Line{.sku = SkuId{0}, .quantity = 1});
    EXPECT_EQ(reserve(lines).refusal, Refusal::too_many_lines);
}

TEST_F(Bounds, MakesAsManyKitsInOneFactAsItsLegsLeaveRoomFor) {
    stock(kit_components_max + 1, 61, 10);
    std::vector<KitComponent> components;
    for (std::uint32_t s = 0; s < kit_components_max; ++s) components.push_back({SkuId{s}, 1});
    std::vector<Line> lines;
    for (std::uint32_t l = 0; l < 61; ++l)
        lines.push_back({.sku = SkuId{kit_components_max},
                         .location = LocationId{l},
                         .names_location = true,
                         .quantity = 1});
    RecordEvent event{.type = FactType::kit_assembled, .lines = lines, .components = components};
    EXPECT_EQ(run(event).refusal, Refusal::too_many_lines);
    event.lines = event.lines.first(60);
    expect_recorded(event);
    EXPECT_EQ(state_.positions.level(SkuId{0}, LocationId{59}, Bucket::sellable), 9);
    EXPECT_EQ(state_.positions.level(SkuId{0}, LocationId{60}, Bucket::sellable), 10);
}

TEST_F(Bounds, CountsEachPositionAgainstTheLargestLevelByItself) {
    stock(2, 1, 0);
    const RecordEvent sold{.type = FactType::order_created,
                           .channel = ChannelId{0},
                           .order = "1001",
                           .already_sold = true};
    // Together above level_max, each item below it.
    lines_.assign(1'200, Line{.sku = SkuId{0}, .quantity = quantity_max});
    for (std::size_t i = 600; i < lines_.size(); ++i) lines_[i].sku = SkuId{1};
    RecordEvent event = sold;
    event.lines = lines_;
    expect_recorded(event);
    lines_.assign(1'200, Line{.sku = SkuId{0}, .quantity = quantity_max});
    event.lines = lines_;
    event.order = "1002";
    EXPECT_EQ(run(event).refusal, Refusal::level_out_of_range);
}

TEST_F(Bounds, ConfirmsLateWhatEndedLongAgo) {
    stock(1, 1, 5);
    const std::vector<Line> lines = each(1, 2);
    const Outcome held = reserve(lines);
    now_ += std::chrono::hours(1);
    (void)run(ExpireHolds{});
    // Nothing was recorded meanwhile, so the state still knows it, however long ago it ended.
    now_ += std::chrono::hours(24 * 40);
    expect_recorded(StepReservation{.envelope = {.actor = "somebody"},
                                    .step = ReservationStep::confirm,
                                    .reservation = ReservationId{held.seq}});
    EXPECT_EQ(state_.positions.level(SkuId{0}, LocationId{0}, Bucket::reserved), 2);
}

}  // namespace
}  // namespace holdfast::ledger
