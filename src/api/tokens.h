// Ids and positions as clients see them: opaque, typed text. Written into small values, so that
// no request allocates for them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "canonical/ids.h"

namespace holdfast::api {

template <std::size_t N>
struct ShortText {
    std::array<char, N> bytes{};
    std::size_t size = 0;
};
template <std::size_t N>
std::string_view as_text(const ShortText<N>& text) {
    return {text.bytes.data(), text.size};
}

/// "0-918273": partition and seq.
using SeqToken = ShortText<24>;
SeqToken seq_token(std::uint64_t seq);
std::optional<std::uint64_t> seq_from_token(std::string_view text);

/// "rsv_", "evt_" or "case_" and thirteen characters whose order is the order in the ledger.
using TypedId = ShortText<20>;
TypedId reservation_name(ReservationId id);
TypedId event_name(std::uint64_t seq);
/// "case_" and thirteen characters: in the order in which cases were opened.
TypedId case_name(CaseId id);
std::optional<CaseId> case_from_name(std::string_view text);
std::optional<ReservationId> reservation_from_name(std::string_view text);

}  // namespace holdfast::api
