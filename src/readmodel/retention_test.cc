// Goal: what is too old goes, and every level, policy and hold of the time that is kept can be told
// as if everything were there still. Method: one history in two files, one of which keeps all; and
// files cut into transactions anywhere.
#include "readmodel/retention.h"

#include "readmodel/compare.h"
#include "readmodel/reader.h"
#include "readmodel/test_directory.h"

namespace holdfast::readmodel {
namespace {

constexpr Microseconds kKept = std::chrono::seconds(50);

class RetentionTest : public ReadModelTest {
  protected:
    std::unique_ptr<Store> open_keeping(std::string_view name, Microseconds kept) {
        auto store = Store::open(*files_, directory_, name, kept);
        EXPECT_TRUE(store) << to_string(store.error());
        return std::move(*store);
    }
    static std::uint64_t count(Store& store, const std::string& from) {
        Statement query(store.database(), "SELECT count(*) FROM " + from);
        const std::uint64_t rows = query.step() ? query.number(0) : 0;
        query.reset();
        EXPECT_TRUE(store.database().outcome());
        return rows;
    }
    std::unique_ptr<Reader> reader(std::string_view name) {
        auto reader = Reader::open(directory_ + "/" + std::string(name));
        EXPECT_TRUE(reader) << to_string(reader.error());
        EXPECT_TRUE((*reader)->begin());
        return std::move(*reader);
    }
    void purchase(FactType type, std::string_view order, Units units) {
        make_.begin(type);
        make_.post(1, 1, Bucket::inbound, units);
        const bool receipt = type == FactType::receipt_posted;
        make_.writer().text(receipt ? FieldTag::reference : FieldTag::document, order);
        make_.writer().list<std::uint64_t>(FieldTag::document_lines, std::vector<std::uint64_t>{1});
        if (!receipt)
            make_.writer().value(FieldTag::due,
                                 to_raw(make_.now() + Microseconds{std::chrono::hours(1)} *
                                                          static_cast<int>(order.size())));
        make_.end();
    }
    /// One fact a second: counts, holds that end or stay, policies, a case, a numbered source,
    /// purchase orders of which some come in.
    void make_history(std::uint32_t facts) {
        make_.entity(FactType::item_upserted, 0, "BOOT");
        make_.entity(FactType::location_upserted, 0, "DC1", 1);
        make_.policy(PolicyKind::safety_stock, kNoId, kNoId, 2);
        std::uint64_t held = 0;
        for (std::uint32_t i = 0; i < facts; ++i) {
            if (i % 5 == 0) {
                make_.count(i % 3, i % 2, 1 + i % 7);
            } else if (i % 5 == 1) {
                held = make_.reserve(0, i % 3, i % 2, 2, "O-" + std::to_string(i));
            } else if (i % 10 == 4) {
                const std::string order = "PO-" + std::to_string(i / 40 * 40);
                if (i % 40 == 4) purchase(FactType::inbound_scheduled, order, 20);
                if (i % 40 == 14) purchase(FactType::inbound_changed, order, 5);
                if (i % 40 == 24)
                    purchase(FactType::receipt_posted, order, i % 80 == 24 ? -25 : -7);
                if (i % 40 == 34) make_.count(2, 1, 3);
            } else if (i % 5 == 2 && i % 4 != 0) {
                make_.release(held, (i - 1) % 3, (i - 1) % 2, 2);
            } else {
                make_.begin(FactType::pos_sale);
                make_.post(i % 3, i % 2, Bucket::sellable, -1);
                make_.writer().post(
                    {SkuId{i % 3}, Place(PlaceKind::customer), Bucket::external, 1});
                make_.writer().header().source = 0;
                make_.writer().value(FieldTag::source_position,
                                     SourcePositionField{.epoch = 1, .seq = i + 1});
                if (i % 10 == 3) make_.writer().value(FieldTag::raises, std::uint8_t{1});
                make_.end();
            }
        }
    }
};

TEST_F(RetentionTest, TheTimeThatIsKeptIsAsIfAllWereThere) {
    make_history(400);
    auto all = open_keeping("all.sqlite", Microseconds{0});
    auto some = open_keeping("some.sqlite", kKept);
    ASSERT_TRUE(apply(*all, make_.facts()));
    ASSERT_TRUE(apply(*some, make_.facts()));
    auto whole = reader("all.sqlite"), kept = reader("some.sqlite");
    const std::uint64_t first = kept->cursor().first_seq;
    EXPECT_EQ(whole->cursor().first_seq, 1u);
    EXPECT_EQ(first, make_.seq() - 50);  // one fact a second
    for (std::uint64_t at = first; at <= make_.seq(); ++at)
        for (std::uint32_t sku = 0; sku < 3; ++sku) {
            const auto before = whole->levels(SkuId{sku}, at), now = kept->levels(SkuId{sku}, at);
            ASSERT_EQ(before.size(), now.size()) << "seq " << at;
            for (std::size_t i = 0; i < now.size(); ++i) {
                EXPECT_EQ(before[i].place, now[i].place);
                EXPECT_EQ(before[i].level.units, now[i].level.units);
                EXPECT_EQ(before[i].level.seq, now[i].level.seq);
            }
            EXPECT_EQ(
                kept->policies(PolicyKind::safety_stock, SkuId{sku}, LocationId{0}, at).size(), 1u);
        }
    const Instant endless = make_.now() + std::chrono::hours(100);
    for (std::uint64_t at = first; at <= make_.seq(); ++at) {
        const auto before = whole->expected(SkuId{1}, LocationId{1}, endless, at);
        const auto now = kept->expected(SkuId{1}, LocationId{1}, endless, at);
        ASSERT_FALSE(before.empty());
        ASSERT_EQ(before.size(), now.size()) << "seq " << at;
        for (std::size_t i = 0; i < now.size(); ++i) {
            EXPECT_EQ(before[i].due, now[i].due);
            EXPECT_EQ(before[i].units, now[i].units);
            EXPECT_EQ(before[i].seq, now[i].seq);
        }
    }
    for (std::uint32_t number = 1; number <= 400; ++number) {
        if (whole->seq_of_source(0, 1, number) < first) continue;
        EXPECT_EQ(kept->seq_of_source(0, 1, number), whole->seq_of_source(0, 1, number));
    }
    const auto holders = whole->holders(SkuId{1}, Place(LocationId{1}), 1000);
    const auto known = kept->holders(SkuId{1}, Place(LocationId{1}), 1000);
    ASSERT_FALSE(holders.empty());
    ASSERT_EQ(holders.size(), known.size()) << "a hold that is open stays, however old";
    EXPECT_EQ(holders.back().order, known.back().order);
}

TEST_F(RetentionTest, WhatIsTooOldIsGone) {
    make_history(400);
    auto store = open_keeping("some.sqlite", kKept);
    ASSERT_TRUE(apply(*store, make_.facts()));
    const std::uint64_t first = store->cursor().first_seq;
    const std::string old = " WHERE seq < " + std::to_string(first);
    EXPECT_EQ(count(*store, "facts" + old), 3u) << "what says how something is";
    EXPECT_EQ(count(*store, "cases" + old), 0u);
    EXPECT_LE(count(*store, "source_positions" + old), 1u);
    EXPECT_EQ(count(*store, "supply_lines" + old + " AND units = 0"), 0u);
    EXPECT_EQ(count(*store, "expected" + old + " AND units = 0"), 0u);
    EXPECT_GT(count(*store, "expected" + old), 0u) << "what is due still, however old";
    // One row of each bucket that there is.
    EXPECT_LE(count(*store, "postings" + old),
              count(*store, "(SELECT DISTINCT sku, place, bucket FROM postings)"));
    EXPECT_EQ(count(*store, "reservations" + old + " AND holds = 0"), 0u);
    EXPECT_GT(count(*store, "reservations" + old), 0u);
    // A moment that is gone is told from the first one that is kept.
    auto kept = reader("some.sqlite");
    EXPECT_LT(kept->seq_at(make_.now() - kKept * 2), first);
    EXPECT_EQ(kept->seq_at(make_.now()), make_.seq());
    EXPECT_TRUE(kept->timeline({.sku = SkuId{0}}, first, 100).empty());
}

TEST_F(RetentionTest, TheSameFactsGiveTheSameRowsHoweverTheyAreCut) {
    make_history(300);
    auto whole = open_keeping("whole.sqlite", kKept);
    ASSERT_TRUE(apply(*whole, make_.facts()));
    for (const std::uint64_t step : {1U, 7U, 64U}) {
        auto cut = open_keeping("cut.sqlite", kKept);
        for (std::uint64_t from = 1; from <= make_.seq(); from += step) {
            ASSERT_TRUE(apply(*cut, make_.facts(from, std::min(from + step - 1, make_.seq()))));
            // Opened again in the middle of it.
            if (from % 5 == 0) cut = open_keeping("cut.sqlite", kKept);
        }
        EXPECT_EQ(difference(whole->database(), cut->database()), std::nullopt) << step;
        ASSERT_TRUE(cut->remove());
    }
}

TEST_F(RetentionTest, KeyFiguresOfOldDaysAreByDay) {
    // The fourth day has begun, less than an hour ago: of the third one a part is kept by minute.
    for (int day = 0; day < 3; ++day)
        for (int i = 0; i < 3; ++i) {
            make_.reserve(7, 0, 0, 2);
            make_.pass(std::chrono::hours(8));
        }
    make_.count(0, 0, 1);
    auto store = open_keeping("days.sqlite", std::chrono::hours(1));
    ASSERT_TRUE(apply(*store, make_.facts()));
    EXPECT_EQ(count(*store, "kpi_days WHERE channel = 7 AND facts = 3 AND accepted = 6"), 2u);
    EXPECT_EQ(count(*store, "kpi_days"), 2u);
    EXPECT_EQ(count(*store, "kpi_minutes"), 4u);
}

TEST_F(RetentionTest, AnotherLengthOfHistoryIsBuiltAgain) {
    make_history(100);
    {
        auto store = open_keeping("one.sqlite", kKept);
        ASSERT_TRUE(apply(*store, make_.facts()));
    }
    auto same = open_keeping("one.sqlite", kKept);
    EXPECT_EQ(same->cursor().seq, make_.seq());
    same.reset();
    auto longer = open_keeping("one.sqlite", kKept * 2);
    EXPECT_EQ(longer->cursor().seq, 0u);
    EXPECT_NE(longer->began_again_because(), "");
}

}  // namespace
}  // namespace holdfast::readmodel
