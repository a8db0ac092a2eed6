#include "journal/tail_witness.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::journal {
namespace {

constexpr std::size_t kPieceBytes = 1024 * 1024;

/// A batch that was begun proves that all before it were durable.
std::optional<std::string> proof_in(ByteSpan block, std::uint64_t log_id, std::uint64_t at,
                                    std::uint64_t expected_batch) {
    const auto header = decode_batch_header(block, log_id);
    if (!header) return std::nullopt;
    if (header->number <= expected_batch && header->durable_upto < expected_batch)
        return std::nullopt;
    return fmt::format("batch {} at offset {} says that batch {} was durable", header->number, at,
                       std::max(header->number - 1, header->durable_upto));
}

}  // namespace

Result<RestOfSegment> examine_rest(SegmentReader& reader, std::uint64_t log_id, std::uint64_t from,
                                   std::uint64_t expected_batch) {
    RestOfSegment rest;
    while (from < reader.size()) {
        const std::size_t bytes =
            static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, reader.size() - from));
        const auto piece = reader.bytes_at(from, bytes);
        if (!piece) return tl::unexpected(piece.error());
        if (!all_zero(*piece)) {
            rest.all_zero = false;
            for (std::size_t at = 0; at + kBlockBytes <= bytes; at += kBlockBytes) {
                rest.proof =
                    proof_in(piece->subspan(at, kBlockBytes), log_id, from + at, expected_batch);
                if (rest.proof) return rest;
            }
        }
        from += bytes;
    }
    return rest;
}

Result<WatermarkSlots> read_watermarks(SegmentReader& reader, std::uint64_t log_id) {
    WatermarkSlots slots;
    for (std::uint64_t slot = 0; slot < kWatermarkSlots; ++slot) {
        const auto block = reader.bytes_at((1 + slot) * kBlockBytes, kBlockBytes);
        if (!block) return tl::unexpected(block.error());
        if (all_zero(*block)) continue;
        const auto mark = decode_watermark(*block, log_id);
        if (!mark && mark.error().code == ErrorCode::unsupported)
            return tl::unexpected(mark.error());
        if (!mark || !all_zero(block->subspan(kHeaderBytes))) {
            ++slots.damaged;
            continue;
        }
        if (!slots.newest || slots.newest->counter < mark->counter) slots.newest = *mark;
    }
    return slots;
}

}  // namespace holdfast::journal
