// The journal of one process on one machine: segments of batches in a directory that it owns.
// docs/journal_format.md is the format and the recovery rules.
//
// Used by one thread. append() copies the body into a buffer that it keeps, and allocates nothing
// once the buffers have grown to the largest batch.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "journal/batch_ring.h"
#include "journal/format.h"
#include "journal/journal.h"
#include "journal/scan.h"
#include "journal/spare_segments.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/random.h"

namespace holdfast::journal {

struct FileJournalOptions {
    std::uint64_t segment_bytes = 64ULL * 1024 * 1024;
    std::size_t spare_segments = 2;
    /// Largest body of one batch; at most what an empty segment holds.
    std::uint32_t body_bytes_max = 8 * 1024 * 1024;
    /// disk_low below either: a share of the file system in percent, and bytes.
    std::uint64_t low_percent = 5;
    std::uint64_t low_bytes = 1024ULL * 1024 * 1024;
    /// How often free space and ownership are looked at, and a failed preparation is tried again.
    Microseconds look_period{1'000'000};
    /// Silence after which the newest batch gets its watermark.
    Microseconds watermark_after{10'000};
    /// Newest segments up to this sum are verified by acquire(), two at least; older ones when
    /// read.
    std::uint64_t verify_bytes = 1024ULL * 1024 * 1024;
    std::size_t ring_bytes = 16 * 1024 * 1024;
    std::size_t ring_batches = 16 * 1024;
};

/// Two failures of the disk within this time: stay down.
inline constexpr Microseconds kFailureWindow{600'000'000};

class FileJournal final : public Journal {
  public:
    /// All three outlive the journal. Reads nothing before acquire().
    FileJournal(os::Disk& disk, const os::Clock& clock, os::Random& random,
                FileJournalOptions options = {});
    ~FileJournal() override;

    /// Works synchronously whatever the disk does with write_synced.
    Result<Head> acquire() override;
    /// `batch` continues the head: its number, first_entry and first_seq. When no spare segment is
    /// ready the batch waits for one; status().disk_full says so before, and a caller that looks
    /// there first never waits.
    void append(const Batch& batch, AppendDone done) override;
    Result<void> read(std::uint64_t from_seq, const BatchVisitor& visit) override;
    Result<void> trim(std::uint64_t before_seq) override;
    bool idle_work() override;
    [[nodiscard]] JournalStatus status() const override;

    [[nodiscard]] const Head& head() const override { return head_; }
    /// What the next watermark waits for; nothing if the newest batch has one.
    [[nodiscard]] std::optional<Microseconds> watermark_due() const;
    /// Whether idle_work() is wanted though nothing is appended: for a watermark, or because a low
    /// disk refuses the very commits that would otherwise notice that space has returned.
    [[nodiscard]] bool wants_idle_work() const;
    /// Whether the disk has failed in the ten minutes before now, or before the failure of this
    /// process: then the process ends with "stay down" (exit 74), else with "start again" (70).
    [[nodiscard]] bool recent_failure() const;
    /// What the disk said when it failed; empty before.
    [[nodiscard]] const std::string& failure_text() const { return failure_text_; }
    /// What recovery found behind the last batch; empty if nothing.
    [[nodiscard]] const std::string& torn_tail() const { return torn_tail_; }

  private:
    struct Active {
        std::unique_ptr<os::File> file;
        std::uint64_t tail = 0;  ///< where the next batch goes
        bool fresh = false;      ///< its header is written with its first batch
    };
    enum class Health : std::uint8_t { not_acquired, fine, failed, fenced };

    // acquire()
    Result<void> found_new_journal();
    Result<void> clean_up(const JournalScan& scan);
    Result<void> renew_suspect_segment(JournalScan& scan);
    Result<void> settle_tail(JournalScan& scan);
    Result<void> write_head(std::uint64_t epoch);
    void adopt_position(const JournalScan& scan);

    // append()
    void encode_batch(const Batch& batch);
    void submit();
    bool begin_segment();
    [[nodiscard]] bool fits() const;
    void written(const Result<void>& result);
    void advance();
    void finish(AppendOutcome outcome);
    void fail(const Failure& failure);

    // idle_work()
    bool write_watermark();
    void encode_watermark(SegmentInfo& segment);
    void look_around();
    [[nodiscard]] bool still_owner();

    // read()
    Result<void> read_segment(SegmentInfo& segment, std::uint64_t from_seq, std::uint64_t stop,
                              const BatchVisitor& visit);

    os::Disk& disk_;
    const os::Clock& clock_;
    os::Random& random_;
    FileJournalOptions options_;
    Health health_ = Health::not_acquired;
    std::unique_ptr<os::DirectoryLock> lock_;
    Head head_;
    FailureMark failures_;  ///< before this process
    std::optional<Instant> failed_at_;
    std::string torn_tail_;
    std::string failure_text_;

    // What is being written. Declared before the file, whose end waits for a thread that may still
    // write from it. The buffer begins with room for the header and the watermark slots of a new
    // segment, so that they and the first batch are one write.
    os::AlignedBuffer buffer_;
    os::AlignedBuffer watermark_buffer_;
    std::vector<SegmentInfo> segments_;
    std::optional<Active> active_;
    SpareSegments spares_;
    BatchRing ring_;
    ChainHasher hasher_;
    std::uint64_t stored_bytes_ = 0;

    // The batch in flight.
    std::optional<BatchHeader> pending_;
    AppendDone done_;
    bool submitting_ = false;
    bool waits_for_segment_ = false;
    bool writing_watermark_ = false;

    std::optional<Microseconds> unmarked_since_;
    Microseconds looked_at_{};
    bool disk_low_ = false;
    std::uint64_t room_bytes_ = 0;
};

}  // namespace holdfast::journal
