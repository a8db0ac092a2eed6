// A sequence that grows by whole blocks: nothing is copied when it grows, so that a table of
// gigabytes grows without a pause, and no memory is held twice. Rows never move.
//
// Blocks come from the process's default memory resource at the time of construction and are large
// enough for huge pages (os/huge_pages.h). Rows are plain values.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <type_traits>
#include <utility>
#include <vector>

namespace holdfast {

/// Rows of this size that fill huge pages exactly; a power of two.
constexpr std::size_t rows_per_block(std::size_t row_bytes) {
    constexpr std::size_t kHugePageBytes = 2 * 1024 * 1024;
    return kHugePageBytes / (row_bytes & (~row_bytes + 1));
}

template <class T>
class BlockVector {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

  public:
    static constexpr std::size_t kBlockRows = rows_per_block(sizeof(T));

    BlockVector() = default;
    BlockVector(BlockVector&& other) noexcept
        : resource_(other.resource_),
          blocks_(std::move(other.blocks_)),
          size_(std::exchange(other.size_, 0)) {
        other.blocks_.clear();
    }
    BlockVector& operator=(BlockVector&& other) noexcept {
        std::swap(resource_, other.resource_);
        std::swap(blocks_, other.blocks_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~BlockVector() {
        for (T* block : blocks_) resource_->deallocate(block, kBlockRows * sizeof(T), alignof(T));
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    T& operator[](std::size_t i) { return blocks_[i / kBlockRows][i % kBlockRows]; }
    const T& operator[](std::size_t i) const { return blocks_[i / kBlockRows][i % kBlockRows]; }
    T& back() { return (*this)[size_ - 1]; }
    const T& back() const { return (*this)[size_ - 1]; }

    T& push_back(const T& row) {
        if (size_ == blocks_.size() * kBlockRows) add_block();
        T* at = &blocks_[size_ / kBlockRows][size_ % kBlockRows];
        ++size_;
        return *std::construct_at(at, row);
    }
    void pop_back() { --size_; }
    /// Only grows; new rows are default values.
    void grow_to(std::size_t size) {
        while (size_ < size) push_back(T{});
    }
    /// Blocks for so many rows are there before they are needed.
    void reserve(std::size_t rows) {
        while (blocks_.size() * kBlockRows < rows) add_block();
    }
    /// Held by blocks.
    [[nodiscard]] std::uint64_t bytes() const { return blocks_.size() * kBlockRows * sizeof(T); }

  private:
    void add_block() {
        blocks_.push_back(static_cast<T*>(resource_->allocate(kBlockRows * sizeof(T), alignof(T))));
    }

    std::pmr::memory_resource* resource_ = std::pmr::get_default_resource();
    std::vector<T*> blocks_;
    std::size_t size_ = 0;
};

}  // namespace holdfast
