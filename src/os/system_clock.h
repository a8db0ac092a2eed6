// The machine's clocks. Safe from any thread.
#pragma once

#include "os/clock.h"

namespace holdfast::os {

class SystemClock final : public Clock {
  public:
    /// Reads the boot id once; the kernel keeps it until the next boot.
    SystemClock();
    [[nodiscard]] Instant wall() const override;
    [[nodiscard]] Microseconds since_boot() const override;
    [[nodiscard]] std::uint64_t boot_id() const override { return boot_id_; }

  private:
    std::uint64_t boot_id_;
};

}  // namespace holdfast::os
