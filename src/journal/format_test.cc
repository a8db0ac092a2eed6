// The records of docs/journal_format.md: round trips, places of the fields, every flipped bit.
#include "journal/format.h"

#include <gmock/gmock.h>

#include "base/hash.h"
#include "journal/chain_hasher.h"
#include "journal/segment_name.h"

namespace holdfast::journal {
namespace {

using Record = std::array<std::byte, kHeaderBytes>;

ChainHash hash_of(int fill) {
    ChainHash hash{};
    hash.fill(static_cast<std::byte>(fill));
    return hash;
}

SegmentHeader a_segment_header() {
    return {.log_id = 11,
            .hash_seed = 12,
            .segment_number = 13,
            .first_batch = 14,
            .first_entry = 15,
            .first_seq = 16,
            .segment_bytes = 65536,
            .epoch = 17,
            .wall = instant_from_raw(18),
            .prev_hash = hash_of(0x19)};
}

BatchHeader a_batch_header() {
    return {.log_id = 11,
            .epoch = 21,
            .number = 22,
            .first_entry = 23,
            .first_seq = 24,
            .entry_count = 25,
            .fact_count = 26,
            .body_bytes = 27,
            .log_time = instant_from_raw(28),
            .wall = instant_from_raw(-29),
            .since_boot = Microseconds{30},
            .boot_id = 31,
            .durable_upto = 21,
            .prev_hash = hash_of(0x32),
            .hash = hash_of(0x33),
            .segment_number = 34,
            .offset = 35};
}

Record encoded(const SegmentHeader& header) {
    Record bytes{};
    encode(header, bytes);
    return bytes;
}

Record encoded(const BatchHeader& header) {
    Record bytes{};
    encode_unsealed(header, bytes);
    seal(header.hash, header.log_id, bytes);
    return bytes;
}

TEST(Format, a_segment_header_comes_back) {
    const SegmentHeader wanted = a_segment_header();
    const auto got = decode_segment_header(encoded(wanted));
    ASSERT_TRUE(got) << to_string(got.error());
    EXPECT_EQ(got->log_id, wanted.log_id);
    EXPECT_EQ(got->hash_seed, wanted.hash_seed);
    EXPECT_EQ(got->segment_number, wanted.segment_number);
    EXPECT_EQ(got->first_batch, wanted.first_batch);
    EXPECT_EQ(got->first_entry, wanted.first_entry);
    EXPECT_EQ(got->first_seq, wanted.first_seq);
    EXPECT_EQ(got->segment_bytes, wanted.segment_bytes);
    EXPECT_EQ(got->epoch, wanted.epoch);
    EXPECT_EQ(got->wall, wanted.wall);
    EXPECT_EQ(got->prev_hash, wanted.prev_hash);
}

TEST(Format, a_batch_header_comes_back) {
    const BatchHeader wanted = a_batch_header();
    const auto got = decode_batch_header(encoded(wanted), 11);
    ASSERT_TRUE(got) << to_string(got.error());
    EXPECT_EQ(got->epoch, wanted.epoch);
    EXPECT_EQ(got->number, wanted.number);
    EXPECT_EQ(got->first_entry, wanted.first_entry);
    EXPECT_EQ(got->first_seq, wanted.first_seq);
    EXPECT_EQ(got->entry_count, wanted.entry_count);
    EXPECT_EQ(got->fact_count, wanted.fact_count);
    EXPECT_EQ(got->body_bytes, wanted.body_bytes);
    EXPECT_EQ(got->log_time, wanted.log_time);
    EXPECT_EQ(got->wall, wanted.wall);
    EXPECT_EQ(got->since_boot, wanted.since_boot);
    EXPECT_EQ(got->boot_id, wanted.boot_id);
    EXPECT_EQ(got->durable_upto, wanted.durable_upto);
    EXPECT_EQ(got->prev_hash, wanted.prev_hash);
    EXPECT_EQ(got->hash, wanted.hash);
    EXPECT_EQ(got->segment_number, wanted.segment_number);
    EXPECT_EQ(got->offset, wanted.offset);
}

TEST(Format, fields_stand_where_the_page_says) {
    const Record batch = encoded(a_batch_header());
    EXPECT_EQ(as_text(ByteSpan(batch).first(8)), "HFBATCH1");
    EXPECT_EQ(load<std::uint32_t>(batch.data() + 8), 1U);
    EXPECT_EQ(load<std::uint64_t>(batch.data() + 32), 22U);
    EXPECT_EQ(load<std::uint32_t>(batch.data() + 64), 27U);
    EXPECT_EQ(load<std::int64_t>(batch.data() + 80), -29);
    EXPECT_EQ(load<std::uint64_t>(batch.data() + 104), 21U);
    EXPECT_EQ(batch[112], std::byte{0x32});
    EXPECT_EQ(batch[144], std::byte{0x33});
    EXPECT_EQ(load<std::uint64_t>(batch.data() + 176), 34U);
    EXPECT_EQ(load<std::uint64_t>(batch.data() + 184), 35U);
    EXPECT_EQ(load<std::uint64_t>(batch.data() + 248), hash64(ByteSpan(batch).first(248), 11));
    const Record segment = encoded(a_segment_header());
    EXPECT_EQ(as_text(ByteSpan(segment).first(8)), "HFSEGMNT");
    EXPECT_EQ(load<std::uint64_t>(segment.data() + 40), 14U);
    EXPECT_EQ(segment[88], std::byte{0x19});
}

TEST(Format, small_records_come_back) {
    Record bytes{};
    encode(Watermark{.segment_number = 2,
                     .counter = 3,
                     .durable_upto = 4,
                     .hash = hash_of(5),
                     .wall = instant_from_raw(6)},
           11, bytes);
    const auto mark = decode_watermark(bytes, 11);
    ASSERT_TRUE(mark);
    EXPECT_EQ(mark->segment_number, 2U);
    EXPECT_EQ(mark->counter, 3U);
    EXPECT_EQ(mark->durable_upto, 4U);
    EXPECT_EQ(mark->hash, hash_of(5));
    EXPECT_EQ(mark->wall, instant_from_raw(6));
    EXPECT_FALSE(decode_watermark(bytes, 12)) << "of another journal";

    encode(HeadRecord{.log_id = 1,
                      .hash_seed = 2,
                      .epoch = 3,
                      .durable_upto = 4,
                      .wall = instant_from_raw(5),
                      .boot_id = 6},
           bytes);
    const auto head = decode_head(bytes);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->log_id, 1U);
    EXPECT_EQ(head->hash_seed, 2U);
    EXPECT_EQ(head->epoch, 3U);
    EXPECT_EQ(head->durable_upto, 4U);
    EXPECT_EQ(head->wall, instant_from_raw(5));
    EXPECT_EQ(head->boot_id, 6U);

