#include "journal/journal_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace holdfast::journal {

Result<void> JournalCursor::seek(std::uint64_t from_seq, const Head& end) {
    end_ = end;
    from_seq_ = from_seq;
    reader_.reset();
    file_.reset();
    if (auto listed = list_segments(); !listed) return listed;
    index_ = 0;
    if (segments_.empty()) {
        if (end.next_batch == 1) return {};
        return failure(ErrorCode::not_found, "the journal has no segment");
    }
    if (from_seq < segments_.front().name.first_seq)
        return failure(ErrorCode::not_found, fmt::format("the journal begins at seq {}",
                                                         segments_.front().name.first_seq));
    while (index_ + 1 < segments_.size() && segments_[index_ + 1].name.first_seq <= from_seq)
        ++index_;
    position_ = ChainPosition{};
    return open_segment(index_);
}

Result<void> JournalCursor::list_segments() {
    const auto names = disk_.list();
    if (!names) return tl::unexpected(names.error());
    segments_.clear();
    for (const std::string& file : *names)
        if (const auto name = parse_segment_name(file); name && name->first_batch < end_.next_batch)
            segments_.push_back({.name = *name, .file = file});
    std::ranges::sort(segments_, {}, [](const Segment& s) { return s.name.first_batch; });
    return {};
}

/// The first segment of a read says itself what its batches continue; a later one continues the
/// batches that were read.
Result<void> JournalCursor::open_segment(std::size_t index) {
    const Segment& segment = segments_[index];
    auto file = disk_.open(segment.file);
    if (!file) return tl::unexpected(file.error());
    std::array<std::byte, kHeaderBytes> bytes{};
    if (auto got = (*file)->read(0, bytes); !got) return got;
    const auto header = decode_segment_header(bytes);
    if (!header) return failure(header.error(), segment.file);
    if (header->log_id != log_id_ || header->first_batch != segment.name.first_batch ||
        header->first_seq != segment.name.first_seq)
        return failure(ErrorCode::corrupt, segment.file + ": its header is of another segment");
    reader_.reset();
    file_ = std::move(*file);
    reader_.emplace(*file_, log_id_, header->segment_number);
    offset_ = kBatchesStart;
    if (index == index_) {
        position_.number = header->first_batch;
        position_.entry = header->first_entry;
        position_.seq = header->first_seq;
        position_.hash = header->prev_hash;
    } else if (position_.number != header->first_batch) {
        return failure(ErrorCode::corrupt,
                       fmt::format("{}: it begins with batch {}, not {}", segment.file,
                                   header->first_batch, position_.number));
    }
    index_ = index;
    return {};
}

/// The number behind the last batch of the open segment.
std::uint64_t JournalCursor::stop() const {
    return index_ + 1 < segments_.size() ? segments_[index_ + 1].name.first_batch : end_.next_batch;
}

Result<std::optional<Batch>> JournalCursor::next() {
    while (reader_) {
        if (position_.number >= stop()) {
            if (index_ + 1 == segments_.size()) break;
            if (auto opened = open_segment(index_ + 1); !opened)
                return tl::unexpected(opened.error());
            continue;
        }
        const auto batch = reader_->at(offset_, position_);
        if (!batch) return tl::unexpected(batch.error());
        if (!*batch)
            return failure(ErrorCode::corrupt,
                           fmt::format("{}, offset {}, seq {}: {}", segments_[index_].file, offset_,
                                       position_.seq, reader_->reason()));
        const BatchHeader& header = (*batch)->header;
        position_.pass(header);
        offset_ += batch_bytes(header.body_bytes);
        if (position_.number == end_.next_batch && header.hash != end_.hash)
            return failure(ErrorCode::corrupt,
                           fmt::format("{}: batch {} is not the one that was written last",
                                       segments_[index_].file, header.number));
        if (position_.seq > from_seq_) return to_batch(header, (*batch)->body);
    }
    return std::optional<Batch>{};
}

}  // namespace holdfast::journal
