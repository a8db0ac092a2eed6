// Lanes: the roads that goods are on between two locations, and how many of each SKU are on each.
// A lane gets its number with the first fact that uses it, and keeps it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"

namespace holdfast::ledger {

inline constexpr std::uint32_t lanes_max = 1U << 20;

struct Lane {
    LocationId source;
    LocationId destination;
    friend auto operator<=>(const Lane&, const Lane&) = default;
};

class LaneTable {
  public:
    /// The lane's number, or kNoId where no fact has used it.
    [[nodiscard]] std::uint32_t find(const Lane& lane) const {
        const auto row = numbers_.find(pair_key(lane.source.raw, lane.destination.raw));
        return row == numbers_.end() ? kNoId : row->second;
    }
    [[nodiscard]] const Lane& lane(std::uint32_t number) const { return lanes_[number]; }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(lanes_.size()); }
    /// Units on the lane; below zero where more came out than is known to have gone in.
    [[nodiscard]] Units level(SkuId sku, std::uint32_t number) const {
        const auto row = levels_.find(pair_key(number, sku.raw));
        return row == levels_.end() ? 0 : row->second;
    }
    /// Visits (lane number, SKU, units) of all levels other than zero, in no order.
    template <class Visit>
    void for_each_level(Visit&& visit) const {
        for (const auto& [key, units] : levels_)
            visit(static_cast<std::uint32_t>(key >> 32), SkuId{static_cast<std::uint32_t>(key)},
                  units);
    }

    // Changes, by apply and checkpoint loading only.
    void append(const Lane& lane) {
        numbers_[pair_key(lane.source.raw, lane.destination.raw)] = size();
        lanes_.push_back(lane);
    }
    void add(SkuId sku, std::uint32_t number, Units delta) {
        const auto row = levels_.try_emplace(pair_key(number, sku.raw)).first;
        row->second += delta;
        if (row->second == 0) levels_.erase(row);
    }

  private:
    static std::uint64_t pair_key(std::uint32_t high, std::uint32_t low) {
        return std::uint64_t{high} << 32 | low;
    }
    std::vector<Lane> lanes_;
    FlatMap<std::uint64_t, std::uint32_t> numbers_;  // by source and destination
    FlatMap<std::uint64_t, Units> levels_;           // by lane and SKU; without zeros
};

}  // namespace holdfast::ledger
