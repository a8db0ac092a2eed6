// What few items have: units of measure beside the base unit. (Code and title stand in the code
// table.)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/flat_map.h"
#include "canonical/command.h"

namespace holdfast::ledger {

/// One of it is numerator / denominator base units.
struct UnitRow {
    std::string code;
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;
    friend bool operator==(const UnitRow&, const UnitRow&) = default;
};

class ItemTable {
  public:
    /// In the order in which they were given.
    [[nodiscard]] std::span<const UnitRow> units(SkuId sku) const {
        const auto it = units_.find(sku.raw);
        if (it == units_.end()) return {};
        return it->second;
    }
    [[nodiscard]] const UnitRow* unit(SkuId sku, std::string_view code) const {
        for (const UnitRow& row : units(sku))
            if (row.code == code) return &row;
        return nullptr;
    }
    /// None removes what was there.
    void set_units(SkuId sku, std::vector<UnitRow> units) {
        if (units.empty())
            units_.erase(sku.raw);
        else
            units_[sku.raw] = std::move(units);
    }

    /// SKUs that have units, in no order.
    template <class Visit>
    void for_each_with_units(Visit&& visit) const {
        for (const auto& [sku, units] : units_) visit(SkuId{sku}, std::span(units));
    }

  private:
    FlatMap<std::uint32_t, std::vector<UnitRow>> units_;
};

}  // namespace holdfast::ledger
