// Points in time: microseconds UTC since 1970. Nothing here reads a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace holdfast {

using Microseconds = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Microseconds>;

/// The raw number, for codecs only.
constexpr std::int64_t to_raw(Instant at) { return at.time_since_epoch().count(); }
constexpr Instant instant_from_raw(std::int64_t raw) { return Instant{Microseconds{raw}}; }

}  // namespace holdfast
