#include "journal/segment_reader.h"

#include "base/planted.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::journal {
namespace {

/// Read at once: large enough that a scan runs at the speed of the disk.
constexpr std::size_t kWindowBytes = 1024 * 1024;

}  // namespace

void ChainPosition::pass(const BatchHeader& header) {
    number = header.number + 1;
    entry = header.first_entry + header.entry_count;
    seq = header.first_seq + header.fact_count;
    epoch = header.epoch;
    log_time = header.log_time;
    wall = header.wall;
    since_boot = header.since_boot;
    boot_id = header.boot_id;
    hash = header.hash;
}

SegmentReader::SegmentReader(os::File& file, std::uint64_t log_id, std::uint64_t segment_number)
    : file_(file), log_id_(log_id), segment_number_(segment_number) {}

Result<ByteSpan> SegmentReader::bytes_at(std::uint64_t offset, std::size_t bytes) {
    if (offset < window_at_ || offset + bytes > window_at_ + window_bytes_) {
        const std::uint64_t left = file_.size() - offset;
        const std::size_t wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(left, std::max(bytes, kWindowBytes)));
        window_.reserve(wanted);
        window_bytes_ = 0;
        if (auto got = file_.read(offset, window_.span(wanted)); !got)
            return tl::unexpected(got.error());
        window_at_ = offset;
        window_bytes_ = wanted;
    }
    return ByteSpan{window_.data() + (offset - window_at_), bytes};
}

std::optional<StoredBatch> SegmentReader::invalid(Verdict verdict, std::string reason) {
    verdict_ = verdict;
    reason_ = std::move(reason);
    return std::nullopt;
}

std::string SegmentReader::misfit(const BatchHeader& header, std::uint64_t offset,
                                  const ChainPosition& position) const {
    if (header.segment_number != segment_number_ || header.offset != offset)
        return fmt::format("the batch here was written for offset {} of segment number {}",
                           header.offset, header.segment_number);
    if (header.number != position.number)
        return fmt::format("batch {} stands where batch {} belongs", header.number,
                           position.number);
    if (header.first_entry != position.entry || header.first_seq != position.seq)
        return fmt::format("batch {} begins at entry {}, seq {} instead of entry {}, seq {}",
                           header.number, header.first_entry, header.first_seq, position.entry,
                           position.seq);
    if (header.epoch < position.epoch)
        return fmt::format("batch {} falls back to epoch {} after {}", header.number, header.epoch,
                           position.epoch);
    if (header.log_time < position.log_time)
        return fmt::format("batch {} goes back in log time", header.number);
    if (position.hash && header.prev_hash != *position.hash && !planted(Bug::drop_chain_check))
        return fmt::format("batch {} does not follow the batch before it: the chain is broken",
                           header.number);
    return {};
}

Result<std::optional<StoredBatch>> SegmentReader::at(std::uint64_t offset,
                                                     const ChainPosition& position) {
    verdict_ = Verdict::valid;
    if (offset + kBlockBytes > file_.size()) return invalid(Verdict::absent, "the segment is full");
    const auto first = bytes_at(offset, kBlockBytes);
    if (!first) return tl::unexpected(first.error());
    const auto header = decode_batch_header(*first, log_id_);
    if (!header) {
        if (header.error().code == ErrorCode::unsupported) return tl::unexpected(header.error());
        return invalid(Verdict::absent, header.error().detail);
    }
    if (std::string why = misfit(*header, offset, position); !why.empty())
        return invalid(Verdict::misfit, std::move(why));
    const std::uint64_t whole = batch_bytes(header->body_bytes);
    if (whole > file_.size() - offset)
        return invalid(Verdict::misfit,
                       fmt::format("batch {} passes the end of the segment", header->number));
    const auto bytes = bytes_at(offset, static_cast<std::size_t>(whole));
    if (!bytes) return tl::unexpected(bytes.error());
    const ByteSpan body = bytes->subspan(kHeaderBytes, header->body_bytes);
    if (hasher_.batch_hash(*bytes, body) != header->hash && !planted(Bug::drop_body_hash_check))
        return invalid(Verdict::torn,
                       fmt::format("the body of batch {} does not match its hash", header->number));
    if (!all_zero(bytes->subspan(kHeaderBytes + header->body_bytes)))
        return invalid(Verdict::torn,
                       fmt::format("the padding of batch {} is not zero", header->number));
    return StoredBatch{.header = *header, .body = body, .offset = offset};
}

}  // namespace holdfast::journal
