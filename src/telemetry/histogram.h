// A log-linear histogram of whole numbers: bounded memory, a recording without branches on the
// size of the value, and a known relative error. For latencies of millions of requests.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace holdfast::telemetry {

/// Counts values by size. Below 2^kSubBits each value has its own bucket; above, each power of two
/// is cut into 2^kSubBits buckets, so what comes back is at most 1/64 (1.6 %) above what went in.
/// Units    the caller's; nanoseconds up to kValueMax (73 minutes), larger ones count as kValueMax.
/// Threads  one writer. A reader on another thread needs its own copy, handed over by the writer.
class Histogram {
  public:
    static constexpr int kSubBits = 6;
    static constexpr int kValueBits = 42;
    static constexpr std::uint64_t kValueMax = (std::uint64_t{1} << kValueBits) - 1;
    static constexpr std::size_t kBuckets = std::size_t{kValueBits - kSubBits + 1} << kSubBits;

    void record(std::uint64_t value) { record_many(value, 1); }

    void record_many(std::uint64_t value, std::uint64_t times) {
        if (times == 0) return;
        value = std::min(value, kValueMax);
        buckets_[bucket_of(value)] += times;
        count_ += times;
        sum_ += value * times;
        max_ = std::max(max_, value);
        min_ = std::min(min_, value);
    }

    /// Adds all that `other` has seen.
    void merge(const Histogram& other) {
        for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
        count_ += other.count_;
        sum_ += other.sum_;
        max_ = std::max(max_, other.max_);
        min_ = std::min(min_, other.min_);
    }

    void clear() { *this = Histogram{}; }

    /// Smallest recorded size such that at least `per_million` of a million values are not above
    /// it: 500'000 is the median, 999'000 the 99.9th percentile. 0 when nothing was recorded.
    [[nodiscard]] std::uint64_t quantile(std::uint32_t per_million) const {
        if (count_ == 0) return 0;
        const std::uint64_t wanted = std::max<std::uint64_t>(
            1, (count_ / kMillion) * per_million +
                   ((count_ % kMillion) * per_million + kMillion - 1) / kMillion);
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < kBuckets; ++i) {
            seen += buckets_[i];
            if (seen >= wanted) return std::clamp(highest_in(i), min_, max_);
        }
        return max_;
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t sum() const { return sum_; }
    [[nodiscard]] std::uint64_t max() const { return max_; }
    [[nodiscard]] std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
    [[nodiscard]] std::uint64_t mean() const { return count_ == 0 ? 0 : sum_ / count_; }

    /// How many values were recorded at or below `value`, to the precision of a bucket. For
    /// cumulative exposition formats.
    [[nodiscard]] std::uint64_t count_up_to(std::uint64_t value) const {
        const std::size_t last = bucket_of(std::min(value, kValueMax));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i <= last; ++i) seen += buckets_[i];
        return seen;
    }

    /// Bucket of a value not above kValueMax.
    static constexpr std::size_t bucket_of(std::uint64_t value) {
        // The or keeps small values in the first, linear, row without a branch.
        const int top = 63 - std::countl_zero(value | kSubMask);
        const int shift = std::max(0, top - kSubBits);
        const std::size_t row = top < kSubBits ? 0 : static_cast<std::size_t>(top - kSubBits + 1);
        return (row << kSubBits) + static_cast<std::size_t>((value >> shift) & kSubMask);
    }

    /// Largest value that falls into a bucket.
    static constexpr std::uint64_t highest_in(std::size_t bucket) {
        const std::size_t row = bucket >> kSubBits;
        const std::uint64_t within = bucket & kSubMask;
        if (row == 0) return within;
        return (((kSubMask + 1 + within + 1) << (row - 1))) - 1;
    }

  private:
    static constexpr std::uint64_t kSubMask = (std::uint64_t{1} << kSubBits) - 1;
    static constexpr std::uint64_t kMillion = 1'000'000;

    std::array<std::uint64_t, kBuckets> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t max_ = 0;
    std::uint64_t min_ = ~std::uint64_t{0};
};

}  // namespace holdfast::telemetry