    encode(FailureMark{.count = 1, .last = instant_from_raw(2), .suspect = true}, bytes);
    const auto failures = decode_failure_mark(bytes);
    ASSERT_TRUE(failures);
    EXPECT_EQ(failures->count, 1U);
    EXPECT_EQ(failures->last, instant_from_raw(2));
    EXPECT_TRUE(failures->suspect);
}

TEST(Format, every_flipped_bit_of_a_header_is_corrupt_and_never_a_newer_version) {
    const Record segment = encoded(a_segment_header());
    const Record batch = encoded(a_batch_header());
    for (std::size_t bit = 0; bit < kHeaderBytes * 8; ++bit) {
        const std::byte mask{static_cast<unsigned char>(1U << (bit % 8))};
        Record bad = segment;
        bad[bit / 8] ^= mask;
        EXPECT_EQ(decode_segment_header(bad).error().code, ErrorCode::corrupt) << bit;
        bad = batch;
        bad[bit / 8] ^= mask;
        EXPECT_EQ(decode_batch_header(bad, 11).error().code, ErrorCode::corrupt) << bit;
    }
}

TEST(Format, a_whole_record_of_a_newer_version_is_unsupported) {
    Record bytes = encoded(a_batch_header());
    store(bytes.data() + 8, std::uint32_t{2});
    store(bytes.data() + 248, hash64(ByteSpan(bytes).first(248), 11));
    EXPECT_EQ(decode_batch_header(bytes, 11).error().code, ErrorCode::unsupported);
}

TEST(Format, a_record_cut_short_is_corrupt) {
    const Record bytes = encoded(a_batch_header());
    for (std::size_t length = 0; length < bytes.size(); length += 5)
        EXPECT_EQ(decode_batch_header(ByteSpan(bytes).first(length), 11).error().code,
                  ErrorCode::corrupt);
}

TEST(Format, all_zero_sees_one_bit_anywhere) {
    std::vector<std::byte> bytes(1000);
    EXPECT_TRUE(all_zero({}));
    EXPECT_TRUE(all_zero(bytes));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        bytes[at] = std::byte{0x10};
        EXPECT_FALSE(all_zero(bytes)) << at;
        bytes[at] = std::byte{0};
    }
}

