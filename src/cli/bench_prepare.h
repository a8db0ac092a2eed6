// `holdfast bench prepare`: gives an empty hub the items, locations, channel and stock that a load
// run speaks about. Safe to repeat: what is there already is a duplicate.
#pragma once

#include <cstdint>
#include <string>

#include "cli/http_client.h"
#include "cli/trouble.h"

namespace CLI {
class App;
}

namespace holdfast::cli {

/// Shapes  skus and locations as in LoadOptions; every SKU gets `on_hand` at every location.
struct PrepareOptions {
    std::string url = "http://127.0.0.1:8460";
    std::string key_file;
    std::string channel = "web";
    std::uint32_t skus = 100'000;
    std::uint32_t locations = 1;
    std::int64_t on_hand = 1'000'000'000;
    bool quiet = false;
};

/// Adds the flags to a subcommand. `options` must outlive the parse.
void add_prepare_flags(CLI::App& app, PrepareOptions& options);

/// Runs, with progress on standard error. Returns an exit code (exit_code.h).
int run_prepare(const PrepareOptions& options);

}  // namespace holdfast::cli
