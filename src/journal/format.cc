#include "journal/format.h"

#include <fmt/format.h>

#include <string_view>

#include "base/check.h"
#include "base/hash.h"

namespace holdfast::journal {
namespace {

constexpr std::string_view kSegmentMagic = "HFSEGMNT";
constexpr std::string_view kBatchMagic = "HFBATCH1";
constexpr std::string_view kWatermarkMagic = "HFWATERM";
constexpr std::string_view kHeadMagic = "HFHEAD01";
constexpr std::string_view kFailureMagic = "HFFAILED";
constexpr std::size_t kChecksumAt = 248;
constexpr std::size_t kLogIdAt = 16;

/// Puts fields one after the other, so that the order below is the order of the page.
class FieldWriter {
  public:
    FieldWriter(MutableByteSpan into, std::string_view magic) : at_(into.data()), start_(at_) {
        HOLDFAST_CHECK(into.size() == kHeaderBytes, "headers have one size");
        std::memset(at_, 0, kHeaderBytes);
        std::memcpy(at_, magic.data(), magic.size());
        at_ += magic.size();
        put(kFormatVersion);
        put(static_cast<std::uint32_t>(kHeaderBytes));
    }
    template <class T>
    void put(const T& value) {
        store(at_, value);
        at_ += sizeof value;
    }
    void put(Instant at) { put(to_raw(at)); }
    void put(Microseconds duration) { put(static_cast<std::int64_t>(duration.count())); }
    void skip(std::size_t bytes) { at_ += bytes; }
    void seal(std::uint64_t seed) {
        store(start_ + kChecksumAt, hash64({start_, kChecksumAt}, seed));
    }

  private:
    std::byte* at_;
    std::byte* start_;
};

class FieldReader {
  public:
    explicit FieldReader(ByteSpan bytes) : at_(bytes.data() + 16) {}
    template <class T>
    void get(T& value) {
        value = load<T>(at_);
        at_ += sizeof value;
    }
    void get(Instant& at) {
        std::int64_t raw = 0;
        get(raw);
        at = instant_from_raw(raw);
    }
    void get(Microseconds& duration) {
        std::int64_t raw = 0;
        get(raw);
        duration = Microseconds{raw};
    }
    void skip(std::size_t bytes) { at_ += bytes; }

