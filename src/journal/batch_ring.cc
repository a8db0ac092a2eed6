#include "journal/batch_ring.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace holdfast::journal {

BatchRing::BatchRing(std::size_t bytes_max, std::size_t batches_max)
    : bytes_max_(bytes_max), bytes_(new std::byte[bytes_max]), slots_(batches_max) {
    HOLDFAST_CHECK(batches_max > 0, "a ring holds at least one batch");
}

void BatchRing::drop_oldest() {
    first_ = (first_ + 1) % slots_.size();
    --count_;
}

std::size_t BatchRing::place_for(std::size_t bytes) const {
    if (count_ == 0) return 0;
    const std::size_t tail = static_cast<std::size_t>(oldest().body.data() - bytes_.get());
    const std::size_t head =
        static_cast<std::size_t>(newest().body.data() - bytes_.get()) + newest().body.size();
    // Bodies lie in [tail, head), or in [tail, end) and [0, head) once the ring went round. A free
    // byte stays between head and tail, so that equal never means both full and empty.
    if (newest().body.data() >= oldest().body.data()) {
        if (bytes <= bytes_max_ - head) return head;
        return bytes < tail ? 0 : bytes_max_;
    }
    return bytes < tail - head ? head : bytes_max_;
}

void BatchRing::push(const Batch& batch) {
    const std::size_t bytes = batch.body.size();
    if (bytes >= bytes_max_) {
        first_ = 0;
        count_ = 0;
        return;
    }
    if (count_ == slots_.size()) drop_oldest();
    std::size_t place = place_for(bytes);
    while (place == bytes_max_) {
        drop_oldest();
        place = place_for(bytes);
    }
    Batch& slot = slots_[(first_ + count_) % slots_.size()];
    slot = batch;
    std::copy(batch.body.begin(), batch.body.end(), bytes_.get() + place);
    slot.body = {bytes_.get() + place, bytes};
    ++count_;
}

Result<void> BatchRing::visit(std::uint64_t from_seq, const BatchVisitor& visitor) const {
    for (std::size_t i = 0; i < count_; ++i) {
        const Batch& batch = slots_[(first_ + i) % slots_.size()];
        if (batch.first_seq + batch.fact_count <= from_seq) continue;
        if (auto seen = visitor(batch); !seen) return seen;
    }
    return {};
}

}  // namespace holdfast::journal
