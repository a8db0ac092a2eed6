// Policy rows by scope: sku and location, sku, location, everything. The most specific row wins.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/flat_map.h"
#include "canonical/ids.h"
#include "canonical/vocabulary.h"

namespace holdfast::ledger {

struct PolicyScope {
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;
};

class PolicyTable {
  public:
    /// A value below zero removes the row.
    void put(PolicyKind kind, const PolicyScope& scope, std::int64_t value);
    /// The most specific value, 0 where no row covers the position.
    [[nodiscard]] std::int32_t effective(PolicyKind kind, SkuId sku, LocationId at) const;

    /// The most specific row's value; nothing where no row covers the position.
    [[nodiscard]] std::optional<std::int32_t> find(PolicyKind kind, SkuId sku, LocationId at) const;

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t k = 0; k < rows_.size(); ++k)
            for (const auto& [key, value] : rows_[k])
                visit(static_cast<PolicyKind>(k + 1),
                      PolicyScope{SkuId{static_cast<std::uint32_t>(key >> 32)},
                                  LocationId{static_cast<std::uint32_t>(key)}},
                      value);
    }

  private:
    static std::uint64_t key(const PolicyScope& s) {
        return std::uint64_t{s.sku.raw} << 32 | s.location.raw;
    }
    using Rows = FlatMap<std::uint64_t, std::int32_t>;
    static std::size_t index(PolicyKind kind) { return static_cast<std::size_t>(kind) - 1; }
    std::array<Rows, policy_kinds> rows_;
};

}  // namespace holdfast::ledger
