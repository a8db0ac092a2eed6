// Reads the durable batches of a journal's directory beside the owner that appends to it: for
// followers with a thread, and a disk object, of their own. It changes nothing, takes no lock and
// asks the owner for one thing only: where the journal ended when it was asked.
//
// Why this is safe while the owner writes: batches before that end never change, and nothing behind
// it is believed. A segment is renamed into place before its first batch is written, and only a
// segment that begins before the end is opened.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/segment_name.h"
#include "journal/segment_reader.h"

namespace holdfast::journal {

class JournalCursor {
  public:
    /// The disk outlives the cursor.
    JournalCursor(os::Disk& disk, std::uint64_t log_id) : disk_(disk), log_id_(log_id) {}

    /// Stands before the batch that holds `from_seq`, or the first one behind it. Batches from
    /// `end.next_batch` on are not looked at.
    /// Failures  not_found when the journal begins later; corrupt, unsupported, io_error.
    Result<void> seek(std::uint64_t from_seq, const Head& end);
    /// The next batch, good until the next call; nothing at the end. Each batch is checked against
    /// its checksum and the one before it, the last one against the end that the owner named.
    /// Failures  corrupt (the message names segment, offset and seq), unsupported, io_error.
    Result<std::optional<Batch>> next();

  private:
    struct Segment {
        SegmentName name;
        std::string file;
    };
    Result<void> list_segments();
    Result<void> open_segment(std::size_t index);
    [[nodiscard]] std::uint64_t stop() const;

    os::Disk& disk_;
    std::uint64_t log_id_;
    Head end_;
    std::uint64_t from_seq_ = 0;
    std::vector<Segment> segments_;  // those that begin before the end, in order
    std::size_t index_ = 0;
    std::unique_ptr<os::File> file_;
    std::optional<SegmentReader> reader_;
    ChainPosition position_;
    std::uint64_t offset_ = 0;
};

}  // namespace holdfast::journal
