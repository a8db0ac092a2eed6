// Goal: rows come back as they were written, whether they stand in memory or travel in pieces, and
// a reader believes nothing that its bytes do not hold. Method: every size of piece from one byte
// up.
#include "base/byte_stream.h"

#include <gtest/gtest.h>

#include <string>

namespace holdfast {
namespace {

void put_rows(ByteWriter& out) {
    out.put(std::uint64_t{3});
    for (std::uint32_t i = 0; i < 3; ++i) {
        out.put(i);
        out.put_text(std::string(i * 5, 'x'));
    }
}

void expect_rows(ByteReader& in) {
    EXPECT_EQ(in.get_count(8), 3u);
    for (std::uint32_t i = 0; i < 3; ++i) {
        EXPECT_EQ(in.get<std::uint32_t>(), i);
        EXPECT_EQ(in.get_text(), std::string(i * 5, 'x'));
    }
    EXPECT_TRUE(in.good());
    EXPECT_TRUE(in.at_end());
}

/// The bytes in pieces of one size, each good until the next one.
struct Pieces {
    ByteSpan rest;
    std::size_t size;
    std::vector<std::byte> piece;
    Result<ByteSpan> operator()() {
        std::fill(piece.begin(), piece.end(), std::byte{0xEE});
        const ByteSpan next = rest.first(std::min(size, rest.size()));
        piece.assign(next.begin(), next.end());
        rest = rest.subspan(next.size());
        return ByteSpan(piece);
    }
};

TEST(ByteStream, RowsComeBackFromMemory) {
    std::vector<std::byte> bytes;
    ByteWriter out(bytes);
    put_rows(out);
    ByteReader in(bytes);
    expect_rows(in);
}

TEST(ByteStream, RowsComeBackInPiecesOfAnySize) {
    std::vector<std::byte> whole;
    ByteWriter plain(whole);
    put_rows(plain);
    for (std::size_t size = 1; size <= whole.size() + 1; ++size) {
        std::vector<std::byte> buffer, collected;
        ByteWriter out(
            buffer,
            [&](ByteSpan piece) -> Result<void> {
                collected.insert(collected.end(), piece.begin(), piece.end());
                return {};
            },
            size);
        put_rows(out);
        ASSERT_TRUE(out.finish());
        EXPECT_EQ(collected, whole) << size;
        ByteReader in(Pieces{whole, size, {}}, whole.size());
        expect_rows(in);
    }
}

TEST(ByteStream, AWriterStopsAtTheFirstFailureOfItsSink) {
    std::vector<std::byte> buffer;
    int calls = 0;
    ByteWriter out(
        buffer,
        [&](ByteSpan) -> Result<void> {
            ++calls;
            return failure(ErrorCode::disk_full, "no room");
        },
        4);
    put_rows(out);
    EXPECT_FALSE(out.finish());
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(buffer.empty()) << "what nobody takes is not kept";
}

TEST(ByteStream, AReaderTurnsBadWhereItsBytesEnd) {
    std::vector<std::byte> bytes;
    ByteWriter out(bytes);
    put_rows(out);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ByteReader in(Pieces{ByteSpan(bytes).first(size), 4, {}}, size);
        const std::size_t count = in.get_count(8);
        for (std::size_t i = 0; i < 3; ++i) {
            (void)in.get<std::uint32_t>();
            (void)in.get_text();
        }
        EXPECT_FALSE(in.good()) << size;
        EXPECT_LE(count, 3u);
        EXPECT_EQ(in.get<std::uint64_t>(), 0u) << "a bad reader stays bad";
    }
}

TEST(ByteStream, AReaderBelievesNoCountOrTextThatCannotFollow) {
    std::vector<std::byte> bytes;
    ByteWriter out(bytes);
    out.put(~std::uint64_t{0});
    ByteReader counts(bytes);
    EXPECT_EQ(counts.get_count(1), 0u);
    EXPECT_FALSE(counts.good());
    ByteReader texts(Pieces{bytes, 3, {}}, bytes.size());
    EXPECT_EQ(texts.get_text(), "");
    EXPECT_FALSE(texts.good());
}

TEST(ByteStream, AReaderTellsWhyItsSourceFailed) {
    ByteReader in([]() -> Result<ByteSpan> { return failure(ErrorCode::io_error, "EIO"); }, 100);
    EXPECT_EQ(in.get<std::uint32_t>(), 0u);
    EXPECT_FALSE(in.good());
    ASSERT_FALSE(in.source_result());
    EXPECT_EQ(in.source_result().error().code, ErrorCode::io_error);
}

}  // namespace
}  // namespace holdfast
