// A seeded generator (xoshiro256**, seeded by splitmix64): the same seed gives the same run.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "os/random.h"

namespace holdfast::os::sim {

class SimRandom final : public Random {
  public:
    explicit SimRandom(std::uint64_t seed) {
        for (std::uint64_t& word : state_) {
            seed += 0x9E3779B97F4A7C15ULL;
            std::uint64_t mixed = seed;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
            word = mixed ^ (mixed >> 31);
        }
    }

    void fill(MutableByteSpan bytes) override {
        while (!bytes.empty()) {
            const std::uint64_t value = draw();
            const std::size_t part = bytes.size() < sizeof value ? bytes.size() : sizeof value;
            std::memcpy(bytes.data(), &value, part);
            bytes = bytes.subspan(part);
        }
    }

    /// 0 <= result < bound; `bound` is at least 1. The bias of the modulo does not matter here.
    std::uint64_t below(std::uint64_t bound) { return draw() % bound; }
    /// True in one case of `n`.
    bool one_in(std::uint64_t n) { return below(n) == 0; }

  private:
    std::uint64_t draw() {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    std::array<std::uint64_t, 4> state_{};
};

}  // namespace holdfast::os::sim
