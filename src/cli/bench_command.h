// `holdfast bench`: the load generator's flags and its exit codes.
#pragma once

#include <string>

#include "cli/load_options.h"

namespace CLI {
class App;
}

namespace holdfast::cli {

/// What the command line of a load run says, before it is checked.
struct BenchOptions {
    LoadOptions load;
    std::string url = "http://127.0.0.1:8460";
    std::string key_file;   ///< the API key is its first line
    double duration_s = 5;  ///< `--duration 5s` or `500ms`
    bool as_json = false;
};

/// Adds the flags to an application or subcommand. `options` must outlive the parse.
void add_bench_flags(CLI::App& app, BenchOptions& options);

/// Runs and prints: JSON or text on standard output, talk on standard error.
/// Returns  0 when every answer was 2xx or 409, 1 when another status or a lost request was seen,
///          2 for a usage error, 5 when the hub could not be reached.
int run_bench(BenchOptions options);

}  // namespace holdfast::cli
