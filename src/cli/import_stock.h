// `holdfast import stock`: opening counts from a file, and on request the items, locations, pool
// and channel that they speak of.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "cli/catalog_loader.h"
#include "cli/client_options.h"
#include "cli/event_sender.h"
#include "cli/progress.h"

namespace holdfast::cli {

struct ImportStockOptions {
    ClientOptions client;
    std::string file;
    std::vector<std::string> columns;
    std::string mapping_file;
    char separator = ',';
    std::string location = "MAIN";  ///< of rows that name none
    bool create = false;            ///< items and locations that the hub does not know
    std::string channel;            ///< with create: a channel that sells from all of them
    std::string pool = "main";
    std::string reason = "opening";
    std::uint32_t wait_seconds = 60;
    ProgressStyle progress = ProgressStyle::automatic;
};

int import_stock(const ImportStockOptions& options);

struct StockTotals {
    std::uint64_t rows = 0;
    std::uint64_t counted = 0;
    std::uint64_t units = 0;  ///< of the counted rows
    std::uint64_t duplicate = 0;
    std::uint64_t malformed = 0;
    std::map<std::string, std::uint64_t> refused;
    [[nodiscard]] bool adds_up() const;
};

/// Sends counts as stock.counted events of up to kCountLinesMax lines each. The event's sequence is
/// the row number of its last line.
class StockCounter {
  public:
    static constexpr std::size_t kCountLinesMax = 1000;

    StockCounter(HttpClient& client, std::string source, std::string reason,
                 std::uint32_t wait_seconds);

    /// Asks the hub where this source stands; rows up to there are duplicates.
    Attempt<void> begin();
    /// Rows come with growing numbers.
    Attempt<void> add(std::uint64_t row, std::string_view sku, std::string_view location,
                      std::int64_t quantity);
    Attempt<void> finish() { return send(); }
    /// A row up to here was recorded before.
    [[nodiscard]] std::uint64_t recorded() const { return recorded_; }
    /// Called before an event is sent: items that it names may be created here.
    void before_sending(std::function<Attempt<void>()> hook) { before_ = std::move(hook); }

    [[nodiscard]] StockTotals& totals() { return totals_; }

  private:
    struct Line {
        std::uint64_t row = 0;
        std::string sku;
        std::string location;
        std::int64_t quantity = 0;
    };
    Attempt<void> send();
    [[nodiscard]] std::string render() const;

    std::string source_;
    std::string reason_;
    EventSender sender_;
    EventOutcome last_;
    std::function<Attempt<void>()> before_;
    std::vector<Line> lines_;
    std::unordered_set<std::string> positions_;  // in lines_
    std::uint64_t recorded_ = 0;
    StockTotals totals_;
};

}  // namespace holdfast::cli
