// Which parts of an order a line of an event speaks of: those of its SKU, and of its number where
// the order has that number for the SKU. Internal to the ledger.
#pragma once

#include "ledger/reservation_changes.h"

namespace holdfast::ledger {

class LineParts {
  public:
    LineParts(std::span<const Part> parts, Arena& arena)
        : parts_(parts), by_sku_(arena.array<std::uint32_t>(parts.size())) {
        for (std::uint32_t i = 0; i < parts.size(); ++i) by_sku_[i] = i;
        std::sort(by_sku_.begin(), by_sku_.end(), [&](std::uint32_t a, std::uint32_t b) {
            return parts[a].sku != parts[b].sku ? parts[a].sku < parts[b].sku : a < b;
        });
    }

    /// Visits the line's parts in part order: those at `at` or (`here` false) those elsewhere.
    /// `visit` returns false to stop.
    template <class Visit>
    void visit(const Line& line, LocationId at, bool here, Visit visit) const {
        const std::span<const std::uint32_t> candidates = of_sku(line.sku);
        const bool by_number =
            line.line != 0 && std::any_of(candidates.begin(), candidates.end(),
                                          [&](auto i) { return parts_[i].line == line.line; });
        for (const std::uint32_t i : candidates) {
            if ((parts_[i].location == at) != here) continue;
            if (by_number && parts_[i].line != line.line) continue;
            if (!visit(i)) return;
        }
    }
    /// The same wherever they are.
    template <class Visit>
    void visit(const Line& line, Visit visit) const {
        this->visit(line, kNoLocation, false, visit);
    }

  private:
    [[nodiscard]] std::span<const std::uint32_t> of_sku(SkuId sku) const {
        const auto first = std::partition_point(by_sku_.begin(), by_sku_.end(),
                                                [&](auto i) { return parts_[i].sku < sku; });
        const auto last = std::partition_point(first, by_sku_.end(),
                                               [&](auto i) { return parts_[i].sku == sku; });
        return {first, last};
    }

    std::span<const Part> parts_;
    std::span<std::uint32_t> by_sku_;  // part indexes by SKU, then in part order
};

}  // namespace holdfast::ledger
