// Goal: the tables say what the facts did, and are a function of the facts alone.
// Method: facts made by hand, applied in one go and in pieces, and compared row by row.
#include "readmodel/projection.h"

#include "readmodel/compare.h"
#include "readmodel/fact_fields.h"
#include "readmodel/schema.h"
#include "readmodel/test_directory.h"

namespace holdfast::readmodel {
namespace {

class ProjectionTest : public ReadModelTest {
  protected:
    /// The rows of a query as text, one a line.
    static std::string rows(Store& store, std::string_view sql) {
        std::string text;
        Statement query(store.database(), sql);
        while (query.step()) {
            for (int i = 0; i < query.columns(); ++i) text += (i > 0 ? "," : "") + query.literal(i);
            text += '\n';
        }
        EXPECT_TRUE(store.database().outcome()) << to_string(store.database().outcome().error());
        return text;
    }
    /// A day in a shop: entities, counts, holds, policies, a case, a numbered source.
    void make_day() {
        make_.entity(FactType::name_interned, 0, "till-1");
        make_.entity(FactType::item_upserted, 0, "BOOT");
        make_.entity(FactType::location_upserted, 0, "DC1", 1);
        make_.entity(FactType::channel_upserted, 0, "web");
        for (std::uint32_t i = 0; i < 40; ++i) {
            make_.count(i % 3, i % 2, 5 + i);
            const std::uint64_t id =
                make_.reserve(i % 2, i % 3, i % 2, 1 + i % 4, "O-" + std::to_string(i));
            if (i % 3 == 0) make_.release(id, i % 3, i % 2, 1 + i % 4);
            if (i % 7 == 0) make_.policy(PolicyKind::safety_stock, i % 3, kNoId, i);
        }
        make_.begin(FactType::pos_sale);
        make_.post(0, 0, Bucket::sellable, -500);
        make_.writer().post({SkuId{0}, Place(PlaceKind::customer), Bucket::external, 500});
        make_.writer().header().source = 0;
        make_.writer().value(FieldTag::source_position,
                             SourcePositionField{.epoch = 1, .seq = 900});
        make_.writer().value(FieldTag::raises, std::uint8_t{1});
        make_.end();
    }
};

TEST_F(ProjectionTest, EachPostingKnowsTheBalanceAfterIt) {
    make_.count(7, 3, 10);
    make_.reserve(0, 7, 3, 4);
    make_.count(7, 3, -2);
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    EXPECT_EQ(rows(*store,
                   "SELECT bucket, seq, delta, balance FROM postings WHERE sku = 7 AND place = 3"),
              "1,1,10,10\n1,3,-2,8\n5,2,4,4\n");
}

TEST_F(ProjectionTest, PostingsOfOneFactOnOneBucketAreOneRow) {
    make_.begin(FactType::order_created);
    make_.post(1, 2, Bucket::reserved, 3);
    make_.post(1, 1, Bucket::reserved, 5);
    make_.post(1, 2, Bucket::reserved, 4);
    make_.end();
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    EXPECT_EQ(rows(*store, "SELECT sku, place, bucket, delta, balance FROM postings"),
              "1,1,5,5,5\n1,2,5,7,7\n");
}

TEST_F(ProjectionTest, TheSameFactsGiveTheSameRowsHoweverTheyAreCut) {
    make_day();
    const std::uint64_t last = make_.seq();
    auto whole = open("whole.sqlite");
    ASSERT_TRUE(apply(*whole, make_.facts()));
    for (const std::uint64_t step : {1U, 3U, 10U, 64U}) {
        const std::string name = "cut" + std::to_string(step) + ".sqlite";
        auto cut = open(name);
        for (std::uint64_t first = 1; first <= last; first += step) {
            ASSERT_TRUE(apply(*cut, make_.facts(first, std::min(last, first + step - 1))));
            if (first % 4 == 0) {  // closed in between, and opened again
                cut.reset();
                cut = open(name);
            }
        }
        EXPECT_EQ(difference(whole->database(), cut->database()), std::nullopt) << step;
        EXPECT_EQ(content_hash(whole->database()), content_hash(cut->database())) << step;
    }
}

TEST_F(ProjectionTest, FactsThatAreThereAlreadyArePassedOver) {
    make_day();
    auto once = open("once.sqlite");
    auto twice = open("twice.sqlite");
    ASSERT_TRUE(apply(*once, make_.facts()));
    ASSERT_TRUE(apply(*twice, make_.facts(1, 20)));
    ASSERT_TRUE(apply(*twice, make_.facts()));
    EXPECT_EQ(difference(once->database(), twice->database()), std::nullopt);
}

TEST_F(ProjectionTest, AGapIsRefusedAndNothingOfItsTransactionStays) {
    make_day();
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts(1, 10)));
    store->projection().begin(kLogId);
    store->projection().apply(make_.facts(11, 11)[0]);
    store->projection().apply(make_.facts(13, 13)[0]);
    const Result<void> committed = store->projection().commit();
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, ErrorCode::corrupt);
    EXPECT_EQ(store->cursor().seq, 10U);
    auto other = open("other.sqlite");
    ASSERT_TRUE(apply(*other, make_.facts(1, 10)));
    EXPECT_EQ(difference(store->database(), other->database()), std::nullopt);
    ASSERT_TRUE(apply(*store, make_.facts()));
    EXPECT_EQ(store->cursor().seq, make_.seq());
}

