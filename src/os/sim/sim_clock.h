// A clock that moves only when told to.
#pragma once

#include "os/clock.h"

namespace holdfast::os::sim {

class SimClock final : public Clock {
  public:
    /// 2026-01-01T00:00:00Z, one minute after the boot.
    SimClock() = default;
    explicit SimClock(Instant wall) : wall_(wall) {}

    [[nodiscard]] Instant wall() const override { return wall_; }
    [[nodiscard]] Microseconds since_boot() const override { return since_boot_; }
    [[nodiscard]] std::uint64_t boot_id() const override { return boot_id_; }

    /// Time passes: both clocks move.
    void advance(Microseconds by) {
        wall_ += by;
        since_boot_ += by;
    }
    /// Somebody sets the wall clock; may be negative.
    void step_wall(Microseconds by) { wall_ += by; }
    /// The machine starts again: a new boot id, and the boot clock near zero.
    void reboot(Microseconds outage = Microseconds{0}) {
        ++boot_id_;
        wall_ += outage;
        since_boot_ = Microseconds{1'000'000};
    }

  private:
    Instant wall_ = instant_from_raw(1'767'225'600'000'000);
    Microseconds since_boot_{60'000'000};
    std::uint64_t boot_id_ = 1;
};

}  // namespace holdfast::os::sim
