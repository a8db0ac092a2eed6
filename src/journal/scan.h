// Reads a journal's directory without changing it and says what is there: the start of every
// recovery, and the whole of `holdfast journal verify`. The rules are those of "Reading it back" in
// docs/journal_format.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/format.h"
#include "journal/segment_name.h"
#include "journal/segment_reader.h"
#include "os/disk.h"

namespace holdfast::journal {

/// Distance of the entries in a segment's index: a read starts at most this far before its seq.
inline constexpr std::uint64_t kIndexStepBytes = 256 * 1024;

/// Where some batch stands, and what it must continue.
struct IndexEntry {
    std::uint64_t number = 0;
    std::uint64_t entry = 0;
    std::uint64_t seq = 0;
    std::uint64_t offset = 0;
};

struct SegmentInfo {
    std::string name;
    std::uint64_t number = 0;
    std::uint64_t first_batch = 0;
    std::uint64_t first_entry = 0;
    std::uint64_t first_seq = 0;
    std::uint64_t segment_bytes = 0;
    ChainHash prev_hash{};
    std::uint64_t watermark_counter = 0;  ///< of its newest watermark; 0: none
    /// Behind its last batch; 0 for a segment that was not walked.
    std::uint64_t end_offset = 0;
    std::vector<IndexEntry> index;  ///< grows while batches are appended or walked

    void add_to_index(const IndexEntry& batch);
};

enum class Tail : std::uint8_t {
    empty,  ///< no segment yet
    clean,  ///< zeros up to the end of the newest segment
    torn,   ///< a commit that nobody was told about; the newest segment is closed
};

/// The first thing that is wrong.
struct Fault {
    std::string file;
    std::uint64_t offset = 0;
    std::uint64_t seq = 0;
    std::string what;
};

struct ScanOptions {
    /// Newest segments up to this sum are walked batch by batch, two at least; of older ones only
    /// the headers are read, and their batches are checked when somebody reads them.
    std::uint64_t walk_bytes = ~std::uint64_t{0};
    /// Called for every batch that was walked.
    BatchVisitor visit = {};
};

struct JournalScan {
    bool exists = false;  ///< false: an empty directory
    HeadRecord head;
    FailureMark failures;
    std::vector<SegmentInfo> segments;
    std::vector<std::uint64_t> spares;
    std::vector<std::string> unfinished;  ///< *.tmp
    std::string empty_segment;            ///< torn before its first batch; name, or nothing
    ChainPosition end;
    Tail tail = Tail::empty;
    std::string tail_reason;               ///< what the torn tail looks like
    std::uint64_t damaged_watermarks = 0;  ///< slots that hold neither zeros nor a watermark
    std::uint64_t batches = 0;
    std::uint64_t entries = 0;
    std::uint64_t facts = 0;
    std::uint64_t bytes = 0;  ///< of walked batches
};

class Scanner {
  public:
    Scanner(os::Disk& disk, ScanOptions options) : disk_(disk), options_(std::move(options)) {}

    /// Fails with corrupt (then fault() is set), unsupported or io_error. Call once.
    Result<JournalScan> run();
    [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }

  private:
    Result<void> read_names();
    Result<void> read_head();
    Result<void> read_failures();
    Result<void> read_headers();
    Result<void> read_header(SegmentInfo& segment, std::uint64_t expected_number);
    Result<void> walk_from(std::size_t first);
    Result<void> walk(SegmentInfo& segment, SegmentReader& reader, std::uint64_t limit);
    Result<void> judge_tail();
    Result<void> judge_rest(SegmentReader& reader, std::uint64_t from);
    Result<void> check_watermark(SegmentInfo& segment, SegmentReader& reader);
    [[nodiscard]] std::size_t first_walked() const;
    tl::unexpected<Failure> damaged(const std::string& file, std::uint64_t offset,
                                    std::uint64_t seq, std::string what);

    os::Disk& disk_;
    ScanOptions options_;
    JournalScan found_;
    std::optional<Fault> fault_;
    std::string broken_header_;  ///< why the newest segment's header cannot be read
    Verdict last_verdict_ = Verdict::valid;
    std::string last_reason_;
};

}  // namespace holdfast::journal
