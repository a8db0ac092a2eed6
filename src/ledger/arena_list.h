// A growing list in an arena, for plans whose length is not known before.
#pragma once

#include <algorithm>
#include <span>

#include "base/arena.h"

namespace holdfast::ledger {

template <class T>
class ArenaList {
  public:
    explicit ArenaList(Arena& arena, std::size_t capacity = 8) : arena_(arena) {
        items_ = arena_.array<T>(capacity);
    }
    void push_back(const T& item) {
        if (size_ == items_.size()) {
            const std::span<T> larger = arena_.array<T>(items_.empty() ? 8 : items_.size() * 2);
            std::copy(items_.begin(), items_.end(), larger.begin());
            items_ = larger;
        }
        items_[size_++] = item;
    }
    [[nodiscard]] std::span<T> view() { return items_.first(size_); }
    [[nodiscard]] std::span<const T> view() const { return items_.first(size_); }
    [[nodiscard]] std::size_t size() const { return size_; }
    void clear() { size_ = 0; }
    /// Forgets the items from `size` on.
    void truncate(std::size_t size) { size_ = std::min(size_, size); }
    [[nodiscard]] bool empty() const { return size_ == 0; }

  private:
    Arena& arena_;
    std::span<T> items_;
    std::size_t size_ = 0;
};

}  // namespace holdfast::ledger
