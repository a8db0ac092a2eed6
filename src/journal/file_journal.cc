// Appending, and the work between commits. Recovery is in file_journal_acquire.cc, reading in
// file_journal_read.cc.
#include "journal/file_journal.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/planted.h"

namespace holdfast::journal {
namespace {

/// The part of the buffer before the batch: header block and watermark slots of a new segment.
constexpr std::size_t kPrefixBytes = static_cast<std::size_t>(kBatchesStart);

}  // namespace

FileJournal::FileJournal(os::Disk& disk, const os::Clock& clock, os::Random& random,
                         FileJournalOptions options)
    : disk_(disk),
      clock_(clock),
      random_(random),
      options_(options),
      spares_(disk, options.segment_bytes, options.spare_segments,
              [this] {
                  if (waits_for_segment_ && !submitting_) submit();
              }),
      ring_(options.ring_bytes, options.ring_batches) {
    HOLDFAST_CHECK(options_.segment_bytes % kBlockBytes == 0, "segments are whole blocks");
    HOLDFAST_CHECK(kBatchesStart + kBlockBytes <= options_.segment_bytes,
                   "a segment has room for a batch");
    options_.body_bytes_max = static_cast<std::uint32_t>(std::min<std::uint64_t>(
        options_.body_bytes_max, options_.segment_bytes - kBatchesStart - kHeaderBytes));
}

FileJournal::~FileJournal() = default;

void FileJournal::append(const Batch& batch, AppendDone done) {
    HOLDFAST_CHECK(health_ != Health::not_acquired, "acquire() comes first");
    HOLDFAST_CHECK(!pending_, "one batch is in flight");
    HOLDFAST_CHECK(batch.body.size() <= options_.body_bytes_max, "a batch keeps its bound");
    done_ = std::move(done);
    if (health_ == Health::failed) return finish(AppendOutcome::unknown);
    if (health_ == Health::fenced) return finish(AppendOutcome::fenced);
    HOLDFAST_CHECK(batch.number == head_.next_batch && batch.first_entry == head_.next_entry &&
                       batch.first_seq == head_.next_seq,
                   "a batch continues the journal");
    HOLDFAST_CHECK(batch.log_time >= head_.last_log_time, "log time never goes back");
    encode_batch(batch);
    submit();
}

void FileJournal::encode_batch(const Batch& batch) {
    const std::size_t whole = static_cast<std::size_t>(batch_bytes(batch.body.size()));
    buffer_.reserve(kPrefixBytes + whole);
    pending_ = BatchHeader{.log_id = head_.log_id,
                           .epoch = head_.epoch,
                           .number = batch.number,
                           .first_entry = batch.first_entry,
                           .first_seq = batch.first_seq,
                           .entry_count = batch.entry_count,
                           .fact_count = batch.fact_count,
                           .body_bytes = static_cast<std::uint32_t>(batch.body.size()),
                           .log_time = batch.log_time,
                           .wall = batch.wall,
                           .since_boot = batch.since_boot,
                           .boot_id = batch.boot_id,
                           .durable_upto = batch.number - 1,
                           .prev_hash = head_.hash,
                           .hash = {},
                           .segment_number = 0,
                           .offset = 0};
    std::byte* at = buffer_.data() + kPrefixBytes;
    std::copy(batch.body.begin(), batch.body.end(), at + kHeaderBytes);
    std::memset(at + kHeaderBytes + batch.body.size(), 0, whole - kHeaderBytes - batch.body.size());
    encode_unsealed(*pending_, {at, kHeaderBytes});
    pending_->hash = hasher_.batch_hash({at, kHeaderBytes}, {at + kHeaderBytes, batch.body.size()});
}

bool FileJournal::fits() const {
    return active_ && active_->tail + batch_bytes(pending_->body_bytes) <= active_->file->size();
}

void FileJournal::submit() {
    // A watermark on its way uses the same file; its end submits again.
    if (writing_watermark_) return;
    submitting_ = true;
    waits_for_segment_ = false;
    const bool placed = fits() || begin_segment();
    submitting_ = false;
    if (health_ == Health::failed) return finish(AppendOutcome::unknown);
    if (!placed) {
        waits_for_segment_ = true;
        return;
    }
    pending_->segment_number = segments_.back().number;
    pending_->offset = active_->tail;
    MutableByteSpan header{buffer_.data() + kPrefixBytes, kHeaderBytes};
    encode_unsealed(*pending_, header);
    seal(pending_->hash, head_.log_id, header);
    const std::size_t whole = static_cast<std::size_t>(batch_bytes(pending_->body_bytes));
    const auto then = [this](const Result<void>& result) { written(result); };
    if (active_->fresh) {
        active_->file->write_synced(0, {buffer_.data(), kPrefixBytes + whole}, then);
    } else {
        active_->file->write_synced(active_->tail, {buffer_.data() + kPrefixBytes, whole}, then);
    }
}

/// Gives the next spare its name. The batch before is durable, so the name may say so. False: no
/// spare is ready, or the disk failed.
bool FileJournal::begin_segment() {
    auto spare = spares_.take();
    if (!spare) {
        spares_.replenish();
        spare = spares_.take();
    }
    if (!spare) return false;
    SegmentInfo info;
    info.name = to_file_name({.first_batch = head_.next_batch, .first_seq = head_.next_seq});
    info.number = segments_.empty() ? 1 : segments_.back().number + 1;
    info.first_batch = head_.next_batch;
    info.first_entry = head_.next_entry;
    info.first_seq = head_.next_seq;
    info.segment_bytes = spare->file->size();
    info.prev_hash = head_.hash;
    info.end_offset = kBatchesStart;
    if (auto named = disk_.rename(spare->name, info.name); !named) {
        fail(named.error());
        return false;
    }
    std::memset(buffer_.data(), 0, kPrefixBytes);
    encode(SegmentHeader{.log_id = head_.log_id,
                         .hash_seed = head_.hash_seed,
                         .segment_number = info.number,
                         .first_batch = info.first_batch,
                         .first_entry = info.first_entry,
                         .first_seq = info.first_seq,
                         .segment_bytes = info.segment_bytes,
                         .epoch = head_.epoch,
                         .wall = clock_.wall(),
                         .prev_hash = info.prev_hash},
           {buffer_.data(), kHeaderBytes});
    segments_.push_back(std::move(info));
    active_ = Active{.file = std::move(spare->file), .tail = kBatchesStart, .fresh = true};
    return true;
}

void FileJournal::written(const Result<void>& result) {
    if (!result && !planted(Bug::failed_sync_ignored)) {
        fail(result.error());
        return finish(AppendOutcome::unknown);
    }
    advance();
    finish(AppendOutcome::applied);
}

void FileJournal::advance() {
    const BatchHeader& header = *pending_;
    const std::uint64_t bytes = batch_bytes(header.body_bytes);
    SegmentInfo& segment = segments_.back();
    segment.add_to_index({.number = header.number,
                          .entry = header.first_entry,
                          .seq = header.first_seq,
                          .offset = active_->tail});
    active_->tail += bytes;
    active_->fresh = false;
    segment.end_offset = active_->tail;
    stored_bytes_ += bytes;
    ring_.push(to_batch(header, {buffer_.data() + kPrefixBytes + kHeaderBytes, header.body_bytes}));
    head_.next_batch = header.number + 1;
    head_.next_entry = header.first_entry + header.entry_count;
    head_.next_seq = header.first_seq + header.fact_count;
    head_.last_log_time = header.log_time;
    head_.last_wall = header.wall;
    head_.last_since_boot = header.since_boot;
    head_.last_boot_id = header.boot_id;
    head_.hash = header.hash;
    unmarked_since_ = clock_.since_boot();
}

/// The caller may append again from inside `done`.
void FileJournal::finish(AppendOutcome outcome) {
    pending_.reset();
    const AppendDone done = std::exchange(done_, nullptr);
    done(outcome);
}

/// What the disk holds is unknown from here on. Leaves the mark for the next owner, if it can.
void FileJournal::fail(const Failure& failure) {
    if (health_ == Health::failed) return;
    health_ = Health::failed;
    failed_at_ = clock_.wall();
    failure_text_ = to_string(failure);
    std::array<std::byte, kBlockBytes> block{};
    encode(FailureMark{.count = failures_.count + 1, .last = *failed_at_, .suspect = true},
           MutableByteSpan(block).first(kHeaderBytes));
    // The disk may refuse this too; then the next owner meets it by itself.
    static_cast<void>(disk_.write_atomically(kFailureMarkName, block));
}

bool FileJournal::recent_failure() const {
    if (failures_.count == 0) return false;
    const Microseconds since = failed_at_.value_or(clock_.wall()) - failures_.last;
    // A mark from the future means a stepped clock: the cautious answer is yes.
    return since <= kFailureWindow;
}

std::optional<Microseconds> FileJournal::watermark_due() const {
    if (!unmarked_since_ || health_ != Health::fine) return std::nullopt;
    return *unmarked_since_ + options_.watermark_after;
}

bool FileJournal::wants_idle_work() const {
    return health_ == Health::fine && (unmarked_since_ || disk_low_ || spares_.blocked() ||
                                       spares_.preparing() || waits_for_segment_);
}

bool FileJournal::idle_work() {
    if (health_ != Health::fine || pending_) {
        // A batch that waits for a segment is helped by looking for space only.
        if (health_ == Health::fine && waits_for_segment_) look_around();
        return false;
    }
    bool worked = false;
    if (const auto due = watermark_due(); due && clock_.since_boot() >= *due)
        worked = write_watermark();
    look_around();
    if (!spares_.blocked() && spares_.replenish()) worked = true;
    return worked;
}

void FileJournal::encode_watermark(SegmentInfo& segment) {
    watermark_buffer_.reserve(kBlockBytes);
    std::memset(watermark_buffer_.data(), 0, kBlockBytes);
    ++segment.watermark_counter;
    encode(Watermark{.segment_number = segment.number,
                     .counter = segment.watermark_counter,
                     .durable_upto = head_.next_batch - 1,
                     .hash = head_.hash,
                     .wall = clock_.wall()},
           head_.log_id, watermark_buffer_.span(kHeaderBytes));
}

bool FileJournal::write_watermark() {
    if (writing_watermark_ || !active_ || active_->fresh) return false;
    if (planted(Bug::watermark_forgotten)) return false;
    encode_watermark(segments_.back());
    unmarked_since_.reset();
    writing_watermark_ = true;
    const std::uint64_t slot = segments_.back().watermark_counter % kWatermarkSlots;
    active_->file->write_synced((1 + slot) * kBlockBytes, {watermark_buffer_.data(), kBlockBytes},
                                [this](const Result<void>& result) {
                                    writing_watermark_ = false;
                                    if (!result) fail(result.error());
                                    if (!pending_) return;
                                    if (health_ == Health::failed)
                                        return finish(AppendOutcome::unknown);
                                    submit();
                                });
    return true;
}

void FileJournal::look_around() {
    const Microseconds now = clock_.since_boot();
    if (now - looked_at_ < options_.look_period) return;
    looked_at_ = now;
    if (!still_owner()) {
        health_ = Health::fenced;
        if (pending_ && waits_for_segment_) finish(AppendOutcome::fenced);
        return;
    }
    if (const auto space = disk_.space()) {
        const std::uint64_t share = space->total_bytes / 100 * options_.low_percent;
        const std::uint64_t kept_free = std::max(share, options_.low_bytes);
        disk_low_ = space->free_bytes < kept_free;
        room_bytes_ = disk_low_ ? 0 : space->free_bytes - kept_free;
    }
    if (spares_.blocked()) spares_.replenish();
}

/// Somebody who deleted the lock file could start a second owner. It would have raised the epoch.
/// A head that cannot be read is no proof of that.
bool FileJournal::still_owner() {
    const auto bytes = disk_.read_all(kHeadName);
    if (!bytes) return true;
    const auto head = decode_head(*bytes);
    return !head || (head->epoch == head_.epoch && head->log_id == head_.log_id);
}

JournalStatus FileJournal::status() const {
    JournalStatus status;
    status.direct = disk_.direct();
    status.disk_low = disk_low_ || spares_.blocked();
    status.room_bytes = room_bytes_;
    const std::uint64_t room =
        active_ ? active_->file->size() - std::min(active_->tail, active_->file->size()) : 0;
    status.disk_full =
        spares_.blocked() && spares_.count() == 0 && room < batch_bytes(options_.body_bytes_max);
    status.failed = health_ == Health::failed || health_ == Health::fenced;
    status.segments = segments_.size();
    status.bytes = stored_bytes_;
    status.durable_seq = head_.next_seq - 1;
    status.body_bytes_max = options_.body_bytes_max;
    status.first_seq = segments_.empty() ? head_.next_seq : segments_.front().first_seq;
    return status;
}

}  // namespace holdfast::journal
