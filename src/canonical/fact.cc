#include "canonical/fact.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"

namespace holdfast {
namespace {

constexpr std::size_t kFieldHeaderBytes = 4;
constexpr int kDeltaBits = 56;

bool known(FactType type) { return name(type) != "unknown"; }

}  // namespace

Result<FactView> FactView::parse(ByteSpan bytes) {
    if (bytes.size() < kFactHeaderBytes)
        return failure(ErrorCode::invalid_format, "fact shorter than its header");
    const auto header = load<FactHeader>(bytes.data());
    if (header.version != kFactVersion)
        return failure(ErrorCode::unsupported,
                       fmt::format("fact version {} at seq {}", header.version, header.seq));
    if (!known(static_cast<FactType>(header.type)))
        return failure(ErrorCode::unsupported,
                       fmt::format("fact type {} at seq {}", header.type, header.seq));
    if (header.length > bytes.size() || header.length > fact_bytes_max ||
        header.length < kFactHeaderBytes + header.posting_count * kPostingBytes)
        return failure(ErrorCode::invalid_format,
                       fmt::format("fact length {} at seq {}", header.length, header.seq));
    std::size_t at = kFactHeaderBytes;
    for (std::size_t i = 0; i < header.posting_count; ++i, at += kPostingBytes) {
        const auto packed = load<std::uint64_t>(bytes.data() + at + 8);
        if (name(static_cast<Bucket>(packed >> kDeltaBits)) == "unknown")
            return failure(ErrorCode::invalid_format,
                           fmt::format("bucket {} at seq {}", packed >> kDeltaBits, header.seq));
    }
    while (at < header.length) {
        if (header.length - at < kFieldHeaderBytes)
            return failure(ErrorCode::invalid_format,
                           fmt::format("field header cut at seq {}", header.seq));
        const auto size = load<std::uint16_t>(bytes.data() + at + 2);
        at += kFieldHeaderBytes;
        if (header.length - at < size)
            return failure(ErrorCode::invalid_format,
                           fmt::format("field cut at seq {}", header.seq));
        at += size;
    }
    return FactView(bytes.first(header.length));
}

Posting FactView::posting(std::size_t index) const {
    const std::byte* at = bytes_.data() + kFactHeaderBytes + index * kPostingBytes;
    const auto packed = load<std::uint64_t>(at + 8);
    return {.sku = SkuId{load<std::uint32_t>(at)},
            .place = Place::from_raw(load<std::uint32_t>(at + 4)),
            .bucket = static_cast<Bucket>(packed >> kDeltaBits),
            // Shifting up and back down carries the sign of the 56-bit number.
            .delta = static_cast<Units>(packed << 8) >> 8};
}

std::size_t FactView::posting_count_without_quotas() const {
    std::size_t count = posting_count();
    while (count > 0 && posting(count - 1).bucket == Bucket::quota_used) --count;
    return count;
}

std::optional<ByteSpan> FactView::field(FieldTag tag) const {
    std::size_t at = kFactHeaderBytes + posting_count() * kPostingBytes;
    const std::size_t end = size();
    while (at < end) {
        const auto found = load<std::uint16_t>(bytes_.data() + at);
        const auto length = load<std::uint16_t>(bytes_.data() + at + 2);
        at += kFieldHeaderBytes;
        if (found == static_cast<std::uint16_t>(tag)) return bytes_.subspan(at, length);
        at += length;
    }
    return std::nullopt;
}

bool makes_reservation(const FactView& fact) {
    if (fact.advisory()) return false;
    switch (fact.type()) {
        case FactType::reservation_created: return true;
        case FactType::transfer_requested: return true;
        case FactType::order_created:
        case FactType::backorder_created:
        case FactType::transfer_shipped:
        case FactType::transfer_received: return !fact.field(FieldTag::reservation);
        default: return false;
    }
}

void FactWriter::begin(FactType type, std::uint64_t seq, Instant recorded_at) {
    HOLDFAST_CHECK(!open_, "a fact is ended before the next begins");
    open_ = true;
    fields_begun_ = false;
    postings_ = 0;
    start_ = out_.size();
    header_ = FactHeader{};
    header_.type = static_cast<std::uint16_t>(type);
    header_.seq = seq;
    header_.recorded_at = to_raw(recorded_at);
    header_.occurred_at = header_.recorded_at;
    out_.resize(start_ + kFactHeaderBytes);
}

void FactWriter::post(const Posting& posting) {
    HOLDFAST_CHECK(open_ && !fields_begun_, "postings come before fields");
    HOLDFAST_CHECK(postings_ < 65535, "a fact's postings fit its count");
    HOLDFAST_CHECK(posting.delta > -(Units{1} << 55) && posting.delta < (Units{1} << 55),
                   "a delta fits 56 bits");
    const std::size_t at = out_.size();
    out_.resize(at + kPostingBytes);
    store(out_.data() + at, posting.sku.raw);
    store(out_.data() + at + 4, posting.place.raw());
    const std::uint64_t packed =
        static_cast<std::uint64_t>(posting.bucket) << kDeltaBits |
        (static_cast<std::uint64_t>(posting.delta) & ((std::uint64_t{1} << kDeltaBits) - 1));
    store(out_.data() + at + 8, packed);
    ++postings_;
}

void FactWriter::field(FieldTag tag, ByteSpan payload) {
    HOLDFAST_CHECK(open_, "fields belong to an open fact");
    HOLDFAST_CHECK(payload.size() <= 65535, "a field fits its length");
    fields_begun_ = true;
    const std::size_t at = out_.size();
    out_.resize(at + kFieldHeaderBytes + payload.size());
    store(out_.data() + at, static_cast<std::uint16_t>(tag));
    store(out_.data() + at + 2, static_cast<std::uint16_t>(payload.size()));
    if (!payload.empty())
        std::memcpy(out_.data() + at + kFieldHeaderBytes, payload.data(), payload.size());
}

FactView FactWriter::open_fact() {
    HOLDFAST_CHECK(open_, "only an open fact is looked at");
    header_.length = static_cast<std::uint32_t>(out_.size() - start_);
    header_.posting_count = static_cast<std::uint16_t>(postings_);
    store(out_.data() + start_, header_);
    return FactView::trusted(ByteSpan(out_).subspan(start_));
}

void FactWriter::post_late(std::span<const Posting> postings) {
    HOLDFAST_CHECK(open_, "postings belong to an open fact");
    const auto at = out_.begin() + static_cast<std::ptrdiff_t>(start_ + kFactHeaderBytes +
                                                               postings_ * kPostingBytes);
    const std::vector<std::byte> fields(at, out_.end());
    out_.erase(at, out_.end());
    const bool begun = std::exchange(fields_begun_, false);
    for (const Posting& posting : postings) post(posting);
    fields_begun_ = begun;
    out_.insert(out_.end(), fields.begin(), fields.end());
}

void FactWriter::extend(FieldTag tag, ByteSpan items) {
    const std::optional<ByteSpan> known = open_fact().field(tag);
    if (!known) return field(tag, items);
    const std::size_t length = known->size() + items.size();
    HOLDFAST_CHECK(length <= 65535, "a field fits its length");
    const auto end = known->data() + known->size() - out_.data();
    store(out_.data() + end - known->size() - 2, static_cast<std::uint16_t>(length));
    out_.insert(out_.begin() + end, items.begin(), items.end());
}

FactView FactWriter::end() {
    const FactView fact = open_fact();
    open_ = false;
    HOLDFAST_CHECK(header_.length <= fact_bytes_max, "a fact stays within its bound");
    return fact;
}

void FactWriter::end_entry() {
    HOLDFAST_CHECK(!open_, "an entry ends after its last fact");
    auto flags = load<std::uint8_t>(out_.data() + start_ + 3);
    store(out_.data() + start_ + 3, static_cast<std::uint8_t>(flags | kFlagLastOfEntry));
}

}  // namespace holdfast
