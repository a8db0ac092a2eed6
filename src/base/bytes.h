// Little-endian loads and stores over raw bytes. Every stored format of ours is little-endian.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace holdfast {

using ByteSpan = std::span<const std::byte>;
using MutableByteSpan = std::span<std::byte>;

static_assert(std::endian::native == std::endian::little,
              "formats are little-endian; a big-endian port needs byte swaps here");

/// Reads a fixed-size value; the caller guarantees sizeof(T) bytes at `at`.
template <class T>
    requires std::is_trivially_copyable_v<T>
T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class T>
    requires std::is_trivially_copyable_v<T>
void store(std::byte* at, const T& value) {
    std::memcpy(at, &value, sizeof value);
}

inline ByteSpan as_byte_span(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteSpan bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace holdfast
