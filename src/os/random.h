// Randomness. Real: the kernel's. Simulated: a seeded generator.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace holdfast::os {

class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(MutableByteSpan bytes) = 0;

    std::uint64_t next() {
        std::uint64_t value = 0;
        fill({reinterpret_cast<std::byte*>(&value), sizeof value});
        return value;
    }
};

}  // namespace holdfast::os
