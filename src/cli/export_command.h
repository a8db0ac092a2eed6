// `holdfast export`: lists of a hub as CSV or NDJSON, page by page, of any length.
#pragma once

#include <string>

#include "cli/client_options.h"
#include "cli/progress.h"

namespace holdfast::cli {

struct ExportOptions {
    ClientOptions client;
    std::string what =
        "positions";             ///< positions, items, locations, pools, channels, policies, facts
    std::string format = "csv";  ///< csv or ndjson; facts are always ndjson
    std::string out = "-";
    std::string sku;       ///< positions only
    std::string location;  ///< positions only
    ProgressStyle progress = ProgressStyle::automatic;
};
int export_list(const ExportOptions& options);

}  // namespace holdfast::cli
