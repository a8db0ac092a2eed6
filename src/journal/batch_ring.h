// The newest durable batches in memory, for followers that keep up. Memory is taken once.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "journal/journal.h"

namespace holdfast::journal {

class BatchRing {
  public:
    /// Holds at most `bytes_max` bytes of bodies and `batches_max` batches.
    BatchRing(std::size_t bytes_max, std::size_t batches_max);

    /// Copies the body; the oldest batches make room. A body larger than the ring empties it.
    void push(const Batch& batch);
    [[nodiscard]] bool empty() const { return count_ == 0; }
    /// The oldest batch held; the ring is not empty.
    [[nodiscard]] const Batch& oldest() const { return slots_[first_]; }
    /// Every batch that reaches `from_seq` or later, in order. The visitor must not push.
    Result<void> visit(std::uint64_t from_seq, const BatchVisitor& visitor) const;

  private:
    void drop_oldest();
    [[nodiscard]] const Batch& newest() const {
        return slots_[(first_ + count_ - 1) % slots_.size()];
    }
    /// Where a body of this size goes, or bytes_max_ if the batches held are in the way.
    [[nodiscard]] std::size_t place_for(std::size_t bytes) const;

    std::size_t bytes_max_;
    std::unique_ptr<std::byte[]> bytes_;
    std::vector<Batch> slots_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace holdfast::journal
