#include "properties.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

namespace holdfast::properties {

void Properties::check(const std::string& name, const std::function<void()>& holds) {
    if (name.find(options_.only) == std::string::npos) return;
    ++checked_;
    if (options_.list) {
        fmt::print("{}\n", name);
        return;
    }
    // Before it runs: a failed check of the product ends the process.
    fmt::print("{}\n", name);
    std::fflush(stdout);
    if (rc::check(name, holds)) return;
    ++failed_;
    fmt::print("FAILED property {}\n", name);
    std::fflush(stdout);
}

int run_properties(int argc, char** argv, std::span<void (*const)(Properties&)> families) {
    Options options;
    std::uint64_t seed = 1;
    CLI::App app("Checks properties on drawn cases.");
    app.add_option("--cases", options.cases, "cases of each property")->capture_default_str();
    app.add_option("--seed", seed, "the same seed draws the same cases")->capture_default_str();
    app.add_option("--only", options.only, "those whose name contains this");
    app.add_flag("--list", options.list, "print the names and run nothing");
    CLI11_PARSE(app, argc, argv);
    // The one way to configure RapidCheck; its own variable wins, because it plays a case again.
    const std::string parameters = fmt::format("max_success={} seed={}", options.cases, seed);
    if (::setenv("RC_PARAMS", parameters.c_str(), 0) != 0) return 2;

    Properties properties(options);
    for (const auto check_family : families) check_family(properties);
    if (options.list) return 0;
    const std::uint64_t passed = properties.checked() - properties.failed();
    fmt::print("lane properties reached {} wanted {} passed {} failed {}\n", passed * options.cases,
               properties.checked() * options.cases, passed, properties.failed());
    return properties.failed() == 0 && properties.checked() > 0 ? 0 : 1;
}

}  // namespace holdfast::properties
