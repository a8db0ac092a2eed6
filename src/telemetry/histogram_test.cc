// Goal: quantiles are never below the truth and at most one part in 64 above it.
// Method: every bucket's edges, and a sorted copy of the same values as the oracle.
#include "telemetry/histogram.h"

#include <gtest/gtest.h>

#include <vector>

namespace holdfast::telemetry {
namespace {

TEST(Histogram, GivesEverySmallValueItsOwnBucket) {
    for (std::uint64_t v = 0; v < 64; ++v) {
        EXPECT_EQ(Histogram::bucket_of(v), v);
        EXPECT_EQ(Histogram::highest_in(v), v);
    }
}

TEST(Histogram, LeavesNoGapAndNoOverlapBetweenBuckets) {
    for (std::size_t b = 0; b < Histogram::kBuckets; ++b) {
        const std::uint64_t highest = Histogram::highest_in(b);
        ASSERT_EQ(Histogram::bucket_of(highest), b) << highest;
        if (highest < Histogram::kValueMax) {
            ASSERT_EQ(Histogram::bucket_of(highest + 1), b + 1) << highest;
        }
    }
    EXPECT_EQ(Histogram::highest_in(Histogram::kBuckets - 1), Histogram::kValueMax);
}

TEST(Histogram, QuantilesAreWithinOnePartIn64OfASortedCopy) {
    Histogram histogram;
    std::vector<std::uint64_t> values;
    std::uint64_t x = 88172645463325252ULL;
    for (int i = 0; i < 100'000; ++i) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        values.push_back(x >> (24 + x % 40));
        histogram.record(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const std::uint32_t q :
         {1U, 100'000U, 500'000U, 900'000U, 990'000U, 999'000U, 1'000'000U}) {
        const std::size_t rank =
            std::max<std::size_t>(1, (values.size() * q + 999'999) / 1'000'000);
        const std::uint64_t truth = std::min(values[rank - 1], Histogram::kValueMax);
        EXPECT_GE(histogram.quantile(q), truth) << q;
        EXPECT_LE(histogram.quantile(q), truth + truth / 64 + 1) << q;
    }
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_EQ(histogram.min(), values.front());
}

TEST(Histogram, IsZeroWhenNothingWasRecorded) {
    const Histogram histogram;
    EXPECT_EQ(histogram.quantile(500'000), 0U);
    EXPECT_EQ(histogram.mean(), 0U);
    EXPECT_EQ(histogram.min(), 0U);
    EXPECT_EQ(histogram.max(), 0U);
}

TEST(Histogram, CountsWhatIsTooLargeAsTheLargest) {
    Histogram histogram;
    histogram.record(~std::uint64_t{0});
    EXPECT_EQ(histogram.max(), Histogram::kValueMax);
    EXPECT_EQ(histogram.quantile(1'000'000), Histogram::kValueMax);
}

TEST(Histogram, MergesToWhatOneWouldHaveSeen) {
    Histogram left, right, both;
    for (std::uint64_t v = 1; v < 5000; v += 3) {
        (v % 2 ? left : right).record_many(v, v % 5);
        both.record_many(v, v % 5);
    }
    left.merge(right);
    EXPECT_EQ(left.count(), both.count());
    EXPECT_EQ(left.sum(), both.sum());
    for (std::uint32_t q = 0; q <= 1'000'000; q += 50'000)
        EXPECT_EQ(left.quantile(q), both.quantile(q));
    EXPECT_EQ(left.count_up_to(63), both.count_up_to(63));
    EXPECT_EQ(both.count_up_to(Histogram::kValueMax), both.count());
}

}  // namespace
}  // namespace holdfast::telemetry