TEST(Format, a_batch_takes_whole_blocks) {
    EXPECT_EQ(batch_bytes(0), 4096U);
    EXPECT_EQ(batch_bytes(4096 - 256), 4096U);
    EXPECT_EQ(batch_bytes(4096 - 255), 8192U);
}

TEST(ChainHasher, is_sha_256_of_header_and_body) {
    // SHA-256 of 144 times "a" and then "abc", by sha256sum.
    std::vector<std::byte> header(kHeaderBytes, std::byte{'a'});
    ChainHasher hasher;
    const ChainHash hash = hasher.batch_hash(header, as_byte_span("abc"));
    std::string hex;
    for (const std::byte byte : hash) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        hex += kDigits[static_cast<std::size_t>(byte) >> 4];
        hex += kDigits[static_cast<std::size_t>(byte) & 15];
    }
    EXPECT_EQ(hex, "c9a5a3a9fceb2621236e79c93206240dd9b69c3a2080ce3fadc1118f344b9333");
    EXPECT_EQ(hasher.batch_hash(header, as_byte_span("abc")), hash) << "the context is reused";
    EXPECT_NE(hasher.batch_hash(header, as_byte_span("abd")), hash);
    header[143] = std::byte{'b'};
    EXPECT_NE(hasher.batch_hash(header, as_byte_span("abc")), hash);
    header[143] = std::byte{'a'};
    header[144] = std::byte{'b'};
    EXPECT_EQ(hasher.batch_hash(header, as_byte_span("abc")), hash) << "place is not covered";
}

TEST(SegmentName, comes_back_and_sorts_like_its_numbers) {
    const std::string name = to_file_name({.first_batch = 7, .first_seq = 1234567890123});
    EXPECT_EQ(name, "segment-00000000000000000007-00000001234567890123.hfj");
    const auto parsed = parse_segment_name(name);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->first_batch, 7U);
    EXPECT_EQ(parsed->first_seq, 1234567890123U);
    EXPECT_LT(name, to_file_name({.first_batch = 10, .first_seq = 1}));
    EXPECT_EQ(parse_spare_name(spare_file_name(42)), 42U);
}

TEST(SegmentName, anything_else_is_no_segment) {
    for (const std::string_view text :
         {"", "segment-", "segment-7-1.hfj",
          "segment-0000000000000000000x-00000000000000000001.hfj",
          "segment-00000000000000000007-00000000000000000001.hfj.tmp",
          "segment-00000000000000000007_00000000000000000001.hfj",
          "segment-99999999999999999999-00000000000000000001.hfj", "spare-00000000000000000001.hfj",
          "segment--0000000000000000007-00000000000000000001.hfj"})
        EXPECT_FALSE(parse_segment_name(text)) << text;
    EXPECT_FALSE(parse_spare_name("spare-1.hfj"));
}

}  // namespace
}  // namespace holdfast::journal
