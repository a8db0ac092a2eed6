#include "os/pace.h"

#include <algorithm>

namespace holdfast::os {

Result<void> Pace::spend(std::size_t bytes) {
    const auto now = Clock::now();
    std::unique_lock hold(mutex_);
    // Time that was not used is not saved up: a burst is what commits would feel.
    free_at_ = std::max(free_at_, now) +
               std::chrono::nanoseconds(std::uint64_t{bytes} * 1'000'000'000 / bytes_per_second_);
    if (wake_.wait_until(hold, free_at_, [this] { return stopped_; }))
        return failure(ErrorCode::closed, "the job was stopped");
    return {};
}

void Pace::stop() {
    {
        const std::lock_guard hold(mutex_);
        stopped_ = true;
    }
    wake_.notify_all();
}

void Pace::go() {
    const std::lock_guard hold(mutex_);
    free_at_ = Clock::now();
    stopped_ = false;
}

bool Pace::stopped() const {
    const std::lock_guard hold(mutex_);
    return stopped_;
}

}  // namespace holdfast::os