TEST_F(ProjectionTest, HoldsAreWhatOpenReservationsHave) {
    make_.count(1, 1, 10);
    const std::uint64_t first = make_.reserve(0, 1, 1, 4, "A");
    const std::uint64_t second = make_.reserve(0, 1, 1, 2, "B");
    make_.release(first, 1, 1, 1);
    make_.release(second, 1, 1, 2);
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    EXPECT_EQ(rows(*store, "SELECT reservation, bucket, units FROM holds"),
              std::to_string(first) + ",5,3\n");
    EXPECT_EQ(rows(*store, "SELECT id, channel, order_number, seq FROM reservations"),
              "2,0,'A',4\n3,0,'B',5\n");
}

TEST_F(ProjectionTest, AStepOfAReservationBelongsToItsChannel) {
    const std::uint64_t id = make_.reserve(9, 1, 1, 4);
    make_.release(id, 1, 1, 4);
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    EXPECT_EQ(rows(*store, "SELECT seq, channel, reservation FROM facts"), "1,9,1\n2,9,1\n");
}

TEST_F(ProjectionTest, AMinuteCountsFactsUnitsPromisedAndUnitsNobodyHas) {
    make_.count(1, 1, 3);
    make_.reserve(2, 1, 1, 2);
    make_.begin(FactType::order_created);  // sold elsewhere: one unit is missing
    make_.post(1, 1, Bucket::reserved, 2);
    make_.writer().value(FieldTag::channel, std::uint32_t{2});
    make_.writer().value(FieldTag::raises, std::uint8_t{2});
    make_.end();
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    EXPECT_EQ(rows(*store, "SELECT channel, facts, accepted, oversold, raised FROM kpi_minutes"),
              "-1,1,0,0,0\n2,2,4,1,1\n");
}

TEST_F(ProjectionTest, SecretsAndKeysAreNotKeptAndOtherFieldsAreVerbatim) {
    make_.begin(FactType::api_key_created);
    make_.writer().value(FieldTag::transport_key, KeyField{.key = {.low = 1, .high = 2}});
    make_.writer().value(FieldTag::api_key, ApiKeyField{.id = 5});
    make_.writer().text(FieldTag::title, "Till");
    make_.writer().text(FieldTag::scopes, "admin@*/*");
    make_.end();
    std::vector<std::byte> kept;
    keep_fields(make_.facts()[0], kept);
    EXPECT_FALSE(kept_field(kept, FieldTag::transport_key));
    EXPECT_FALSE(kept_field(kept, FieldTag::api_key));
    EXPECT_EQ(as_text(*kept_field(kept, FieldTag::title)), "Till");
    EXPECT_EQ(as_text(*kept_field(kept, FieldTag::scopes)), "admin@*/*");
}

TEST_F(ProjectionTest, BusinessTimeIsKeptOnlyWhereItDiffers) {
    make_.count(1, 1, 3);
    make_.begin(FactType::pos_sale).header().occurred_at -= 5'000'000;
    make_.post(1, 1, Bucket::sellable, -1);
    make_.end();
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    EXPECT_EQ(rows(*store, "SELECT seq, recorded_at - occurred_at FROM facts"),
              "1,NULL\n2,5000000\n");
}

}  // namespace
}  // namespace holdfast::readmodel
