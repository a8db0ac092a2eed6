// Policy rows by scope: sku and location, sku, location, everything. The most specific row wins.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/flat_map.h"
#include "canonical/ids.h"
#include "canonical/vocabulary.h"

namespace holdfast::ledger {

/// Of group_safety_stock, `location` holds the number of a group.
struct PolicyScope {
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;
};

/// Who set a row, why, and by which fact: its version.
struct PolicyVersion {
    std::uint64_t seq = 0;
    std::uint16_t actor = 0;   ///< interned id + 1; 0 = nobody was named
    std::uint16_t reason = 0;  ///< likewise
    friend bool operator==(const PolicyVersion&, const PolicyVersion&) = default;
};

struct PolicyRow {
    std::int32_t value = 0;
    PolicyVersion version;
    friend bool operator==(const PolicyRow&, const PolicyRow&) = default;
};

class PolicyTable {
  public:
    /// A value below zero removes the row.
    void put(PolicyKind kind, const PolicyScope& scope, std::int64_t value,
             const PolicyVersion& version);
    /// The most specific value, 0 where no row covers the position.
    [[nodiscard]] std::int32_t effective(PolicyKind kind, SkuId sku, LocationId at) const;

    /// The most specific row's value; nothing where no row covers the position.
    [[nodiscard]] std::optional<std::int32_t> find(PolicyKind kind, SkuId sku, LocationId at) const;
    /// Whether there is any row of the kind.
    [[nodiscard]] bool any(PolicyKind kind) const { return !rows_[index(kind)].empty(); }
    /// Whether some group may keep safety stock of the SKU: a cheap no for most.
    [[nodiscard]] bool group_keeps(SkuId sku) const {
        return !kept_by_group_.empty() &&
               (kept_by_group_.contains(sku.raw) || kept_by_group_.contains(kNoId));
    }

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t k = 0; k < rows_.size(); ++k)
            for (const auto& [key, row] : rows_[k])
                visit(static_cast<PolicyKind>(k + 1),
                      PolicyScope{SkuId{static_cast<std::uint32_t>(key >> 32)},
                                  LocationId{static_cast<std::uint32_t>(key)}},
                      row);
    }

  private:
    static std::uint64_t key(const PolicyScope& s) {
        return std::uint64_t{s.sku.raw} << 32 | s.location.raw;
    }
    using Rows = FlatMap<std::uint64_t, PolicyRow>;
    static std::size_t index(PolicyKind kind) { return static_cast<std::size_t>(kind) - 1; }
    std::array<Rows, policy_kinds> rows_;
    FlatMap<std::uint32_t, std::uint32_t> kept_by_group_;  // rows of group_safety_stock by SKU
};

}  // namespace holdfast::ledger
