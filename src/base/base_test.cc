// Goal: the small tools hold what every other folder assumes of them.
#include <gtest/gtest.h>

#include <limits>

#include "base/arena.h"
#include "base/base32.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"

namespace holdfast {
namespace {

TEST(Base32, RoundTripsAndSortsLikeTheNumber) {
    const std::uint64_t values[] = {0,  1,          31,
                                    32, 1ULL << 40, std::numeric_limits<std::uint64_t>::max()};
    std::string before;
    for (std::uint64_t v : values) {
        const auto text = base32_encode(v);
        const std::string now(text.begin(), text.end());
        EXPECT_EQ(base32_decode(now), v);
        EXPECT_LT(before, now);
        before = now;
    }
}

TEST(Base32, RefusesWhatItWouldNotWrite) {
    EXPECT_FALSE(base32_decode(""));
    EXPECT_FALSE(base32_decode("000000000000U"));
    EXPECT_FALSE(base32_decode("000000000000il"));
    EXPECT_FALSE(base32_decode("z000000000000")) << "a 65th bit must not be lost silently";
}

TEST(Hash128, SumIsIndependentOfOrderAndUndoable) {
    const Hash128 a = hash128(as_byte_span("a")), b = hash128(as_byte_span("b"));
    Hash128 ab = a, ba = b;
    ab += b;
    ba += a;
    EXPECT_EQ(ab, ba);
    ab -= b;
    EXPECT_EQ(ab, a);
}

TEST(Hash128, DependsOnItsSeed) {
    EXPECT_NE(hash128(as_byte_span("key"), 1), hash128(as_byte_span("key"), 2));
}

TEST(Arena, KeepsItemsUntilReset) {
    Arena arena(64);
    const std::string_view copy = arena.copy("boots");
    auto numbers = arena.array<std::uint64_t>(100);
    numbers[99] = 7;
    EXPECT_EQ(copy, "boots");
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % alignof(std::uint64_t), 0u);
    arena.reset();
    EXPECT_EQ(arena.bytes_used(), 0u);
}

TEST(Failure, SaysWhatWasBeingDone) {
    const Result<int> r = failure(Failure{ErrorCode::io_error, "EIO"}, "reading segment 3");
    ASSERT_FALSE(r);
    EXPECT_EQ(to_string(r.error()), "io_error: reading segment 3: EIO");
}

}  // namespace
}  // namespace holdfast
