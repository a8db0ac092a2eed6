#include "journal/segment_name.h"

#include <fmt/format.h>

#include <charconv>

namespace holdfast::journal {
namespace {

constexpr std::size_t kDigits = 20;

std::optional<std::uint64_t> parse_number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
    if (error != std::errc{} || end != digits.end()) return std::nullopt;
    return value;
}

}  // namespace

std::string to_file_name(const SegmentName& name) {
    return fmt::format("segment-{:020}-{:020}.hfj", name.first_batch, name.first_seq);
}

std::optional<SegmentName> parse_segment_name(std::string_view text) {
    constexpr std::size_t kBatchAt = 8;
    constexpr std::size_t kSeqAt = kBatchAt + kDigits + 1;
    if (text.size() != kSeqAt + kDigits + 4 || !text.starts_with("segment-")) return std::nullopt;
    const auto batch = parse_number(text.substr(kBatchAt, kDigits));
    const auto seq = parse_number(text.substr(kSeqAt, kDigits));
    if (!batch || !seq) return std::nullopt;
    const SegmentName name{.first_batch = *batch, .first_seq = *seq};
    if (to_file_name(name) != text) return std::nullopt;
    return name;
}

std::string torn_file_name(std::string_view segment_file_name) {
    return "torn-" + std::string(segment_file_name.substr(segment_file_name.find('-') + 1));
}

std::string spare_file_name(std::uint64_t number) {
    return fmt::format("spare-{:020}.hfj", number);
}

std::optional<std::uint64_t> parse_spare_name(std::string_view text) {
    if (text.size() != 6 + kDigits + 4 || !text.starts_with("spare-")) return std::nullopt;
    const auto number = parse_number(text.substr(6, kDigits));
    if (!number || spare_file_name(*number) != text) return std::nullopt;
    return number;
}

}  // namespace holdfast::journal
