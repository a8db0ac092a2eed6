#include "journal/spare_segments.h"

#include <algorithm>
#include <utility>

#include "journal/segment_name.h"

namespace holdfast::journal {

SpareSegments::SpareSegments(os::Disk& disk, std::uint64_t segment_bytes, std::size_t wanted,
                             std::function<void()> on_change)
    : disk_(disk),
      segment_bytes_(segment_bytes),
      wanted_(wanted),
      on_change_(std::move(on_change)) {}

Result<void> SpareSegments::adopt(const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) {
        next_number_ = std::max(next_number_, number + 1);
        std::string name = spare_file_name(number);
        auto file = disk_.open(name);
        if (!file) return tl::unexpected(file.error());
        if ((*file)->size() == segment_bytes_) {
            ready_.push_back({.name = std::move(name), .file = std::move(*file)});
            continue;
        }
        file->reset();
        if (auto gone = disk_.remove(name); !gone) return gone;
    }
    return {};
}

std::optional<Spare> SpareSegments::take() {
    if (ready_.empty()) return std::nullopt;
    Spare oldest = std::move(ready_.front());
    ready_.erase(ready_.begin());
    return oldest;
}

bool SpareSegments::replenish() {
    bool started = false;
    // On a disk without threads each preparation has ended when the call returns.
    while (!preparing_ && ready_.size() < wanted_) {
        preparing_ = true;
        started = true;
        const std::uint64_t number = next_number_++;
        disk_.create_zeroed_later(
            spare_file_name(number), segment_bytes_,
            [this, number, alive = std::weak_ptr<bool>(alive_)](const Result<void>& made) {
                if (!alive.expired()) prepared(number, made);
            });
        if (blocked_) break;
    }
    return started;
}

void SpareSegments::prepared(std::uint64_t number, const Result<void>& made) {
    preparing_ = false;
    blocked_ = !made;
    if (made) {
        std::string name = spare_file_name(number);
        auto file = disk_.open(name);
        blocked_ = !file;
        if (file) ready_.push_back({.name = std::move(name), .file = std::move(*file)});
    }
    on_change_();
}

}  // namespace holdfast::journal
