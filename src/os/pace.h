// How fast a job beside the hub's own work may use the disk: a commit that waits behind it in the
// disk's queue waits for one small piece at most. stop() ends the job at its next piece.
//
// spend() belongs to the job's thread; stop() and go() may be called from any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/result.h"

namespace holdfast::os {

class Pace {
  public:
    /// Reads and writes are cut into pieces of this size.
    static constexpr std::size_t kPieceBytes = 256 * 1024;

    explicit Pace(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

    /// After so many bytes went over the disk: waits until the rate allows more. Fails with closed
    /// once stopped.
    Result<void> spend(std::size_t bytes);
    void stop();
    /// Allows spending again, from now on.
    void go();
    [[nodiscard]] bool stopped() const;

  private:
    using Clock = std::chrono::steady_clock;

    const std::uint64_t bytes_per_second_;
    mutable std::mutex mutex_;  // of the two behind it
    Clock::time_point free_at_{};
    bool stopped_ = false;
    std::condition_variable wake_;
};

}  // namespace holdfast::os
