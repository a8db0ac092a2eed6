// Memory that O_DIRECT accepts: starts at a block, is a whole number of blocks. It grows by
// replacing its block, so a buffer that has reached its working size allocates no more.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "base/bytes.h"
#include "os/disk.h"

namespace holdfast::os {

/// Smallest multiple of kDiskBlockBytes that is not below `bytes`.
constexpr std::uint64_t round_up_to_block(std::uint64_t bytes) {
    return (bytes + kDiskBlockBytes - 1) / kDiskBlockBytes * kDiskBlockBytes;
}

class AlignedBuffer {
  public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(std::size_t bytes) { reserve(bytes); }

    /// Makes room for at least `bytes`; keeps nothing of the old contents when it has to grow.
    void reserve(std::size_t bytes) {
        if (bytes <= capacity_) return;
        const std::size_t wanted =
            static_cast<std::size_t>(round_up_to_block(std::max(bytes, capacity_ * 2)));
        auto* fresh = static_cast<std::byte*>(std::aligned_alloc(kDiskBlockBytes, wanted));
        if (fresh == nullptr) throw std::bad_alloc();
        std::memset(fresh, 0, wanted);
        memory_.reset(fresh);
        capacity_ = wanted;
    }
    [[nodiscard]] std::byte* data() { return memory_.get(); }
    [[nodiscard]] const std::byte* data() const { return memory_.get(); }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    [[nodiscard]] MutableByteSpan span(std::size_t bytes) { return {memory_.get(), bytes}; }

  private:
    struct Free {
        void operator()(std::byte* memory) const { std::free(memory); }
    };
    std::unique_ptr<std::byte, Free> memory_;
    std::size_t capacity_ = 0;
};

}  // namespace holdfast::os
