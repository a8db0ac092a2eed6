// Which column of a file means what. Defaults are the names of holdfast's own order files; flags
// and a small TOML file map other names to them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/trouble.h"

namespace holdfast::cli {

/// One meaning a file may carry: its default column name and whether a file must have it.
struct ColumnSpec {
    std::string_view meaning;
    bool required = false;
};

/// Finds each meaning's position in a header, by name.
class ColumnMap {
  public:
    explicit ColumnMap(std::span<const ColumnSpec> specs);

    /// "meaning=Name in the file". Names a meaning that exists, or it is trouble (usage).
    Attempt<void> map(std::string_view assignment);
    Attempt<void> map(std::string_view meaning, std::string_view column);

    /// Looks each meaning up in the header. Trouble (failed) when a required column, or one that
    /// was mapped by hand, is missing; it says which columns there are.
    Attempt<void> resolve(std::span<const std::string_view> header, const std::string& path);

    /// Position of the spec's column in a record, none when the file has no such column.
    [[nodiscard]] std::optional<std::size_t> position(std::size_t spec) const {
        return positions_[spec];
    }
    /// The field, or an empty text when the file has no such column.
    [[nodiscard]] std::string_view field(std::size_t spec,
                                         std::span<const std::string_view> record) const {
        return positions_[spec] ? record[*positions_[spec]] : std::string_view{};
    }
    [[nodiscard]] std::size_t header_size() const { return header_size_; }

  private:
    std::span<const ColumnSpec> specs_;
    std::vector<std::string> names_;
    std::vector<bool> by_hand_;
    std::vector<std::optional<std::size_t>> positions_;
    std::size_t header_size_ = 0;
};

/// Columns of an order file, in this order.
enum OrderColumn : std::uint8_t {
    kInvoice,
    kStockCode,
    kDescription,
    kQuantity,
    kInvoiceTs,
    kUnitPrice,
    kCustomerId,
    kCountry,
    kLocationColumn,
};
inline constexpr std::array<ColumnSpec, 9> kOrderColumns{{{"invoice", true},
                                                          {"stock_code", true},
                                                          {"description", false},
                                                          {"quantity", true},
                                                          {"invoice_ts", false},
                                                          {"unit_price", false},
                                                          {"customer_id", false},
                                                          {"country", false},
                                                          {"location", false}}};

/// Columns of a stock file, in this order.
enum StockColumn : std::uint8_t { kStockSku, kStockLocation, kStockQuantity, kStockTitle };
inline constexpr std::array<ColumnSpec, 4> kStockColumns{
    {{"sku", true}, {"location", false}, {"quantity", true}, {"title", false}}};

/// Reads the [columns] table of a TOML file into pairs of meaning and name.
Attempt<std::vector<std::pair<std::string, std::string>>> read_mapping(const std::string& path);

/// The candidate closest to `word` when it is close enough to be a typing error.
std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates);

}  // namespace holdfast::cli
