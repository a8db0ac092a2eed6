// A sequence that grows by whole blocks: a table of gigabytes grows without a pause, and no memory
// is held twice. Only the first block begins small and doubles, so that a small table stays small.
//
// Blocks come from the process's default memory resource at the time of construction and are large
// enough for huge pages (os/huge_pages.h). Rows are plain values.
#pragma once

#include <algorithm>
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
    static_assert(kBlockRows >= 512);

    BlockVector() = default;
    BlockVector(BlockVector&& other) noexcept
        : resource_(other.resource_),
          blocks_(std::exchange(other.blocks_, {})),
          first_rows_(std::exchange(other.first_rows_, 0)),
          size_(std::exchange(other.size_, 0)) {}
    BlockVector& operator=(BlockVector&& other) noexcept {
        std::swap(resource_, other.resource_);
        std::swap(blocks_, other.blocks_);
        std::swap(first_rows_, other.first_rows_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~BlockVector() {
        for (std::size_t i = 0; i < blocks_.size(); ++i) give_back(blocks_[i], i == 0);
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    T& operator[](std::size_t i) { return blocks_[i / kBlockRows][i % kBlockRows]; }
    const T& operator[](std::size_t i) const { return blocks_[i / kBlockRows][i % kBlockRows]; }
    T& back() { return (*this)[size_ - 1]; }
    const T& back() const { return (*this)[size_ - 1]; }

    T& push_back(T row) {  // a copy: it may be one of our own, which growing moves
        if (size_ == capacity()) grow();
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
        while (capacity() < rows) grow();
    }
    [[nodiscard]] std::size_t capacity() const {
        return blocks_.empty() ? 0 : first_rows_ + (blocks_.size() - 1) * kBlockRows;
    }
    /// Held by blocks.
    [[nodiscard]] std::uint64_t bytes() const { return capacity() * sizeof(T); }

  private:
    static constexpr std::size_t kFirstRows = 256;

    [[nodiscard]] T* take(std::size_t rows) {
        return static_cast<T*>(resource_->allocate(rows * sizeof(T), alignof(T)));
    }
    void give_back(T* block, bool first) {
        resource_->deallocate(block, (first ? first_rows_ : kBlockRows) * sizeof(T), alignof(T));
    }
    void grow() {
        if (first_rows_ == kBlockRows || blocks_.empty()) {
            if (blocks_.empty()) first_rows_ = kFirstRows;
            blocks_.push_back(take(blocks_.empty() ? kFirstRows : kBlockRows));
            return;
        }
        T* larger = take(first_rows_ * 2);
        std::copy_n(blocks_[0], size_, larger);
        give_back(blocks_[0], true);
        blocks_[0] = larger;
        first_rows_ *= 2;
    }

    std::pmr::memory_resource* resource_ = std::pmr::get_default_resource();
    std::vector<T*> blocks_;
    std::size_t first_rows_ = 0;  // of the first block, which grows up to the others' size
    std::size_t size_ = 0;
};

}  // namespace holdfast