  private:
    const std::byte* at_;
};

Result<void> check_record(ByteSpan bytes, std::string_view magic, std::uint64_t seed,
                          std::string_view what) {
    if (bytes.size() < kHeaderBytes)
        return failure(ErrorCode::corrupt, fmt::format("{} is cut short", what));
    if (as_text(bytes.first(magic.size())) != magic)
        return failure(ErrorCode::corrupt, fmt::format("no {} here", what));
    if (load<std::uint64_t>(bytes.data() + kChecksumAt) != hash64(bytes.first(kChecksumAt), seed))
        return failure(ErrorCode::corrupt, fmt::format("checksum of the {} is wrong", what));
    const auto version = load<std::uint32_t>(bytes.data() + 8);
    if (version != kFormatVersion || load<std::uint32_t>(bytes.data() + 12) != kHeaderBytes)
        return failure(ErrorCode::unsupported,
                       fmt::format("{} has format version {}, this program reads {}", what, version,
                                   kFormatVersion));
    return {};
}

/// The log id of a record that carries it, before anything is believed: seed of its own checksum.
std::uint64_t log_id_inside(ByteSpan bytes) {
    return bytes.size() < kHeaderBytes ? 0 : load<std::uint64_t>(bytes.data() + kLogIdAt);
}

}  // namespace

void encode(const SegmentHeader& header, MutableByteSpan into) {
    FieldWriter out(into, kSegmentMagic);
    out.put(header.log_id);
    out.put(header.hash_seed);
    out.put(header.segment_number);
    out.put(header.first_batch);
    out.put(header.first_entry);
    out.put(header.first_seq);
    out.put(header.segment_bytes);
    out.put(header.epoch);
    out.put(header.wall);
    out.put(header.prev_hash);
    out.seal(header.log_id);
}

Result<SegmentHeader> decode_segment_header(ByteSpan bytes) {
    if (auto fine = check_record(bytes, kSegmentMagic, log_id_inside(bytes), "segment header");
        !fine)
        return tl::unexpected(fine.error());
    SegmentHeader header;
    FieldReader in(bytes);
    in.get(header.log_id);
    in.get(header.hash_seed);
    in.get(header.segment_number);
    in.get(header.first_batch);
    in.get(header.first_entry);
    in.get(header.first_seq);
    in.get(header.segment_bytes);
    in.get(header.epoch);
    in.get(header.wall);
    in.get(header.prev_hash);
    return header;
}

void encode_unsealed(const BatchHeader& header, MutableByteSpan into) {
    FieldWriter out(into, kBatchMagic);
    out.put(header.log_id);
    out.put(header.epoch);
    out.put(header.number);
    out.put(header.first_entry);
    out.put(header.first_seq);
    out.put(header.entry_count);
    out.put(header.fact_count);
    out.put(header.body_bytes);
    out.skip(4);
    out.put(header.log_time);
    out.put(header.wall);
    out.put(header.since_boot);
    out.put(header.boot_id);
    out.put(header.durable_upto);
    out.put(header.prev_hash);
    out.skip(sizeof header.hash);
    out.put(header.segment_number);
    out.put(header.offset);
}

void seal(const ChainHash& hash, std::uint64_t log_id, MutableByteSpan into) {
    store(into.data() + kChainedHeaderBytes, hash);
    store(into.data() + kChecksumAt, hash64({into.data(), kChecksumAt}, log_id));
}

Result<BatchHeader> decode_batch_header(ByteSpan bytes, std::uint64_t log_id) {
    if (auto fine = check_record(bytes, kBatchMagic, log_id, "batch header"); !fine)
        return tl::unexpected(fine.error());
    BatchHeader header;
    FieldReader in(bytes);
    in.get(header.log_id);
    in.get(header.epoch);
    in.get(header.number);
    in.get(header.first_entry);
    in.get(header.first_seq);
    in.get(header.entry_count);
    in.get(header.fact_count);
    in.get(header.body_bytes);
    in.skip(4);
    in.get(header.log_time);
    in.get(header.wall);
    in.get(header.since_boot);
    in.get(header.boot_id);
    in.get(header.durable_upto);
    in.get(header.prev_hash);
    in.get(header.hash);
    in.get(header.segment_number);
    in.get(header.offset);
    return header;
}

void encode(const Watermark& mark, std::uint64_t log_id, MutableByteSpan into) {
    FieldWriter out(into, kWatermarkMagic);
    out.put(log_id);
    out.put(mark.segment_number);
    out.put(mark.counter);
    out.put(mark.durable_upto);
    out.put(mark.hash);
    out.put(mark.wall);
    out.seal(log_id);
}

Result<Watermark> decode_watermark(ByteSpan bytes, std::uint64_t log_id) {
    if (auto fine = check_record(bytes, kWatermarkMagic, log_id, "watermark"); !fine)
        return tl::unexpected(fine.error());
    Watermark mark;
    FieldReader in(bytes);
    in.skip(sizeof log_id);
    in.get(mark.segment_number);
    in.get(mark.counter);
    in.get(mark.durable_upto);
    in.get(mark.hash);
    in.get(mark.wall);
    return mark;
}

void encode(const HeadRecord& head, MutableByteSpan into) {
    FieldWriter out(into, kHeadMagic);
    out.put(head.log_id);
    out.put(head.hash_seed);
    out.put(head.epoch);
    out.put(head.durable_upto);
    out.put(head.wall);
    out.put(head.boot_id);
    out.seal(head.log_id);
}

Result<HeadRecord> decode_head(ByteSpan bytes) {
    if (auto fine = check_record(bytes, kHeadMagic, log_id_inside(bytes), "head"); !fine)
        return tl::unexpected(fine.error());
    HeadRecord head;
    FieldReader in(bytes);
    in.get(head.log_id);
    in.get(head.hash_seed);
    in.get(head.epoch);
    in.get(head.durable_upto);
    in.get(head.wall);
    in.get(head.boot_id);
    return head;
}

void encode(const FailureMark& mark, MutableByteSpan into) {
    FieldWriter out(into, kFailureMagic);
    out.put(mark.count);
    out.put(mark.last);
    out.put(std::uint64_t{mark.suspect ? 1U : 0U});
    out.seal(0);
}

Result<FailureMark> decode_failure_mark(ByteSpan bytes) {
    if (auto fine = check_record(bytes, kFailureMagic, 0, "failure mark"); !fine)
        return tl::unexpected(fine.error());
    FailureMark mark;
    std::uint64_t suspect = 0;
    FieldReader in(bytes);
    in.get(mark.count);
    in.get(mark.last);
    in.get(suspect);
    mark.suspect = suspect != 0;
    return mark;
}

bool all_zero(ByteSpan bytes) {
    // Comparing the bytes with themselves shifted by one runs at the speed of memcmp.
    if (bytes.empty()) return true;
    return bytes[0] == std::byte{0} &&
           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

Batch to_batch(const BatchHeader& header, ByteSpan body) {
    return {.epoch = header.epoch,
            .number = header.number,
            .first_entry = header.first_entry,
            .entry_count = header.entry_count,
            .first_seq = header.first_seq,
            .fact_count = header.fact_count,
            .log_time = header.log_time,
            .wall = header.wall,
            .since_boot = header.since_boot,
            .boot_id = header.boot_id,
            .body = body,
            .hash = header.hash};
}

}  // namespace holdfast::journal
