#include "base/hash.h"

#include <xxhash.h>

namespace holdfast {

std::uint64_t hash64(ByteSpan bytes, std::uint64_t seed) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash128(ByteSpan bytes, std::uint64_t seed) {
    const XXH128_hash_t h = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
    return {.low = h.low64, .high = h.high64};
}

}  // namespace holdfast
