// Looks behind the last valid batch of the newest segment for anything that proves that a batch
// expected there was acknowledged: what tells a torn tail from damage.
#pragma once

#include <optional>
#include <string>

#include "journal/segment_reader.h"

namespace holdfast::journal {

struct RestOfSegment {
    bool all_zero = true;
    /// Why the batch expected at `from` must have been durable; nothing if nobody says so.
    std::optional<std::string> proof;
};

/// Reads from `from`, a block boundary, to the end of the segment.
Result<RestOfSegment> examine_rest(SegmentReader& reader, std::uint64_t log_id, std::uint64_t from,
                                   std::uint64_t expected_batch);

struct WatermarkSlots {
    std::optional<Watermark> newest;
    std::uint64_t damaged = 0;
};

/// Both watermark slots of the segment.
Result<WatermarkSlots> read_watermarks(SegmentReader& reader, std::uint64_t log_id);

}  // namespace holdfast::journal
