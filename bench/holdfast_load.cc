// The load generator as a program of its own, to measure servers that are not Holdfast; and the
// preparation of a hub for it, so that a comparison needs nothing else.
#include <CLI/CLI.hpp>

#include "cli/bench_command.h"
#include "cli/bench_prepare.h"
#include "cli/exit_code.h"

int main(int argc, char** argv) {
    CLI::App app("HTTP load with reservation-shaped requests");
    holdfast::cli::BenchOptions load;
    holdfast::cli::add_bench_flags(app, load);
    holdfast::cli::PrepareOptions prepare;
    CLI::App* preparing =
        app.add_subcommand("prepare", "give an empty hub what the load speaks about");
    holdfast::cli::add_prepare_flags(*preparing, prepare);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? holdfast::cli::kExitOk : holdfast::cli::kExitUsage;
    }
    return preparing->parsed() ? holdfast::cli::run_prepare(prepare)
                               : holdfast::cli::run_bench(load);
}
