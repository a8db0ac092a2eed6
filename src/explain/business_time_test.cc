// Goal: what was on a shelf at a business time is told as what the records of that time show and
// what came late, down to the facts. Method: facts made by hand in a read model of their own.
#include "explain/business_time.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "readmodel/test_directory.h"

namespace holdfast::explain {
namespace {

constexpr std::uint32_t kBoot = 0, kShop = 1;

class BusinessTimeTest : public readmodel::ReadModelTest {
  protected:
    std::uint64_t sale(Units units, Microseconds late) {
        make_.begin(FactType::pos_sale).header().source = 9;
        make_.writer().header().occurred_at -= late.count();
        make_.post(kBoot, kShop, Bucket::sellable, -units);
        return make_.end();
    }
    Explanation explained(Instant at, std::uint64_t known = 0, std::size_t facts = 10) {
        if (store_ == nullptr) store_ = open();
        EXPECT_TRUE(apply(*store_, make_.facts()));
        auto reader = readmodel::Reader::open(store_->path());
        EXPECT_TRUE(reader);
        EXPECT_TRUE((*reader)->begin());
        Moment moment(**reader, known == 0 ? make_.seq() : known);
        const Explanation answer = explain_by_business_time(
            moment, {.sku = SkuId{kBoot}, .location = LocationId{kShop}, .facts_per_bucket = facts},
            at);
        EXPECT_TRUE((*reader)->end());
        return answer;
    }
    static const Node& quantity(const Explanation& e, std::string_view name) {
        const auto it = std::ranges::find(e.quantities, name, &Node::name);
        EXPECT_NE(it, e.quantities.end()) << name;
        return *it;
    }
    std::unique_ptr<readmodel::Store> store_;
};

TEST_F(BusinessTimeTest, AFullShelfInTheBooksWasEmptyWhenTheTillWasOffline) {
    make_.count(kBoot, kShop, 3);
    make_.pass(std::chrono::hours(4));
    const Instant evening = make_.now();
    make_.pass(std::chrono::hours(12));
    const std::uint64_t known_before = make_.seq();
    const std::uint64_t upload = sale(3, std::chrono::hours(13));
    const Explanation e = explained(evening);
    EXPECT_EQ(value_of(e, "on_hand"), 0);
    EXPECT_EQ(value_of(e, "free"), 0);
    EXPECT_EQ(e.recorded_seq, known_before);
    EXPECT_EQ(e.seq, upload);
    const Node& shelf = quantity(e, "sellable");
    EXPECT_EQ(shelf.formula, "recorded + sum(late)");
    ASSERT_EQ(shelf.inputs.size(), 2U);
    EXPECT_EQ(shelf.inputs[0].value, 3);
    EXPECT_EQ(shelf.inputs[0].fact, known_before);
    EXPECT_EQ(shelf.inputs[1].name, "late");
    EXPECT_EQ(shelf.inputs[1].value, -3);
    EXPECT_EQ(shelf.inputs[1].fact, upload);
    ASSERT_EQ(e.sources.size(), 1U);
    EXPECT_EQ(e.sources[0].source, 9U);
    // As it was known that evening, there were three.
    EXPECT_EQ(value_of(explained(evening, known_before), "on_hand"), 3);
}

TEST_F(BusinessTimeTest, ManyLateFactsAreToldInPartAndSummedInFull) {
    make_.count(kBoot, kShop, 100);
    make_.pass(std::chrono::hours(3));
    std::uint64_t newest = 0;
    for (int i = 0; i < 30; ++i) newest = sale(1, std::chrono::hours(2));
    const Explanation e = explained(make_.now() - std::chrono::hours(1), 0, 5);
    const Node& shelf = quantity(e, "sellable");
    EXPECT_EQ(shelf.value, 70);
    ASSERT_EQ(shelf.inputs.size(), 7U);
    EXPECT_EQ(shelf.inputs[1].fact, newest);
    EXPECT_EQ(shelf.inputs[6].value, -25);
    EXPECT_EQ(shelf.inputs[6].facts, 25U);
    EXPECT_EQ(shelf.inputs[6].fact, newest - 5);
}

TEST_F(BusinessTimeTest, OfTheNewestMomentItIsWhatTheLedgerHolds) {
    make_.count(kBoot, kShop, 5);
    sale(7, std::chrono::hours(2));
    make_.reserve(0, kBoot, kShop, 1);
    const Explanation e = explained(make_.now() + std::chrono::hours(1));
    EXPECT_EQ(value_of(e, "sellable"), -2);
    EXPECT_EQ(value_of(e, "oversold"), 3);
    EXPECT_EQ(value_of(e, "reserved"), 1);
}

}  // namespace
}  // namespace holdfast::explain
