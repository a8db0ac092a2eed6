// Runs many seeds on several processes and adds up what they did. A seed that aborts (a failed
// check of the product) ends its process; the runner names the seed and goes on with the rest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulation/report.h"

namespace holdfast::simulation {

struct Job {
    std::uint64_t seed = 0;
    std::uint32_t steps = 0;
    bool twice = false;  ///< run it again and compare the traces
};

struct RunOptions {
    std::vector<Job> jobs;
    PlantedBug bug = PlantedBug::none;
    std::uint32_t processes = 1;
    std::uint32_t failures_max = 10;  ///< stop after so many
    double seconds_max = 0;           ///< no new seed after that; 0 = no end
    bool progress = true;
};

struct Failed {
    Job job;
    std::string why;
};

struct RunTotals {
    std::uint64_t passed = 0;
    std::uint64_t twice = 0;  ///< seeds that gave the same trace twice
    std::uint64_t events = 0;
    std::uint64_t facts = 0;
    std::uint64_t crashes = 0;
    std::uint64_t simulated_us = 0;
    std::uint64_t cpu_us = 0;
    std::uint64_t traces = 0;  ///< over all seeds, whatever their order
    Coverage coverage;
    std::vector<Failed> failed;
};

RunTotals run_jobs(const RunOptions& options);

}  // namespace holdfast::simulation
