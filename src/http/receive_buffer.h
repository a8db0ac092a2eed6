// Bytes of one connection that were received and not yet consumed, contiguous, with readable
// padding behind them. Grows while a request is incomplete and shrinks when it is empty.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

#include "http/limits.h"

namespace holdfast::http {

class ReceiveBuffer {
  public:
    /// One page for an idle keep-alive connection; reads that fill the buffer double it.
    static constexpr std::size_t kBytesFirst = 4 * 1024;
    static constexpr std::size_t kBytesKept = 64 * 1024;

    [[nodiscard]] std::span<char> data() { return {bytes_.get() + begin_, end_ - begin_}; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    [[nodiscard]] std::size_t size() const { return end_ - begin_; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    /// Free space behind the bytes, at least one byte and at most `wanted`-bounded growth:
    /// the buffer doubles while it is full, but never beyond max(kBytesKept, bytes_max).
    std::span<char> free_space(std::size_t bytes_max) {
        if (capacity_ == 0) resize(kBytesFirst);
        if (end_ == capacity_ || (begin_ > 0 && capacity_ - end_ < capacity_ / 4)) compact();
        if (end_ == capacity_) resize(std::min(capacity_ * 2, std::max(kBytesKept, bytes_max)));
        return {bytes_.get() + end_, capacity_ - end_};
    }
    void add(std::size_t bytes) {
        end_ += bytes;
        // The whole buffer in one read: more was probably waiting.
        if (begin_ == 0 && end_ == capacity_ && capacity_ < kBytesKept) resize(capacity_ * 2);
    }
    void consume(std::size_t bytes) {
        begin_ += bytes;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    /// Forgets bytes at the end.
    void drop_last(std::size_t bytes) { end_ -= bytes; }
    void clear() { begin_ = end_ = 0; }
    /// Gives memory back that only a large request needed.
    void trim() {
        if (empty() && capacity_ > kBytesKept) release();
    }
    void release() {
        bytes_.reset();
        capacity_ = begin_ = end_ = 0;
    }

  private:
    void compact() {
        if (begin_ == 0) return;
        std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    void resize(std::size_t capacity) {
        if (capacity <= capacity_) return;
        // Not value-initialised: only the padding must hold something defined.
        std::unique_ptr<char[]> larger(new char[capacity + kBodyPadding]);
        std::memset(larger.get() + capacity, 0, kBodyPadding);
        const std::size_t used = end_ - begin_;
        if (used > 0) std::memcpy(larger.get(), bytes_.get() + begin_, used);
        bytes_ = std::move(larger);
        capacity_ = capacity;
        begin_ = 0;
        end_ = used;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace holdfast::http
