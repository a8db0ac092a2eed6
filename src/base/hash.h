// Non-cryptographic hashes (XXH3): table keys, checksums, state hashes. Where an adversary chooses
// the input the hash is keyed with the journal's secret seed.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "base/bytes.h"

namespace holdfast {

struct Hash128 {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend constexpr auto operator<=>(const Hash128&, const Hash128&) = default;

    /// Sum mod 2^128: the state hash is a sum over rows, so that row order does not matter.
    Hash128& operator+=(const Hash128& other) {
        const std::uint64_t before = low;
        low += other.low;
        high += other.high + (low < before ? 1 : 0);
        return *this;
    }
    Hash128& operator-=(const Hash128& other) {
        const std::uint64_t before = low;
        low -= other.low;
        high -= other.high + (before < other.low ? 1 : 0);
        return *this;
    }
    [[nodiscard]] bool is_zero() const { return low == 0 && high == 0; }
};

std::uint64_t hash64(ByteSpan bytes, std::uint64_t seed = 0);
Hash128 hash128(ByteSpan bytes, std::uint64_t seed = 0);

}  // namespace holdfast

template <>
struct std::hash<holdfast::Hash128> {
    std::size_t operator()(const holdfast::Hash128& h) const noexcept { return h.low; }
};
