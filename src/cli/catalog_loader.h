// Creates items, locations, pools and channels in a running hub. Everything is safe to repeat: what
// is there already stays as it is.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "cli/http_client.h"

namespace holdfast::cli {

class CatalogLoader {
  public:
    explicit CatalogLoader(HttpClient& client) : client_(client) {}

    /// Queues one row; sends a batch when it is full. A code that was added before is skipped.
    Attempt<void> add_item(std::string_view sku, std::string_view title);
    Attempt<void> add_location(std::string_view location, std::string_view title);
    /// Sends what is queued.
    Attempt<void> flush();

    /// Puts the pool, unless the hub has it with these locations already.
    Attempt<void> put_pool(const std::string& pool, const std::vector<std::string>& locations);
    /// Adds locations behind those that the pool has; makes the pool where there is none.
    Attempt<void> extend_pool(const std::string& pool, const std::vector<std::string>& locations);
    /// Puts the channel, unless the hub has it with this pool already.
    Attempt<void> put_channel(const std::string& channel, const std::string& title,
                              const std::string& pool);

    /// Locations in the order in which they were added.
    [[nodiscard]] const std::vector<std::string>& locations() const { return location_order_; }
    [[nodiscard]] std::size_t items() const { return items_.size(); }

  private:
    /// The pool's locations in the hub; empty when it has no such pool.
    Attempt<std::vector<std::string>> pool_locations(const std::string& pool);
    Attempt<void> send(std::string path, std::string& lines);
    Attempt<void> put(std::string path, std::string body);

    HttpClient& client_;
    std::string item_lines_;
    std::string location_lines_;
    std::unordered_set<std::string> items_;
    std::unordered_set<std::string> locations_;
    std::vector<std::string> location_order_;
};

}  // namespace holdfast::cli
