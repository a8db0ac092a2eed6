// Which sale a cancellation takes back, from the file alone: lines that the same customer bought
// earlier of the same product and that are not cancelled yet, newest first.
//
// What the hub answered plays no part, so that a second reading of the file finds the same pairs
// whatever happened to the first one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::cli {

/// Units of one cancellation that belong to one earlier sale line.
struct CancelledShare {
    std::uint64_t sale_row = 0;
    std::uint32_t order = 0;  ///< as given to add_sale
    std::int64_t units = 0;
};

class CancellationMatcher {
  public:
    /// A sale line; `row` grows from call to call. Without a customer nothing can ever match it,
    /// because nobody knows whose goods came back: such lines are not kept.
    void add_sale(std::string_view customer, std::string_view stock_code, std::uint64_t row,
                  std::uint32_t order, std::int64_t units);

    /// Takes `units` from the newest open lines; gives the shares, newest first. Their sum is less
    /// than `units` when there was not enough to cancel.
    std::vector<CancelledShare> cancel(std::string_view customer, std::string_view stock_code,
                                       std::int64_t units);

  private:
    std::unordered_map<std::string, std::vector<CancelledShare>> open_;
};

}  // namespace holdfast::cli
