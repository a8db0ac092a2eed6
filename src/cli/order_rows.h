// One row of an order file: read, bounded, and sorted into what it is from the row alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cli/order_columns.h"

namespace holdfast::cli {

/// What a row is, decided by the file alone.
enum class RowKind : std::uint8_t {
    sale,              ///< a line of an order
    cancellation,      ///< takes an earlier line back: its invoice begins with the prefix
    not_stock,         ///< postage, fees, vouchers: the code is no product's
    stock_adjustment,  ///< no units sold, or price 0 without a customer: a clerk's correction
    malformed_row,     ///< too few fields, no number in quantity, bytes that are no text
};
std::string_view name(RowKind kind);

struct OrderRow {
    std::uint64_t number = 0;  ///< of the row in the file, the header not counted, from 1
    RowKind kind = RowKind::malformed_row;
    std::int64_t quantity = 0;  ///< units, always positive; 0 when it could not be read
    // Views into the record; valid until the next one is read.
    std::string_view invoice;
    std::string_view stock_code;
    std::string_view customer;
    std::string_view time;
    std::string_view location;
};

struct RowRules {
    std::string sku_pattern = "^[0-9]{5}[A-Za-z]{0,2}$";
    std::string cancellation_prefix = "C";
};

class RowReader {
  public:
    /// Trouble (usage) when the pattern is no regular expression.
    static Attempt<RowReader> make(RowRules rules);

    /// Sorts one record. `number` counts data rows from 1.
    OrderRow read(const ColumnMap& columns, std::span<const std::string_view> record,
                  std::uint64_t number);

  private:
    explicit RowReader(RowRules rules) : rules_(std::move(rules)) {}
    bool is_product(std::string_view code);
    RowRules rules_;
    std::function<bool(const std::string&)> matches_;
    /// A file repeats few codes often, and a regular expression is slow. Bounded: see the source.
    std::unordered_map<std::string, bool> known_;
};

/// Reads a whole number that fills the text; nothing else around it.
std::optional<std::int64_t> whole_number(std::string_view text);
/// Strictly UTF-8 without control characters.
bool is_plain_text(std::string_view text);

}  // namespace holdfast::cli
