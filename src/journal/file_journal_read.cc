// Reading back and forgetting.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "journal/file_journal.h"

namespace holdfast::journal {

Result<void> FileJournal::read(std::uint64_t from_seq, const BatchVisitor& visit) {
    HOLDFAST_CHECK(health_ != Health::not_acquired, "acquire() comes first");
    // Batch numbers, not seqs, decide where the disk ends and the ring begins: a batch may hold no
    // fact at all.
    std::uint64_t stop = head_.next_batch;
    if (!ring_.empty()) {
        if (ring_.oldest().first_seq <= from_seq) return ring_.visit(from_seq, visit);
        stop = ring_.oldest().number;
    }
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        SegmentInfo& segment = segments_[i];
        if (segment.first_batch >= stop) break;
        const bool last = i + 1 == segments_.size();
        if (!last && segments_[i + 1].first_seq <= from_seq) continue;
        const std::uint64_t end = last ? stop : std::min(stop, segments_[i + 1].first_batch);
        if (auto done = read_segment(segment, from_seq, end, visit); !done) return done;
    }
    return ring_.visit(from_seq, visit);
}

/// Batches of one segment, up to but not including number `stop`.
Result<void> FileJournal::read_segment(SegmentInfo& segment, std::uint64_t from_seq,
                                       std::uint64_t stop, const BatchVisitor& visit) {
    auto file = disk_.open(segment.name);
    if (!file) return tl::unexpected(file.error());
    SegmentReader reader(**file, head_.log_id, segment.number);
    ChainPosition position;
    position.number = segment.first_batch;
    position.entry = segment.first_entry;
    position.seq = segment.first_seq;
    position.hash = segment.prev_hash;
    std::uint64_t offset = kBatchesStart;
    const auto later = std::upper_bound(
        segment.index.begin(), segment.index.end(), from_seq,
        [](std::uint64_t seq, const IndexEntry& entry) { return seq < entry.seq; });
    if (later != segment.index.begin()) {
        const IndexEntry& start = *std::prev(later);
        position.number = start.number;
        position.entry = start.entry;
        position.seq = start.seq;
        if (start.offset != kBatchesStart) position.hash.reset();
        offset = start.offset;
    }
    while (position.number + (planted(Bug::read_one_batch_less) ? 1 : 0) < stop) {
        const auto batch = reader.at(offset, position);
        if (!batch) return tl::unexpected(batch.error());
        if (!*batch)
            return failure(ErrorCode::corrupt,
                           fmt::format("{}, offset {}, seq {}: {}", segment.name, offset,
                                       position.seq, reader.reason()));
        const BatchHeader& header = (*batch)->header;
        segment.add_to_index({.number = header.number,
                              .entry = header.first_entry,
                              .seq = header.first_seq,
                              .offset = offset});
        if (header.first_seq + header.fact_count > from_seq) {
            if (auto seen = visit(to_batch(header, (*batch)->body)); !seen) return seen;
        }
        position.pass(header);
        offset += batch_bytes(header.body_bytes);
    }
    return {};
}

Result<void> FileJournal::trim(std::uint64_t before_seq) {
    HOLDFAST_CHECK(health_ != Health::not_acquired, "acquire() comes first");
    // The oldest goes first: a crash in between leaves a journal without gaps.
    while (segments_.size() > 1 && segments_[1].first_seq <= before_seq) {
        SegmentInfo& oldest = segments_.front();
        if (auto gone = disk_.remove(oldest.name); !gone) return gone;
        const std::uint64_t end = oldest.end_offset == 0 ? oldest.segment_bytes : oldest.end_offset;
        stored_bytes_ -= std::min(stored_bytes_, end - kBatchesStart);
        segments_.erase(segments_.begin());
    }
    return {};
}

}  // namespace holdfast::journal
