// Numbers that one thread counts and any thread may read: no lock, no shared cache line between
// writers, nothing looked up by name on the way.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "base/instant.h"

namespace holdfast::telemetry {

/// Only ever grows. One writer.
class Counter {
  public:
    void add(std::uint64_t n = 1) {
        // A single writer needs no read-modify-write across threads.
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    /// For totals that somebody else counts.
    void set(std::uint64_t total) { value_.store(total, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

/// Up and down. One writer.
class Gauge {
  public:
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::int64_t> value_{0};
};

/// Durations in buckets whose bounds grow by half powers of two: fine enough for alerts, and small
/// enough to be scraped. One writer; a reader may see a duration in `count` a moment before it is
/// in its bucket.
class DurationBuckets {
  public:
    /// Upper bounds in microseconds.
    static constexpr std::array<std::int64_t, 22> kBounds{
        50,      75,      100,     150,       200,       300,       500,    750,
        1'000,   1'500,   2'000,   3'000,     5'000,     10'000,    20'000, 50'000,
        100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

    void record(Microseconds duration) {
        const std::int64_t us = std::max<std::int64_t>(duration.count(), 0);
        const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), us);
        buckets_[static_cast<std::size_t>(bound - kBounds.begin())].add();
        sum_us_.add(static_cast<std::uint64_t>(us));
    }
    /// Durations of bucket `i` alone; the last one is beyond all bounds.
    [[nodiscard]] std::uint64_t bucket(std::size_t i) const { return buckets_[i].value(); }
    [[nodiscard]] std::uint64_t sum_us() const { return sum_us_.value(); }

  private:
    std::array<Counter, kBounds.size() + 1> buckets_;
    Counter sum_us_;
};

}  // namespace holdfast::telemetry
