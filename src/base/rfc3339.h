// Points in time as text: RFC 3339, always UTC on output.
#pragma once

#include <array>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace holdfast {

/// "2026-11-24T06:07:00.123Z" and "2026-11-24T06:07:00.123456Z".
inline constexpr std::size_t kRfc3339MillisLength = 24;
inline constexpr std::size_t kRfc3339MicrosLength = 27;

/// Rounds down. Years 0000 to 9999 only; an instant outside is clamped to the nearest of these.
std::array<char, kRfc3339MillisLength> rfc3339_millis(Instant at);
std::array<char, kRfc3339MicrosLength> rfc3339_micros(Instant at);

template <std::size_t N>
std::string_view as_text(const std::array<char, N>& text) {
    return {text.data(), text.size()};
}

/// Shapes   YYYY-MM-DD "T" hh:mm:ss [ "." 1 to 9 digits ] ( "Z" | ±hh:mm ); upper-case T and Z.
/// Units    digits below a microsecond are dropped.
/// Refuses  invalid_format: any other shape, an impossible date or time, an offset beyond ±14:00,
///          "-00:00" (unknown offset). A leap second (:60) becomes the last microsecond before it.
Result<Instant> parse_rfc3339(std::string_view text);

}  // namespace holdfast
