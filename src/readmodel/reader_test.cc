// Goal: every question to the read model is answered as of its seq. Method: random facts, and a
// naive recount of them for each answer.
#include "readmodel/reader.h"

#include <map>
#include <random>

#include "readmodel/test_directory.h"

namespace holdfast::readmodel {
namespace {

class ReaderTest : public ReadModelTest {
  protected:
    void apply_all() {
        store_ = open();
        ASSERT_TRUE(apply(*store_, make_.facts()));
        auto reader = Reader::open(store_->path());
        ASSERT_TRUE(reader) << to_string(reader.error());
        reader_ = std::move(*reader);
        ASSERT_TRUE(reader_->begin());
    }
    void TearDown() override {
        if (reader_ != nullptr) {
            EXPECT_TRUE(reader_->end());
        }
    }
    std::unique_ptr<Store> store_;
    std::unique_ptr<Reader> reader_;
};

TEST_F(ReaderTest, LevelsAtAnySeqAreTheSumOfWhatCameBefore) {
    std::minstd_rand engine(3);
    const auto dice = [&] { return static_cast<std::uint32_t>(engine()); };
    for (int i = 0; i < 2000; ++i) {
        make_.begin(FactType::stock_adjusted);
        for (unsigned j = 0; j <= dice() % 3; ++j)
            make_.post(dice() % 4, dice() % 5, static_cast<Bucket>(1 + dice() % 5),
                       static_cast<Units>(dice() % 21) - 10);
        make_.end();
    }
    apply_all();
    std::map<std::tuple<SkuId, std::uint32_t, Bucket>, Units> sums;
    for (const FactView& fact : make_.facts()) {
        for (std::size_t i = 0; i < fact.posting_count(); ++i) {
            const Posting p = fact.posting(i);
            sums[{p.sku, p.place.raw(), p.bucket}] += p.delta;
        }
        if (dice() % 20 != 0) continue;
        for (std::uint32_t sku = 0; sku < 5; ++sku) {
            std::map<std::pair<std::uint32_t, Bucket>, Units> told;
            for (const PlaceLevel& l : reader_->levels(SkuId{sku}, fact.seq()))
                told[{l.place.raw(), l.bucket}] = l.level.units;
            std::map<std::pair<std::uint32_t, Bucket>, Units> counted;
            for (const auto& [key, units] : sums)
                if (std::get<0>(key) == SkuId{sku})
                    counted[{std::get<1>(key), std::get<2>(key)}] = units;
            EXPECT_EQ(told, counted) << "sku " << sku << " at " << fact.seq();
        }
    }
}

TEST_F(ReaderTest, FindsTheNewestFactOfAnInstant) {
    for (int i = 0; i < 100; ++i) make_.count(0, 0, 1);
    apply_all();
    EXPECT_EQ(reader_->seq_at(instant_from_raw(0)), 0U);
    for (const FactView& fact : make_.facts()) {
        EXPECT_EQ(reader_->seq_at(fact.recorded_at()), fact.seq());
        EXPECT_EQ(reader_->seq_at(fact.recorded_at() - Microseconds{1}), fact.seq() - 1);
    }
    EXPECT_EQ(reader_->seq_at(make_.now() + std::chrono::hours(1)), make_.seq());
}

TEST_F(ReaderTest, ATimelineIsEveryFactOfThePositionOnceNewestFirst) {
    std::vector<std::uint64_t> both, one, bucket;
    for (std::uint32_t i = 0; i < 60; ++i) {
        make_.begin(FactType::stock_adjusted);
        make_.post(1, i % 2, Bucket::sellable, -1);
        make_.post(1, i % 2, Bucket::damaged, 1);
        const std::uint64_t seq = make_.end();
        both.insert(both.begin(), seq);
        if (i % 2 == 1) one.insert(one.begin(), seq);
        const std::uint64_t hold = make_.reserve(0, 1, 1, 1);
        both.insert(both.begin(), hold);
        one.insert(one.begin(), hold);
        bucket.insert(bucket.begin(), hold);
        make_.count(2, 1, 5);  // another SKU
    }
    apply_all();
    const Place place(LocationId{1});
    EXPECT_EQ(reader_->timeline({SkuId{1}, {}, {}}, make_.seq() + 1, 1000), both);
    EXPECT_EQ(reader_->timeline({SkuId{1}, place, {}}, make_.seq() + 1, 1000), one);
    EXPECT_EQ(reader_->timeline({SkuId{1}, place, Bucket::reserved}, make_.seq() + 1, 1000),
              bucket);
    std::vector<std::uint64_t> paged;
    std::uint64_t before = make_.seq() + 1;
    while (true) {
        const auto page = reader_->timeline({SkuId{1}, {}, {}}, before, 7);
        if (page.empty()) break;
        paged.insert(paged.end(), page.begin(), page.end());
        before = page.back();
    }
    EXPECT_EQ(paged, both);
}

TEST_F(ReaderTest, AnOrdersTimelineHasTheStepsOfItsReservation) {
    const std::uint64_t made = make_.reserve(0, 1, 1, 3);
    make_.reserve(0, 1, 1, 1, "OTHER");
    make_.begin(FactType::reservation_confirmed).value(FieldTag::reservation, made);
    make_.writer().text(FieldTag::order, "A-1");
    const std::uint64_t confirmed = make_.end();
    const std::uint64_t released = make_.release(made, 1, 1, 3);
    apply_all();
    EXPECT_EQ(reader_->order_timeline("A-1", make_.seq() + 1, 10),
              (std::vector{released, confirmed, made}));
    EXPECT_EQ(reader_->order_timeline("A-1", released, 1), std::vector{confirmed});
    EXPECT_TRUE(reader_->order_timeline("nobody's", make_.seq() + 1, 10).empty());
}

TEST_F(ReaderTest, PoliciesAreTheVersionsOfTheirTimeTheMostSpecificFirst) {
    make_.policy(PolicyKind::safety_stock, kNoId, kNoId, 9);
    const std::uint64_t wide = make_.seq();
    make_.policy(PolicyKind::safety_stock, 1, 2, 3);
    make_.policy(PolicyKind::buffer, 1, 2, 7);
    const std::uint64_t narrow = make_.seq();
    make_.policy(PolicyKind::safety_stock, 1, 2, -1);
    apply_all();
    const auto at = [&](std::uint64_t seq) {
        std::vector<std::int64_t> values;
        for (const auto& row :
             reader_->policies(PolicyKind::safety_stock, SkuId{1}, LocationId{2}, seq))
            values.push_back(row.value);
        return values;
    };
    EXPECT_EQ(at(wide), std::vector<std::int64_t>{9});
    EXPECT_EQ(at(narrow), (std::vector<std::int64_t>{3, 9}));
    EXPECT_EQ(at(make_.seq()), (std::vector<std::int64_t>{-1, 9}));
    EXPECT_EQ(
        reader_->policies(PolicyKind::safety_stock, SkuId{5}, LocationId{5}, make_.seq()).size(),
        1U);
}

TEST_F(ReaderTest, EntitiesAreDatedAndCodesAreNot) {
    make_.entity(FactType::location_upserted, 4, "DC4", 1);
    make_.count(0, 4, 1);
    const std::uint64_t closed = make_.entity(FactType::location_upserted, 4, "DC4", 0);
    apply_all();
    EXPECT_EQ(reader_->entity(FactType::location_upserted, 4, closed - 1), 1U);
    EXPECT_EQ(reader_->entity(FactType::location_upserted, 4, closed), closed);
    EXPECT_EQ(reader_->entity(FactType::location_upserted, 5, closed), 0U);
    EXPECT_EQ(reader_->code(FactType::location_upserted, 4), "DC4");
    EXPECT_EQ(reader_->code(FactType::location_upserted, 5), "#5");
}

TEST_F(ReaderTest, HoldersAreTheNewestFirstWithTheirOrders) {
    make_.count(1, 1, 10);
    make_.reserve(3, 1, 1, 2, "A");
    make_.reserve(4, 1, 1, 5, "B");
    apply_all();
    const auto holders = reader_->holders(SkuId{1}, Place(LocationId{1}), 10);
    ASSERT_EQ(holders.size(), 2U);
    EXPECT_EQ(holders[0].order, "B");
    EXPECT_EQ(holders[0].units, 5);
    EXPECT_EQ(holders[0].channel, 4U);
    EXPECT_EQ(holders[1].order, "A");
    EXPECT_EQ(reader_->holders(SkuId{1}, Place(LocationId{1}), 1).size(), 1U);
}

TEST_F(ReaderTest, ASourcesOwnNumberLeadsToOurSeq) {
    std::vector<std::uint64_t> seqs;
    for (std::uint64_t i = 1; i <= 3; ++i) {
        make_.begin(FactType::pos_sale).header().source = 6;
        make_.post(1, 1, Bucket::sellable, -1);
        make_.writer().value(FieldTag::source_position,
                             SourcePositionField{.epoch = 2, .seq = 10 * i});
        seqs.push_back(make_.end());
        make_.count(1, 1, 1);
    }
    apply_all();
    EXPECT_EQ(reader_->seq_of_source(6, 2, 9), 0U);
    EXPECT_EQ(reader_->seq_of_source(6, 2, 10), seqs[0]);
    EXPECT_EQ(reader_->seq_of_source(6, 2, 29), seqs[1]);
    EXPECT_EQ(reader_->seq_of_source(6, 2, 900), seqs[2]);
    EXPECT_EQ(reader_->seq_of_source(6, 3, 900), 0U);
    EXPECT_EQ(reader_->source_seen(6, seqs[1]), seqs[1]);
    EXPECT_EQ(reader_->source_seen(6, seqs[1] + 1), seqs[1]);
}

TEST_F(ReaderTest, ACutDoesNotMoveWhileTheWriterGoesOn) {
    make_.count(1, 1, 10);
    apply_all();
    make_.count(1, 1, 5);
    ASSERT_TRUE(apply(*store_, make_.facts()));
    EXPECT_EQ(reader_->cursor().seq, 1U);
    EXPECT_EQ(reader_->level(SkuId{1}, Place(LocationId{1}), Bucket::sellable, 99).units, 10);
    ASSERT_TRUE(reader_->end());
    ASSERT_TRUE(reader_->begin());
    EXPECT_EQ(reader_->cursor().seq, 2U);
    EXPECT_EQ(reader_->level(SkuId{1}, Place(LocationId{1}), Bucket::sellable, 99).units, 15);
}

}  // namespace
}  // namespace holdfast::readmodel
