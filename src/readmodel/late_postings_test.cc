// Goal: by business time a bucket is what had happened by then, whenever it was recorded.
// Method: random late facts and a naive recount of them; then the cases that need a rule by hand.
#include "readmodel/late_postings.h"

#include <random>

#include "readmodel/compare.h"
#include "readmodel/reader.h"
#include "readmodel/test_directory.h"

namespace holdfast::readmodel {
namespace {

constexpr std::uint32_t kBoot = 1, kShop = 2;

class BusinessTime : public ReadModelTest {
  protected:
    /// A till sale that is told `late` after it happened.
    std::uint64_t sale(Units units, Microseconds late) {
        make_.begin(FactType::pos_sale).header().occurred_at -= late.count();
        make_.post(kBoot, kShop, Bucket::sellable, -units);
        return make_.end();
    }
    /// A count of the shop that corrects by `delta`, taken some time ago.
    void count_taken(Units delta, Microseconds ago) {
        make_.begin(FactType::stock_counted).header().occurred_at -= ago.count();
        make_.post(kBoot, kShop, Bucket::sellable, delta);
        make_.writer().value(FieldTag::count_cut, CountCutField{});
        make_.end();
    }
    void read() {
        if (store_ == nullptr) store_ = open();
        ASSERT_TRUE(apply(*store_, make_.facts()));
        auto reader = Reader::open(store_->path());
        ASSERT_TRUE(reader) << to_string(reader.error());
        reader_ = std::move(*reader);
        ASSERT_TRUE(reader_->begin());
    }
    Units level(Instant at, std::uint64_t known = ~std::uint64_t{0} >> 1) {
        const Place place(LocationId{kShop});
        const std::uint64_t recorded = std::min(reader_->seq_at(at), known);
        return reader_->level(SkuId{kBoot}, place, Bucket::sellable, recorded).units +
               reader_->late_changes(SkuId{kBoot}, place, Bucket::sellable, at, known, 0).units;
    }
    std::unique_ptr<Store> store_;
    std::unique_ptr<Reader> reader_;
};

TEST_F(BusinessTime, IsTheSumOfWhatHadHappenedWheneverItWasRecorded) {
    std::minstd_rand engine(5);
    const auto dice = [&](std::uint32_t sides) {
        return static_cast<std::uint32_t>(engine()) % sides;
    };
    for (int i = 0; i < 1500; ++i) {
        // On time, seconds late, hours late, and from a clock that runs ahead.
        const std::int64_t late[] = {0, dice(20'000'000), dice(1'000'000) * 10'000LL,
                                     -std::int64_t{dice(9'000'000)}};
        make_.begin(FactType::stock_adjusted).header().occurred_at -= late[dice(4)];
        make_.post(kBoot, kShop, Bucket::sellable, static_cast<Units>(dice(21)) - 10);
        make_.end();
    }
    read();
    const auto facts = make_.facts();
    for (int i = 0; i < 400; ++i) {
        const Instant at = make_.now() - Microseconds{dice(1'600'000) * 1000LL};
        const std::uint64_t known = dice(2) == 0 ? make_.seq() : 1 + dice(1500);
        Units counted = 0;
        for (const FactView& fact : facts) {
            const std::int64_t happened =
                std::min(fact.header().occurred_at, to_raw(fact.recorded_at()));
            if (fact.seq() <= known && happened <= to_raw(at)) counted += fact.posting(0).delta;
        }
        EXPECT_EQ(level(at, known), counted) << to_raw(at) << " known " << known;
    }
}

TEST_F(BusinessTime, ALateTillEmptiesTheShelfWhenItSoldNotWhenItCalled) {
    make_.count(kBoot, kShop, 3);
    make_.pass(std::chrono::hours(1));
    const Instant closing = make_.now();
    make_.pass(std::chrono::hours(8));
    sale(3, std::chrono::hours(8) + std::chrono::minutes(30));
    read();
    EXPECT_EQ(reader_
                  ->level(SkuId{kBoot}, Place(LocationId{kShop}), Bucket::sellable,
                          reader_->seq_at(closing))
                  .units,
              3);
    // In the books of that evening the shelf was full still.
    EXPECT_EQ(level(closing), 0);
    EXPECT_EQ(level(make_.now()), 0);
}

TEST_F(BusinessTime, TellsTheNewestLateFactsAndSumsTheOthers) {
    make_.count(kBoot, kShop, 10);
    make_.pass(std::chrono::hours(2));
    const std::uint64_t first = sale(1, std::chrono::minutes(70));
    const std::uint64_t second = sale(2, std::chrono::minutes(90));
    const std::uint64_t third = sale(3, std::chrono::minutes(80));
    sale(4, std::chrono::minutes(1));
    read();
    const LateChanges late =
        reader_->late_changes(SkuId{kBoot}, Place(LocationId{kShop}), Bucket::sellable,
                              make_.now() - std::chrono::minutes(30), make_.seq(), 2);
    EXPECT_EQ(late.units, -6);
    EXPECT_EQ(late.facts, 3U);
    ASSERT_EQ(late.newest.size(), 2U);
    EXPECT_EQ(late.newest[0].seq, first);
    EXPECT_EQ(late.newest[1].seq, third);
    EXPECT_EQ(late.newest_other, second);
}

TEST_F(BusinessTime, ASaleThatACountHadSeenIsMissingUntilTheCount) {
    make_.count(kBoot, kShop, 10);
    const Instant morning = make_.now();
    make_.pass(std::chrono::hours(10));
    const Instant evening = make_.now();
    count_taken(-2, std::chrono::hours(2));  // at eight in the evening: two are missing
    // Then the till calls: it sold the two at noon. The count had seen it, so nothing moves.
    make_.begin(FactType::pos_sale).header().occurred_at -=
        Microseconds(std::chrono::hours(6)).count();
    make_.post(kBoot, kShop, Bucket::sellable, -2);
    make_.post(kBoot, kShop, Bucket::sellable, 2);
    make_.end();
    read();
    EXPECT_EQ(level(morning), 10);
    EXPECT_EQ(level(evening - std::chrono::hours(5)), 8);
    EXPECT_EQ(level(evening), 8);
    EXPECT_EQ(level(make_.now()), 8);
    const LateChanges noon =
        reader_->late_changes(SkuId{kBoot}, Place(LocationId{kShop}), Bucket::sellable,
                              evening - std::chrono::hours(5), make_.seq(), 5);
    ASSERT_EQ(noon.newest.size(), 1U);
    EXPECT_LT(noon.newest[0].until, evening);
}

TEST_F(BusinessTime, LateChangesGoWithTheirFacts) {
    auto kept = Store::open(*files_, directory_, kFileName, std::chrono::hours(24));
    ASSERT_TRUE(kept);
    store_ = std::move(*kept);
    for (int i = 0; i < 50; ++i) {
        make_.pass(std::chrono::hours(2));
        sale(1, std::chrono::hours(i));
    }
    read();
    const std::uint64_t first = reader_->cursor().first_seq;
    ASSERT_GT(first, 20U);
    Statement oldest(store_->database(), "SELECT min(seq) FROM late_postings");
    ASSERT_TRUE(oldest.step());
    EXPECT_EQ(oldest.number(0), first);
    oldest.reset();
    const Instant then = reader_->fact(first)->recorded_at;
    Units counted = 0;
    for (const FactView& fact : make_.facts())
        if (fact.header().occurred_at <= to_raw(then)) counted += fact.posting(0).delta;
    EXPECT_EQ(level(then), counted);
}

}  // namespace
}  // namespace holdfast::readmodel
