// `holdfast generate`: files to try the product with, and a made-up retailer for a running hub.
#pragma once

#include <cstdint>
#include <string>

#include "cli/client_options.h"
#include "cli/generated_orders.h"
#include "cli/order_rows.h"
#include "cli/progress.h"

namespace holdfast::cli {

struct GenerateOrdersOptions {
    OrderFileOptions orders;
    std::string out = "orders.csv";  ///< "-" is standard output
    bool json = false;
    ProgressStyle progress = ProgressStyle::automatic;
};
int generate_orders_file(const GenerateOrdersOptions& options);

/// Opening counts for an order file: enough of most products, too little of some.
struct GenerateStockOptions {
    std::string from;
    std::string out = "stock.csv";
    std::string location = "MAIN";
    std::uint64_t seed = 1;
    std::uint32_t short_percent = 10;  ///< products that will run out
    std::uint32_t cover_percent = 60;  ///< of their demand is there
    RowRules rules;
    bool json = false;
    ProgressStyle progress = ProgressStyle::automatic;
};
int generate_stock_file(const GenerateStockOptions& options);

struct GenerateRetailerOptions {
    ClientOptions client;
    std::uint64_t seed = 1;
    std::uint32_t skus = 5'000;
    std::uint32_t locations = 204;  ///< four of them ship parcels, the rest are stores
    std::string out;                ///< directory for items.csv, locations.csv, stock.csv
    bool load = false;              ///< into the hub
    ProgressStyle progress = ProgressStyle::automatic;
};
int generate_retailer(const GenerateRetailerOptions& options);

}  // namespace holdfast::cli
