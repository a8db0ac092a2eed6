// A bump allocator for the lifetime of one commit group: commands, their lines and outcomes.
// Nothing is freed one by one; reset() keeps the first chunk, so a steady load allocates nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace holdfast {

class Arena {
  public:
    explicit Arena(std::size_t chunk_bytes = 256 * 1024) : chunk_bytes_(chunk_bytes) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t));

    /// `count` value-initialised items that live until reset().
    template <class T>
        requires std::is_trivially_destructible_v<T>
    std::span<T> array(std::size_t count) {
        if (count == 0) return {};
        T* first = static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
        for (std::size_t i = 0; i < count; ++i) new (first + i) T{};
        return {first, count};
    }

    /// A copy of the text that lives until reset().
    std::string_view copy(std::string_view text);

    void reset();
    [[nodiscard]] std::size_t bytes_used() const { return used_total_; }

  private:
    struct Chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size;
    };
    std::size_t chunk_bytes_;
    std::vector<Chunk> chunks_;
    std::size_t offset_ = 0;
    std::size_t used_total_ = 0;
};

}  // namespace holdfast
