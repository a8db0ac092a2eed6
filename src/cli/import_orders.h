// `holdfast import orders`: reads an order file and streams it into a running hub.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/client_options.h"
#include "cli/order_rows.h"
#include "cli/progress.h"

namespace holdfast::cli {

struct ImportOrdersOptions {
    ClientOptions client;
    std::string file;
    std::string channel = "web";
    std::vector<std::string> columns;  ///< "meaning=Name"
    std::string mapping_file;
    RowRules rules;
    char separator = ',';
    std::uint32_t batch_events = 500;
    std::uint32_t wait_seconds = 60;
    ProgressStyle progress = ProgressStyle::automatic;
};

int import_orders(const ImportOrdersOptions& options);

}  // namespace holdfast::cli
