// A bump allocator for the lifetime of one commit group: commands, their lines and outcomes.
// Nothing is freed one by one; reset() keeps the first chunks, so a steady load allocates nothing.
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
    /// Where it stands. What is allocated from here on is given back by rewind(), together.
    struct Mark {
        std::size_t chunk = 0;
        std::size_t offset = 0;
        std::size_t used = 0;
    };
    [[nodiscard]] Mark mark() const { return {current_, offset_, used_total_}; }
    void rewind(const Mark& mark) {
        current_ = mark.chunk;
        offset_ = mark.offset;
        used_total_ = mark.used;
    }
    [[nodiscard]] std::size_t bytes_used() const { return used_total_; }

  private:
    struct Chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size;
    };
    /// Chunks that a reset keeps; larger ones than usual are never kept.
    static constexpr std::size_t kKeptChunks = 8;

    std::size_t chunk_bytes_;
    std::vector<Chunk> chunks_;
    std::size_t current_ = 0;  // the chunk that is being filled; those behind it are empty
    std::size_t offset_ = 0;   // in it
    std::size_t used_total_ = 0;
};

}  // namespace holdfast
