#include "base/arena.h"

#include <algorithm>
#include <cstring>

namespace holdfast {

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
    if (!chunks_.empty()) {
        const std::size_t aligned = (offset_ + alignment - 1) / alignment * alignment;
        if (aligned + bytes <= chunks_.back().size) {
            offset_ = aligned + bytes;
            used_total_ += bytes;
            return chunks_.back().bytes.get() + aligned;
        }
    }
    const std::size_t size = std::max(bytes, chunk_bytes_);
    chunks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
    offset_ = bytes;
    used_total_ += bytes;
    return chunks_.back().bytes.get();
}

std::string_view Arena::copy(std::string_view text) {
    if (text.empty()) return {};
    char* at = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
}

void Arena::reset() {
    if (chunks_.size() > 1) chunks_.resize(1);
    offset_ = 0;
    used_total_ = 0;
}

}  // namespace holdfast
