// Time as the rest of the house sees it. Only os/ reads a real clock; everyone else is given one.
#pragma once

#include <cstdint>

#include "base/instant.h"

namespace holdfast::os {

class Clock {
  public:
    virtual ~Clock() = default;
    /// Wall time, UTC. May step either way.
    [[nodiscard]] virtual Instant wall() const = 0;
    /// Time since this machine booted, including sleep (CLOCK_BOOTTIME). Never steps back.
    [[nodiscard]] virtual Microseconds since_boot() const = 0;
    /// Differs after each boot; a journal entry stores it beside both times.
    [[nodiscard]] virtual std::uint64_t boot_id() const = 0;
};

}  // namespace holdfast::os
