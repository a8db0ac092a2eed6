// Names of the files of a journal: segment-<first batch>-<first seq>.hfj, spare-<number>.hfj,
// torn-<first batch>-<first seq>.hfj.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::journal {

inline constexpr std::string_view kHeadName = "head";
inline constexpr std::string_view kFailureMarkName = "failures";

struct SegmentName {
    std::uint64_t first_batch = 0;
    std::uint64_t first_seq = 0;
};

std::string to_file_name(const SegmentName& name);
/// Nothing for a name that is not exactly what to_file_name makes.
std::optional<SegmentName> parse_segment_name(std::string_view text);

/// What a segment without a valid batch is renamed to.
std::string torn_file_name(std::string_view segment_file_name);

std::string spare_file_name(std::uint64_t number);
std::optional<std::uint64_t> parse_spare_name(std::string_view text);

}  // namespace holdfast::journal
