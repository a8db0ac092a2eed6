#include "base/arena.h"

#include <algorithm>
#include <cstring>

namespace holdfast {

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
    used_total_ += bytes;
    if (current_ < chunks_.size()) {
        const Chunk& chunk = chunks_[current_];
        const std::size_t aligned = (offset_ + alignment - 1) / alignment * alignment;
        if (aligned + bytes <= chunk.size) {
            offset_ = aligned + bytes;
            return chunk.bytes.get() + aligned;
        }
        ++current_;
    }
    // The next one may be there already, empty.
    if (current_ == chunks_.size() || chunks_[current_].size < bytes) {
        const std::size_t size = std::max(bytes, chunk_bytes_);
        chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(current_),
                       {std::make_unique_for_overwrite<std::byte[]>(size), size});
    }
    offset_ = bytes;
    return chunks_[current_].bytes.get();
}

std::string_view Arena::copy(std::string_view text) {
    if (text.empty()) return {};
    char* at = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
}

void Arena::reset() {
    std::erase_if(chunks_, [&](const Chunk& chunk) { return chunk.size > chunk_bytes_; });
    if (chunks_.size() > kKeptChunks) chunks_.resize(kKeptChunks);
    current_ = 0;
    offset_ = 0;
    used_total_ = 0;
}

}  // namespace holdfast
