// The command line of the simulation. `simulation --seeds 1000 --jobs 2` is what a test run calls;
// `simulation --seed S --trace` shows one seed step by step.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "simulation/runner.h"

namespace holdfast::simulation {
namespace {

struct Options {
    std::uint64_t first = 1;
    std::uint64_t seeds = 100;
    std::uint64_t seed = 0;
    std::uint32_t steps = 0;
    std::uint32_t jobs = 1;
    std::uint64_t twice_every = 25;
    double seconds = 0;
    std::string kept_seeds;
    std::string bug = "none";
    bool trace = false;
    bool self_test = false;
    bool full = false;
    bool show_coverage = false;
};

PlantedBug bug_from(std::string_view name) {
    for (std::size_t i = 0; i < kPlantedBugNames.size(); ++i)
        if (kPlantedBugNames[i] == name) return static_cast<PlantedBug>(i);
    return PlantedBug::kCount;
}

std::string replay_command(const Job& job, PlantedBug bug) {
    std::string command = fmt::format("simulation --seed {}", job.seed);
    if (job.steps != 0) command += fmt::format(" --steps {}", job.steps);
    if (bug != PlantedBug::none)
        command += fmt::format(" --bug {}", kPlantedBugNames[static_cast<std::size_t>(bug)]);
    return command + " --trace";
}

/// One seed in this process, with a trace if wanted.
int run_single(const Options& options) {
    SimulationOptions single{
        .seed = options.seed, .steps = options.steps, .bug = bug_from(options.bug)};
    if (options.trace)
        single.trace = [](const std::string& line) {
            fmt::print("{}\n", line);
            std::fflush(stdout);
        };
    const SimulationResult result = Simulation(single).run();
    fmt::print("seed {} trace {:016x} events {} facts {} crashes {}\n", options.seed,
               result.trace_hash, result.events, result.facts, result.crashes);
    if (options.show_coverage) fmt::print("{}", describe(result.coverage));
    if (result.failure.empty()) return 0;
    fmt::print("FAILED seed {}: {}\n", options.seed, result.failure);
    return 1;
}

/// Lines of "SEED [STEPS] words"; '#' begins a comment.
std::vector<Job> read_kept(const std::string& path) {
    std::vector<Job> jobs;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        Job job;
        if (line.empty() || line[0] == '#' || !(words >> job.seed)) continue;
        if (!(words >> job.steps)) job.steps = 0;
        jobs.push_back(job);
    }
    return jobs;
}

/// Plants each bug in turn and expects some of a few seeds to find it.
int self_test(const Options& options) {
    int missed = 0;
    for (std::size_t b = 1; b < kPlantedBugNames.size(); ++b) {
        RunOptions run{.bug = static_cast<PlantedBug>(b),
                       .processes = options.jobs,
                       .failures_max = 1,
                       .progress = false};
        for (std::uint64_t i = 0; i < options.seeds; ++i)
            run.jobs.push_back({.seed = options.first + i, .steps = options.steps});
        const RunTotals totals = run_jobs(run);
        if (totals.failed.empty()) {
            ++missed;
            fmt::print("planted {:<22} NOT FOUND in {} seeds\n", kPlantedBugNames[b],
                       totals.passed);
        } else {
            fmt::print("planted {:<22} found by seed {}: {}\n", kPlantedBugNames[b],
                       totals.failed[0].job.seed, totals.failed[0].why);
        }
        std::fflush(stdout);
    }
    fmt::print("self-test: planted {} found {}\n", kPlantedBugNames.size() - 1,
               kPlantedBugNames.size() - 1 - static_cast<std::size_t>(missed));
    return missed == 0 ? 0 : 1;
}

int run_many(const Options& options) {
    RunOptions run{
        .bug = bug_from(options.bug), .processes = options.jobs, .seconds_max = options.seconds};
    if (!options.kept_seeds.empty()) run.jobs = read_kept(options.kept_seeds);
    const std::size_t kept = run.jobs.size();
    for (std::uint64_t i = 0; i < options.seeds; ++i)
        run.jobs.push_back({.seed = options.first + i,
                            .steps = options.steps,
                            .twice = options.twice_every != 0 && i % options.twice_every == 0});
    const RunTotals totals = run_jobs(run);

    if (options.show_coverage || options.full) fmt::print("{}", describe(totals.coverage));
    int status = 0;
    for (const Failed& failed : totals.failed) {
        status = 1;
        fmt::print("FAILED seed {}: {}\n  replay: {}\n", failed.job.seed, failed.why,
                   replay_command(failed.job, run.bug));
    }
    const double cpu = static_cast<double>(totals.cpu_us) / 1e6;
    fmt::print(
        "seeds {} kept {} passed {} failed {} twice {} traces {:016x} "
        "events_per_cpu_second {:.0f}\n",
        options.seeds, kept, totals.passed, totals.failed.size(), totals.twice, totals.traces,
        cpu > 0 ? static_cast<double>(totals.events) / cpu : 0.0);
    if (options.full)
        for (const std::string& path : never_hit(totals.coverage)) {
            status = 1;
            fmt::print("NEVER TESTED in this run: {}\n", path);
        }
    return status;
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app{"Runs the real sequencer, ledger and journal on simulated machines."};
    app.add_option("--seeds", options.seeds, "how many seeds to run");
    app.add_option("--first", options.first, "the first of them");
    app.add_option("--seed", options.seed, "run this one seed, in this process");
    app.add_option("--steps", options.steps, "requests of clients per seed (0: the seed decides)");
    app.add_option("--jobs", options.jobs, "processes")->check(CLI::Range(1, 64));
    app.add_option("--seconds", options.seconds, "begin no seed after so many seconds");
    app.add_option("--twice-every", options.twice_every,
                   "run one seed in so many again and compare the traces (0: none)");
    app.add_option("--kept", options.kept_seeds, "file of seeds to run first");
    app.add_option("--bug", options.bug, "plant a bug in the harness (see --self-test)");
    app.add_flag("--trace", options.trace, "with --seed: print what happens");
    app.add_flag("--coverage", options.show_coverage, "print how often each path was taken");
    app.add_flag("--full", options.full, "fail when a path was never taken");
    app.add_flag("--self-test", options.self_test, "plant known bugs and expect to find each");
    CLI11_PARSE(app, argc, argv);
    if (bug_from(options.bug) == PlantedBug::kCount) {
        fmt::print(stderr, "no planted bug has the name '{}'\n", options.bug);
        return 2;
    }
    if (options.seed != 0) return run_single(options);
    return options.self_test ? self_test(options) : run_many(options);
}

}  // namespace
}  // namespace holdfast::simulation

int main(int argc, char** argv) { return holdfast::simulation::run(argc, argv); }
