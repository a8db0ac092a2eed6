// How everything but stock was at one seq: locations, pools, channels, groups, policies. Read from
// the read model when it is first asked for, and remembered: a thousand positions of one moment
// share it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "readmodel/reader.h"

namespace holdfast::explain {

/// A yes or no, and the fact that said it; 0 where none ever did.
struct Setting {
    bool on = false;
    std::uint64_t fact = 0;
};

struct Channel {
    PoolId pool = kNoPool;
    bool splits = true;
    std::uint64_t fact = 0;
};

/// Locations of a pool, in order, or of a group.
struct Members {
    std::vector<LocationId> locations;
    std::uint64_t fact = 0;
};

/// Within one cut of the reader.
class Moment {
  public:
    /// Reader and cut outlive it. `seq` is at most the cursor's.
    Moment(readmodel::Reader& reader, std::uint64_t seq) : reader_(reader), seq_(seq) {}

    [[nodiscard]] std::uint64_t seq() const { return seq_; }
    /// Log time of the newest fact of the moment; nothing before the first.
    std::optional<Instant> at();
    readmodel::Reader& reader() { return reader_; }

    /// Whether it may be promised from, and whether its node is heard of.
    const Setting& location_open(LocationId id);
    const Setting& location_online(LocationId id);
    const Channel& channel(ChannelId id);
    const Members& pool(PoolId id);
    const Members& group(std::uint32_t id);
    /// The group of a location; kNoId where it is in none.
    std::uint32_t group_of(LocationId id);

    /// Rows that cover a position, the most specific first; of group_safety_stock the location is a
    /// group. Quick where the kind has no row at all.
    std::vector<readmodel::PolicyVersion> policies(PolicyKind kind, SkuId sku, LocationId location);
    [[nodiscard]] bool any_policy(PolicyKind kind);
    /// Quotas of a SKU in a group, in the order in which guarantees are served.
    std::vector<readmodel::QuotaVersion> quotas(std::uint32_t group, SkuId sku);

    /// What an item is sold by: the components of a kit, or nothing but its own stock.
    const readmodel::SoldBy& sold_by(SkuId sku);

    /// All levels of a SKU. Remembered for the SKU that was asked for last.
    const std::vector<readmodel::PlaceLevel>& levels(SkuId sku);
    /// One level, from the remembered ones if they are of this SKU.
    readmodel::Level level(SkuId sku, LocationId location, Bucket bucket);

    /// A fact of the moment. Remembered up to a bound; good until the next call.
    const readmodel::FactRow* fact(std::uint64_t seq);

  private:
    void load_groups();

    readmodel::Reader& reader_;
    std::uint64_t seq_;
    std::map<LocationId, Setting> open_;
    std::map<LocationId, Setting> online_;
    std::map<ChannelId, Channel> channels_;
    std::map<PoolId, Members> pools_;
    std::map<std::uint32_t, Members> groups_;
    std::map<LocationId, std::uint32_t> group_of_;
    bool groups_loaded_ = false;
    std::map<PolicyKind, bool> any_policy_;
    std::optional<bool> any_quota_;
    std::map<SkuId, readmodel::SoldBy> sold_by_;
    SkuId levels_of_ = kNoSku;
    std::vector<readmodel::PlaceLevel> levels_;
    std::map<std::uint64_t, std::optional<readmodel::FactRow>> facts_;
};

}  // namespace holdfast::explain
