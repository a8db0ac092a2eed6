// The load generator as a program of its own, to measure servers that are not Holdfast.
#include <CLI/CLI.hpp>

#include "cli/bench_command.h"

int main(int argc, char** argv) {
    CLI::App app("HTTP load with reservation-shaped requests");
    holdfast::cli::BenchOptions options;
    holdfast::cli::add_bench_flags(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return holdfast::cli::run_bench(options);
}
