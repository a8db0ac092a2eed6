// Whole numbers of an item's base unit. Never a float anywhere.
#pragma once

#include <cstdint>
#include <optional>

namespace holdfast {

/// A signed level or change inside the ledger. May be below zero: tills sell offline.
using Units = std::int64_t;

/// Largest quantity of one line, and largest level either side of zero. Both are far above any
/// retailer's stock and far below what 56 bits hold, so sums of levels cannot overflow 64 bits.
inline constexpr Units quantity_max = 1'000'000'000;
inline constexpr Units level_max = 1'000'000'000'000;

/// What somebody asks for: 1 .. quantity_max.
class Quantity {
  public:
    static constexpr std::optional<Quantity> from(std::int64_t value) {
        if (value < 1 || value > quantity_max) return std::nullopt;
        return Quantity(value);
    }
    [[nodiscard]] constexpr Units units() const { return value_; }

  private:
    explicit constexpr Quantity(std::int64_t value) : value_(value) {}
    std::int64_t value_;
};

}  // namespace holdfast
