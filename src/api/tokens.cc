#include "api/tokens.h"

#include <algorithm>
#include <charconv>

#include "base/base32.h"

namespace holdfast::api {
namespace {

TypedId typed(std::string_view prefix, std::uint64_t number) {
    TypedId id;
    const auto digits = base32_encode(number);
    char* at = std::ranges::copy(prefix, id.bytes.begin()).out;
    at = std::ranges::copy(digits, at).out;
    id.size = prefix.size() + digits.size();
    return id;
}

std::optional<std::uint64_t> number_of(std::string_view prefix, std::string_view text) {
    if (!text.starts_with(prefix)) return std::nullopt;
    return base32_decode(text.substr(prefix.size()));
}

}  // namespace

SeqToken seq_token(std::uint64_t seq) {
    SeqToken token;
    token.bytes[0] = '0';
    token.bytes[1] = '-';
    char* const begin = token.bytes.data();
    const auto end = std::to_chars(begin + 2, begin + token.bytes.size(), seq);
    token.size = static_cast<std::size_t>(end.ptr - begin);
    return token;
}

std::optional<std::uint64_t> seq_from_token(std::string_view text) {
    if (!text.starts_with("0-") || text.size() < 3) return std::nullopt;
    text.remove_prefix(2);
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    std::uint64_t seq = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seq);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return seq;
}

TypedId reservation_name(ReservationId id) { return typed("rsv_", id.raw); }
TypedId event_name(std::uint64_t seq) { return typed("evt_", seq); }

TypedId case_name(CaseId id) { return typed("case_", id.raw); }

std::optional<ReservationId> reservation_from_name(std::string_view text) {
    const auto number = number_of("rsv_", text);
    return number ? std::optional(ReservationId{*number}) : std::nullopt;
}

std::optional<CaseId> case_from_name(std::string_view text) {
    const auto number = number_of("case_", text);
    return number ? std::optional(CaseId{*number}) : std::nullopt;
}

}  // namespace holdfast::api
