#include "cli/order_rows.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <regex>

#include "canonical/ids.h"
#include "canonical/quantity.h"

namespace holdfast::cli {
namespace {

constexpr std::size_t kKnownCodesMax = 1'000'000;

/// 0, 0.00, -0.0: no price at all. An empty price is none, too.
bool is_zero_price(std::string_view price) {
    for (const char c : price) {
        if (c != '0' && c != '.' && c != '-') return false;
    }
    return true;
}

}  // namespace

std::string_view name(RowKind kind) {
    switch (kind) {
        case RowKind::sale: return "sale";
        case RowKind::cancellation: return "cancellation";
        case RowKind::not_stock: return "not_stock";
        case RowKind::stock_adjustment: return "stock_adjustment";
        case RowKind::malformed_row: return "malformed_row";
    }
    return "";
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return number;
}

bool is_plain_text(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x20 || lead == 0x7F) return false;
        const std::size_t length = lead < 0x80                    ? 1
                                   : lead >= 0xC2 && lead <= 0xDF ? 2
                                   : lead >= 0xE0 && lead <= 0xEF ? 3
                                   : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                                  : 0;
        if (length == 0 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k) {
            if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) return false;
        }
        if (length > 2) {
            // Overlong forms, surrogates and what lies beyond Unicode, by the second byte.
            const auto second = static_cast<unsigned char>(text[i + 1]);
            if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
                return false;
            }
        }
        i += length;
    }
    return true;
}

Attempt<RowReader> RowReader::make(RowRules rules) {
    RowReader reader(std::move(rules));
    try {
        auto pattern =
            std::make_shared<const std::regex>(reader.rules_.sku_pattern, std::regex::ECMAScript);
        reader.matches_ = [pattern](const std::string& code) {
            return std::regex_match(code, *pattern);
        };
    } catch (const std::regex_error& error) {
        return trouble(kExitUsage,
                       "--sku-pattern is no regular expression: " + reader.rules_.sku_pattern,
                       error.what());
    }
    return reader;
}

bool RowReader::is_product(std::string_view code) {
    // A long text costs a recursive matcher its stack; no code is that long.
    if (code.empty() || code.size() > code_bytes_max || !is_plain_text(code)) return false;
    const std::string key(code);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    if (known_.size() >= kKnownCodesMax) known_.clear();
    return known_.emplace(key, matches_(key)).first->second;
}

OrderRow RowReader::read(const ColumnMap& columns, std::span<const std::string_view> record,
                         std::uint64_t number) {
    OrderRow row;
    row.number = number;
    if (record.size() != columns.header_size()) return row;
    const std::optional<std::int64_t> quantity = whole_number(columns.field(kQuantity, record));
    row.invoice = columns.field(kInvoice, record);
    row.stock_code = columns.field(kStockCode, record);
    row.customer = columns.field(kCustomerId, record);
    row.time = columns.field(kInvoiceTs, record);
    row.location = columns.field(kLocationColumn, record);
    if (!quantity || *quantity < -level_max || *quantity > level_max) return row;
    row.quantity = *quantity < 0 ? -*quantity : *quantity;
    // The order's number travels to the hub, with a part number behind it where it was split.
    constexpr std::size_t kInvoiceBytesMax = document_bytes_max - 12;
    if (row.invoice.empty() || row.invoice.size() > kInvoiceBytesMax ||
        !is_plain_text(row.invoice) || !is_plain_text(row.location) ||
        row.location.size() > code_bytes_max) {
        return row;
    }
    if (!is_product(row.stock_code)) {
        row.kind = RowKind::not_stock;
        return row;
    }
    const bool cancels =
        !rules_.cancellation_prefix.empty() && row.invoice.starts_with(rules_.cancellation_prefix);
    if (cancels) {
        row.kind = *quantity < 0 ? RowKind::cancellation : RowKind::stock_adjustment;
        return row;
    }
    // Free goods for a named customer leave the shelf like any other line; without a customer a
    // price of 0 is a clerk's correction of the book.
    const bool free_for_nobody = columns.position(kUnitPrice) && row.customer.empty() &&
                                 is_zero_price(columns.field(kUnitPrice, record));
    row.kind = *quantity <= 0 || free_for_nobody ? RowKind::stock_adjustment : RowKind::sale;
    return row;
}

}  // namespace holdfast::cli
