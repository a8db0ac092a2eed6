// Taking ownership: find out what is there, make it durable, and only then go on.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "journal/file_journal.h"

namespace holdfast::journal {
namespace {

/// Copied at once when a suspect segment is written anew.
constexpr std::size_t kCopyBytes = 1024 * 1024;

std::uint64_t draw_nonzero(os::Random& random) {
    std::uint64_t value = random.next();
    while (value == 0) value = random.next();
    return value;
}

/// Replaces the segment by a copy of its batches at their places, zeros after them.
Result<void> copy_segment(os::Disk& disk, const SegmentInfo& segment) {
    auto old = disk.open(segment.name);
    if (!old) return tl::unexpected(old.error());
    auto copy = disk.write_file(segment.name);
    if (!copy) return tl::unexpected(copy.error());
    std::vector<std::byte> piece(kCopyBytes);
    for (std::uint64_t at = 0; at < segment.segment_bytes; at += piece.size()) {
        const std::size_t bytes = static_cast<std::size_t>(
            std::min<std::uint64_t>(piece.size(), segment.segment_bytes - at));
        const std::size_t kept = static_cast<std::size_t>(
            std::min<std::uint64_t>(bytes, segment.end_offset - std::min(at, segment.end_offset)));
        const MutableByteSpan part{piece.data(), bytes};
        if (auto got = (*old)->read(at, part.first(kept)); !got) return got;
        std::fill(part.begin() + static_cast<std::ptrdiff_t>(kept), part.end(), std::byte{0});
        if (auto put = (*copy)->append(part); !put) return put;
    }
    return (*copy)->finish();
}

}  // namespace

Result<Head> FileJournal::acquire() {
    HOLDFAST_CHECK(health_ == Health::not_acquired, "acquire() is called once");
    auto lock = disk_.lock();
    if (!lock) return tl::unexpected(lock.error());
    Scanner scanner(disk_, {.walk_bytes = options_.verify_bytes});
    auto scan = scanner.run();
    if (!scan) return tl::unexpected(scan.error());
    if (auto done = clean_up(*scan); !done) return tl::unexpected(done.error());
    if (!scan->exists) {
        if (auto done = found_new_journal(); !done) return tl::unexpected(done.error());
    } else {
        if (auto done = renew_suspect_segment(*scan); !done) return tl::unexpected(done.error());
        adopt_position(*scan);
        if (auto done = settle_tail(*scan); !done) return tl::unexpected(done.error());
        if (auto done = write_head(scan->head.epoch + (planted(Bug::epoch_not_raised) ? 0 : 1));
            !done)
            return tl::unexpected(done.error());
    }
    if (auto done = spares_.adopt(scan->spares); !done) return tl::unexpected(done.error());
    lock_ = std::move(*lock);
    health_ = Health::fine;
    looked_at_ = clock_.since_boot() - options_.look_period;
    spares_.replenish();
    look_around();
    return head_;
}

/// Removes what a crash left unfinished. None of it was ever acknowledged.
Result<void> FileJournal::clean_up(const JournalScan& scan) {
    for (const std::string& name : scan.unfinished)
        if (auto gone = disk_.remove(name); !gone) return gone;
    return {};
}

Result<void> FileJournal::found_new_journal() {
    head_.log_id = draw_nonzero(random_);
    head_.hash_seed = draw_nonzero(random_);
    return write_head(1);
}

Result<void> FileJournal::write_head(std::uint64_t epoch) {
    std::array<std::byte, kBlockBytes> block{};
    encode(HeadRecord{.log_id = head_.log_id,
                      .hash_seed = head_.hash_seed,
                      .epoch = epoch,
                      .durable_upto = head_.next_batch - 1,
                      .wall = clock_.wall(),
                      .boot_id = clock_.boot_id()},
           MutableByteSpan(block).first(kHeaderBytes));
    if (auto put = disk_.write_atomically(kHeadName, block); !put) return put;
    head_.epoch = epoch;
    return {};
}

void FileJournal::adopt_position(const JournalScan& scan) {
    failures_ = scan.failures;
    torn_tail_ = scan.tail_reason;
    segments_ = scan.segments;
    stored_bytes_ = 0;
    for (const SegmentInfo& segment : segments_)
        stored_bytes_ +=
            (segment.end_offset == 0 ? segment.segment_bytes : segment.end_offset) - kBatchesStart;
    head_.log_id = scan.head.log_id;
    head_.hash_seed = scan.head.hash_seed;
    head_.epoch = scan.head.epoch;
    head_.next_batch = scan.end.number;
    head_.next_entry = scan.end.entry;
    head_.next_seq = scan.end.seq;
    head_.last_log_time = scan.end.log_time;
    head_.last_wall = scan.end.wall;
    head_.last_since_boot = scan.end.since_boot;
    head_.last_boot_id = scan.end.boot_id;
    head_.hash = scan.end.hash.value_or(ChainHash{});
}

/// After a failed sync the page cache may show what the disk never got, and the sectors themselves
/// may be bad. The verified batches are written anew, to other sectors, and synced.
Result<void> FileJournal::renew_suspect_segment(JournalScan& scan) {
    const bool cache_may_lie = !disk_.direct() && scan.head.boot_id == clock_.boot_id();
    if (!scan.failures.suspect && !cache_may_lie) return {};
    if (!scan.segments.empty()) {
        if (auto copied = copy_segment(disk_, scan.segments.back()); !copied) return copied;
        // Zeros follow the last batch now. An empty segment after it is still to be removed.
        if (scan.empty_segment.empty()) scan.tail = Tail::clean;
    }
    if (!scan.failures.suspect) return {};
    scan.failures.suspect = false;
    std::array<std::byte, kBlockBytes> block{};
    encode(scan.failures, MutableByteSpan(block).first(kHeaderBytes));
    return disk_.write_atomically(kFailureMarkName, block);
}

/// From here on the newest batch counts as acknowledged, so it must be durable and have a witness;
/// it may have been read from a cache of the disk.
Result<void> FileJournal::settle_tail(JournalScan& scan) {
    if (!scan.segments.empty()) {
        SegmentInfo& segment = segments_.back();
        auto file = disk_.open(segment.name);
        if (!file) return tl::unexpected(file.error());
        // First what the watermark is about, then the watermark: a power cut in between must not
        // leave the witness of a batch that is gone.
        if (auto synced = (*file)->sync_now(); !synced) return synced;
        encode_watermark(segment);
        const std::uint64_t slot = segment.watermark_counter % kWatermarkSlots;
        if (auto put = (*file)->write_now((1 + slot) * kBlockBytes,
                                          {watermark_buffer_.data(), kBlockBytes});
            !put)
            return put;
        if (scan.tail == Tail::clean)
            active_ = Active{.file = std::move(*file), .tail = segment.end_offset, .fresh = false};
    }
    if (scan.empty_segment.empty()) return {};
    // Set aside rather than removed: if this judgement is ever wrong, the bytes are still there.
    return disk_.rename(scan.empty_segment, torn_file_name(scan.empty_segment));
}

}  // namespace holdfast::journal
