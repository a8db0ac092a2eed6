// The journal's records as bytes; docs/journal_format.md is the specification. Encoders fill the
// whole record, checksum included; decoders believe nothing before the checksum fits.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"
#include "journal/journal.h"
#include "os/aligned_buffer.h"

namespace holdfast::journal {

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kHeaderBytes = 256;
inline constexpr std::size_t kBlockBytes = os::kDiskBlockBytes;
inline constexpr std::uint64_t kWatermarkSlots = 2;
/// Where the first batch of a segment begins.
inline constexpr std::uint64_t kBatchesStart = (1 + kWatermarkSlots) * kBlockBytes;
/// The bytes of a batch header that the chain hash covers.
inline constexpr std::size_t kChainedHeaderBytes = 144;

struct SegmentHeader {
    std::uint64_t log_id = 0;
    std::uint64_t hash_seed = 0;
    std::uint64_t segment_number = 0;
    std::uint64_t first_batch = 0;
    std::uint64_t first_entry = 0;
    std::uint64_t first_seq = 0;
    std::uint64_t segment_bytes = 0;
    std::uint64_t epoch = 0;
    Instant wall{};
    ChainHash prev_hash{};
};

struct BatchHeader {
    std::uint64_t log_id = 0;
    std::uint64_t epoch = 0;
    std::uint64_t number = 0;
    std::uint64_t first_entry = 0;
    std::uint64_t first_seq = 0;
    std::uint32_t entry_count = 0;
    std::uint32_t fact_count = 0;
    std::uint32_t body_bytes = 0;
    Instant log_time{};
    Instant wall{};
    Microseconds since_boot{};
    std::uint64_t boot_id = 0;
    std::uint64_t durable_upto = 0;
    ChainHash prev_hash{};
    ChainHash hash{};
    std::uint64_t segment_number = 0;
    std::uint64_t offset = 0;
};

struct Watermark {
    std::uint64_t segment_number = 0;
    std::uint64_t counter = 0;
    std::uint64_t durable_upto = 0;
    ChainHash hash{};
    Instant wall{};
};

struct HeadRecord {
    std::uint64_t log_id = 0;
    std::uint64_t hash_seed = 0;
    std::uint64_t epoch = 0;
    std::uint64_t durable_upto = 0;
    Instant wall{};
    std::uint64_t boot_id = 0;
};

struct FailureMark {
    std::uint64_t count = 0;
    Instant last{};
    bool suspect = false;  ///< the newest segment must be copied before use
};

/// Bytes that a batch with this body takes in a segment.
constexpr std::uint64_t batch_bytes(std::uint64_t body_bytes) {
    return os::round_up_to_block(kHeaderBytes + body_bytes);
}

/// `into` has kHeaderBytes.
void encode(const SegmentHeader& header, MutableByteSpan into);
void encode(const Watermark& mark, std::uint64_t log_id, MutableByteSpan into);
void encode(const HeadRecord& head, MutableByteSpan into);
void encode(const FailureMark& mark, MutableByteSpan into);
/// Fills everything but the chain hash and the checksum; seal() adds both.
void encode_unsealed(const BatchHeader& header, MutableByteSpan into);
void seal(const ChainHash& hash, std::uint64_t log_id, MutableByteSpan into);

/// Magic, checksum and version. A record that is whole but newer than we are is unsupported;
/// anything else that is wrong is corrupt.
Result<SegmentHeader> decode_segment_header(ByteSpan bytes);
Result<BatchHeader> decode_batch_header(ByteSpan bytes, std::uint64_t log_id);
Result<Watermark> decode_watermark(ByteSpan bytes, std::uint64_t log_id);
Result<HeadRecord> decode_head(ByteSpan bytes);
Result<FailureMark> decode_failure_mark(ByteSpan bytes);

/// Whether every byte is zero.
bool all_zero(ByteSpan bytes);

/// What a follower sees of a stored batch. `body` stays where it is.
Batch to_batch(const BatchHeader& header, ByteSpan body);

}  // namespace holdfast::journal
