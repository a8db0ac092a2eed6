// The newest balance of each bucket of the positions that were touched last. Bounded and
// direct-mapped: a position that is pushed out is read from the table again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "canonical/fact.h"

namespace holdfast::readmodel {

class LevelCache {
  public:
    static constexpr std::size_t kBuckets = 16;
    static_assert(static_cast<std::size_t>(Bucket::quota_used) < kBuckets);

    [[nodiscard]] std::optional<Units> find(SkuId sku, Place place, Bucket bucket) const {
        const Row& row = rows_[slot(sku, place)];
        if (row.sku != sku || row.place != place || (row.known & bit(bucket)) == 0) return {};
        return row.levels[index(bucket)];
    }
    void put(SkuId sku, Place place, Bucket bucket, Units level) {
        Row& row = rows_[slot(sku, place)];
        if (row.sku != sku || row.place != place) row = {.sku = sku, .place = place};
        row.known = static_cast<std::uint16_t>(row.known | bit(bucket));
        row.levels[index(bucket)] = level;
    }
    void clear() { rows_.assign(kSlots, {}); }

  private:
    struct Row {
        SkuId sku = kNoSku;
        Place place;
        std::uint16_t known = 0;
        std::array<Units, kBuckets> levels{};
    };
    static constexpr std::size_t kSlots = 65536;
    static std::size_t index(Bucket bucket) { return static_cast<std::size_t>(bucket) % kBuckets; }
    static std::uint16_t bit(Bucket bucket) {
        return static_cast<std::uint16_t>(1U << index(bucket));
    }
    static std::size_t slot(SkuId sku, Place place) {
        const std::uint64_t key = std::uint64_t{sku.raw} << 32 | place.raw();
        // Fibonacci hashing: neighbours in either number land far apart.
        return static_cast<std::size_t>(key * 0x9e3779b97f4a7c15ULL >> 48) % kSlots;
    }
    std::vector<Row> rows_ = std::vector<Row>(kSlots);
};

}  // namespace holdfast::readmodel
