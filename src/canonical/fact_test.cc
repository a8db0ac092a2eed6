// Goal: a fact read back is the fact that was written, and no damaged bytes pass for one.
#include "canonical/fact.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

std::vector<std::byte> one_line_reservation() {
    std::vector<std::byte> bytes;
    FactWriter writer(bytes);
    writer.begin(FactType::reservation_created, 7, instant_from_raw(1'000));
    writer.post(
        {.sku = SkuId{3}, .place = Place{LocationId{9}}, .bucket = Bucket::reserved, .delta = 2});
    writer.value(FieldTag::transport_key, KeyField{.key = {1, 2}, .body_hash = 3});
    writer.value(FieldTag::channel, std::uint32_t{4});
    writer.value(FieldTag::expires_at, std::int64_t{5'000});
    writer.end();
    writer.end_entry();
    return bytes;
}

TEST(Fact, ReadsBackWhatWasWritten) {
    const auto bytes = one_line_reservation();
    const auto fact = FactView::parse(bytes);
    ASSERT_TRUE(fact) << to_string(fact.error());
    EXPECT_EQ(fact->type(), FactType::reservation_created);
    EXPECT_EQ(fact->seq(), 7u);
    EXPECT_TRUE(fact->last_of_entry());
    ASSERT_EQ(fact->posting_count(), 1u);
    EXPECT_EQ(fact->posting(0), (Posting{SkuId{3}, Place{LocationId{9}}, Bucket::reserved, 2}));
    EXPECT_EQ(fact->field_as<std::uint32_t>(FieldTag::channel), 4u);
    EXPECT_EQ(fact->field_as<KeyField>(FieldTag::transport_key)->key, (Hash128{1, 2}));
    EXPECT_FALSE(fact->field(FieldTag::order));
}

TEST(Fact, AOneLineReservationTakesAtMost128Bytes) {
    EXPECT_LE(one_line_reservation().size(), 128u);
}

TEST(Fact, KeepsTheSignAndSizeOfADelta) {
    for (const Units delta : {Units{-1}, level_max, -level_max, Units{0}}) {
        std::vector<std::byte> bytes;
        FactWriter writer(bytes);
        writer.begin(FactType::stock_adjusted, 1, Instant{});
        writer.post({.sku = SkuId{1},
                     .place = Place{PlaceKind::loss},
                     .bucket = Bucket::external,
                     .delta = delta});
        EXPECT_EQ(writer.end().posting(0).delta, delta);
    }
}

TEST(Fact, RefusesEveryShorteningOfItsBytes) {
    const auto bytes = one_line_reservation();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(FactView::parse(ByteSpan(bytes).first(size))) << size;
}

TEST(Fact, RefusesANewerVersionAndAnUnknownType) {
    auto bytes = one_line_reservation();
    bytes[2] = std::byte{99};
    EXPECT_EQ(FactView::parse(bytes).error().code, ErrorCode::unsupported);
    bytes = one_line_reservation();
    bytes[0] = std::byte{250};
    EXPECT_EQ(FactView::parse(bytes).error().code, ErrorCode::unsupported);
}

TEST(Vocabulary, NamesReadBack) {
    EXPECT_EQ(fact_type_from("pos.sale"), FactType::pos_sale);
    EXPECT_EQ(bucket_from(name(Bucket::in_transit)), Bucket::in_transit);
    EXPECT_FALSE(fact_type_from("pos_sale"));
}

}  // namespace
}  // namespace holdfast
