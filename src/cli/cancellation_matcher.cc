#include "cli/cancellation_matcher.h"

#include <algorithm>

namespace holdfast::cli {
namespace {

/// 0x1F separates units of text; neither part can hold it, since both are text without controls.
std::string key_of(std::string_view customer, std::string_view stock_code) {
    std::string key;
    key.reserve(customer.size() + 1 + stock_code.size());
    key.append(customer).append(1, '\x1F').append(stock_code);
    return key;
}

}  // namespace

void CancellationMatcher::add_sale(std::string_view customer, std::string_view stock_code,
                                   std::uint64_t row, std::uint32_t order, std::int64_t units) {
    if (customer.empty() || units <= 0) return;
    open_[key_of(customer, stock_code)].push_back({row, order, units});
}

std::vector<CancelledShare> CancellationMatcher::cancel(std::string_view customer,
                                                        std::string_view stock_code,
                                                        std::int64_t units) {
    std::vector<CancelledShare> shares;
    if (customer.empty()) return shares;
    const auto found = open_.find(key_of(customer, stock_code));
    if (found == open_.end()) return shares;
    std::vector<CancelledShare>& lines = found->second;
    while (units > 0 && !lines.empty()) {
        CancelledShare& newest = lines.back();
        const std::int64_t taken = std::min(units, newest.units);
        shares.push_back({newest.sale_row, newest.order, taken});
        units -= taken;
        newest.units -= taken;
        if (newest.units == 0) lines.pop_back();
    }
    return shares;
}

}  // namespace holdfast::cli
