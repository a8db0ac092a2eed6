// The twin lane: many short random histories, each run by the ledger and by its twin. Prints the
// lane's line, and for a difference the seed and the command that shows it again.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>

#include "ledger/twin_run.h"

int main(int argc, char** argv) {
    std::uint64_t commands = 1'000'000;
    std::uint64_t seed = 1;
    std::uint64_t episode_commands = 1'000;
    std::uint64_t compare_every = 10;
    bool verbose = false;
    CLI::App app("Runs random commands through the ledger and its twin and compares them.");
    app.add_option("--commands", commands, "how many commands to run in all")
        ->capture_default_str();
    app.add_option("--seed", seed, "seed of the first episode; the next ones count up")
        ->capture_default_str();
    app.add_option("--episode-commands", episode_commands, "commands of one episode")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--compare-every", compare_every, "compare whole states every so many commands")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--verbose", verbose, "print every command");
    CLI11_PARSE(app, argc, argv);

    std::uint64_t reached = 0;
    std::uint64_t passed = 0;
    std::uint64_t failed = 0;
    while (reached < commands && failed == 0) {
        const std::uint64_t length = std::min(episode_commands, commands - reached);
        const auto result = holdfast::ledger::run_episode(seed, length, compare_every, verbose);
        reached += result.commands;
        if (result.difference) {
            ++failed;
            fmt::print("seed {} command {}: {}\n  {}\n", seed, result.commands, *result.difference,
                       result.command);
            fmt::print(
                "again: {} --seed {} --commands {} --episode-commands {} --compare-every 1 "
                "--verbose\n",
                argv[0], seed, result.commands, result.commands);
        } else {
            ++passed;
        }
        ++seed;
    }
    fmt::print("lane twin reached {} wanted {} passed {} failed {}\n", reached, commands, passed,
               failed);
    return failed == 0 ? 0 : 1;
}
