// Crockford base32 of a 64-bit number: thirteen characters whose order is the order of the numbers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast {

inline constexpr std::size_t kBase32Length = 13;

/// Lower-case, zero-padded, sorts like the number.
std::array<char, kBase32Length> base32_encode(std::uint64_t value);

/// Nothing when the text is not exactly what base32_encode writes.
std::optional<std::uint64_t> base32_decode(std::string_view text);

}  // namespace holdfast
