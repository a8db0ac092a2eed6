// Many short random histories of cases, each run by the product's machines and by their twins. A
// part of the lane `twin`; prints its line, and for a difference the command that shows it again.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>

#include "case_episode.h"

int main(int argc, char** argv) {
    std::uint64_t commands = 200'000;
    std::uint64_t seed = 1;
    std::uint64_t episode_commands = 400;
    bool verbose = false;
    CLI::App app("Runs random histories through the cases and their twin and compares them.");
    app.add_option("--commands", commands, "how many commands to run in all");
    app.add_option("--seed", seed, "seed of the first history; the next ones count up");
    app.add_option("--episode-commands", episode_commands, "commands of one history")
        ->check(CLI::PositiveNumber);
    app.add_flag("--verbose", verbose, "print every command");
    CLI11_PARSE(app, argc, argv);

    std::uint64_t reached = 0, passed = 0, failed = 0;
    for (; reached < commands && failed == 0; ++seed) {
        const auto result = holdfast::case_twin::run_episode(
            seed, std::min(episode_commands, commands - reached), verbose);
        reached += result.commands;
        ++(result.difference ? failed : passed);
        if (!result.difference) continue;
        fmt::print("seed {} command {}: {}\n  {}\n", seed, result.commands, *result.difference,
                   result.command);
        fmt::print("again: {} --seed {} --commands {} --episode-commands {} --verbose\n", argv[0],
                   seed, result.commands, result.commands);
    }
    fmt::print("lane twin reached {} wanted {} passed {} failed {}\n", reached, commands, passed,
               failed);
    return failed == 0 ? 0 : 1;
}
