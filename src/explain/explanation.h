// Derives every quantity of a position, and what a channel may sell, as of any seq: from facts,
// policy versions and settings in the read model alone. It shares no code with the ledger, so that
// where both speak of the same moment, one checks the other.
#pragma once

#include <optional>

#include "explain/moment.h"
#include "explain/node.h"

namespace holdfast::explain {

struct Request {
    SkuId sku;
    LocationId location = kNoLocation;  ///< none: only what the channel may sell of the SKU
    ChannelId channel = kNoChannel;
    /// Of a position: also what the channel may sell over its whole pool.
    bool pool = true;
    /// Newest facts told per bucket of the position; what came before is one number.
    std::size_t facts_per_bucket = 10;
    /// The clock of whoever asks, from which days ahead are counted; zero: the moment's own time.
    Instant now{};
};
inline constexpr std::size_t facts_per_bucket_max = 100;

struct Explanation {
    Request of;
    std::uint64_t seq = 0;
    /// By business time: the moment, and the newest fact that was recorded by then.
    std::optional<Instant> business_time = {};
    std::uint64_t recorded_seq = 0;
    std::vector<Node> quantities;
    std::vector<SourceAge> sources;  ///< of the newest facts told, each source once
};

Explanation explain(Moment& moment, const Request& request);

/// The top quantity of a name; nothing when it was not asked for.
std::optional<std::int64_t> value_of(const Explanation& explanation, std::string_view name);

}  // namespace holdfast::explain
