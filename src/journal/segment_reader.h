// Walks the batches of one segment from any of them to the last valid one, checking each against
// its checksum, its place and the chain. Says what it found instead of deciding what it means:
// whether an invalid place is the end, a torn tail or damage is the scanner's question (scan.h).
#pragma once

#include <optional>
#include <string>

#include "journal/chain_hasher.h"
#include "journal/format.h"
#include "os/disk.h"

namespace holdfast::journal {

/// What the next batch must continue.
struct ChainPosition {
    std::uint64_t number = 1;
    std::uint64_t entry = 1;
    std::uint64_t seq = 1;
    std::uint64_t epoch = 0;
    Instant log_time{};
    Instant wall{};
    Microseconds since_boot{};
    std::uint64_t boot_id = 0;
    /// Nothing when a walk starts in the middle: then the first batch is believed about it.
    std::optional<ChainHash> hash = ChainHash{};

    void pass(const BatchHeader& header);
};

enum class Verdict : std::uint8_t {
    valid,
    absent,  ///< no batch header here
    torn,    ///< a header of this place, but its body or padding is not what it says
    misfit,  ///< a whole header that does not continue the batches before it
};

struct StoredBatch {
    BatchHeader header;
    ByteSpan body;  ///< until the next call
    std::uint64_t offset = 0;
};

class SegmentReader {
  public:
    /// `file` outlives the reader.
    SegmentReader(os::File& file, std::uint64_t log_id, std::uint64_t segment_number);

    /// The batch at `offset`, which must continue `position`. Fails with io_error or unsupported;
    /// a batch that is not valid is no failure: see verdict() and reason().
    Result<std::optional<StoredBatch>> at(std::uint64_t offset, const ChainPosition& position);
    [[nodiscard]] Verdict verdict() const { return verdict_; }
    [[nodiscard]] const std::string& reason() const { return reason_; }

    /// `bytes` bytes at `offset`, both within the file; valid until the next call.
    Result<ByteSpan> bytes_at(std::uint64_t offset, std::size_t bytes);
    [[nodiscard]] std::uint64_t size() const { return file_.size(); }

  private:
    std::optional<StoredBatch> invalid(Verdict verdict, std::string reason);
    [[nodiscard]] std::string misfit(const BatchHeader& header, std::uint64_t offset,
                                     const ChainPosition& position) const;

    os::File& file_;
    std::uint64_t log_id_;
    std::uint64_t segment_number_;
    ChainHasher hasher_;
    os::AlignedBuffer window_;
    std::uint64_t window_at_ = 0;
    std::size_t window_bytes_ = 0;
    Verdict verdict_ = Verdict::valid;
    std::string reason_;
};

}  // namespace holdfast::journal
