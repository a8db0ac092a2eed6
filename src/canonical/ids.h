// Our own dense numbers, used inside only, and the bounds of the outside codes they stand for.
// `decide` assigns them in order; they are never reused and their codes are never renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/strong_id.h"

namespace holdfast {

using SkuId = StrongId<struct SkuIdTag, std::uint32_t>;
using LocationId = StrongId<struct LocationIdTag, std::uint32_t>;
using ChannelId = StrongId<struct ChannelIdTag, std::uint32_t>;
using PoolId = StrongId<struct PoolIdTag, std::uint32_t>;
using GroupId = StrongId<struct GroupIdTag, std::uint32_t>;
using NameId = StrongId<struct NameIdTag, std::uint32_t>;  ///< interned source, actor or reason
/// A reservation is named by the seq of the fact that created it.
using ReservationId = StrongId<struct ReservationIdTag, std::uint64_t>;
/// A case is named by the fact that opened it and its number among the cases of that fact: the seq
/// shifted by sixteen bits, and the number in the bits below. Sorts by age.
using CaseId = StrongId<struct CaseIdTag, std::uint64_t>;

/// "Not given", and what an outside code resolves to when nobody knows it.
inline constexpr std::uint32_t kNoId = std::numeric_limits<std::uint32_t>::max();
inline constexpr SkuId kNoSku{kNoId};
inline constexpr LocationId kNoLocation{kNoId};
inline constexpr ChannelId kNoChannel{kNoId};
inline constexpr PoolId kNoPool{kNoId};
inline constexpr GroupId kNoGroup{kNoId};
inline constexpr NameId kNoName{kNoId};

inline constexpr std::size_t code_bytes_max = 128;   ///< SKU, location, channel, pool, source codes
inline constexpr std::size_t title_bytes_max = 512;  ///< names for people
inline constexpr std::size_t document_bytes_max =
    128;  ///< order, receipt, return, shipment numbers
inline constexpr std::size_t comment_bytes_max = 1000;  ///< what a person writes to a case
inline constexpr std::size_t assignee_bytes_max = 128;  ///< a person's name or address
inline constexpr std::size_t cases_per_command_max = 500;
inline constexpr std::size_t lines_per_request_max = 2000;
inline constexpr std::size_t pool_locations_max = 2048;
inline constexpr std::uint32_t skus_max = 1U << 26;
inline constexpr std::uint32_t locations_max = 1U << 20;
inline constexpr std::uint32_t channels_max = 4096;
inline constexpr std::uint32_t pools_max = 4096;
inline constexpr std::uint32_t groups_max = 4096;
inline constexpr std::size_t group_locations_max = 2048;
inline constexpr std::uint32_t names_max = 65535;

}  // namespace holdfast
