// What a process that runs seeds hands to the one that counts them: fixed-size bytes on a pipe.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "simulation/simulation.h"

namespace holdfast::simulation {

enum class ReportKind : std::uint32_t { begun, passed, failed };

struct Report {
    ReportKind kind = ReportKind::begun;
    std::uint32_t steps = 0;
    std::uint64_t seed = 0;
    std::uint64_t trace_hash = 0;
    std::uint64_t events = 0;
    std::uint64_t facts = 0;
    std::uint64_t crashes = 0;
    std::uint64_t simulated_us = 0;
    std::uint64_t cpu_us = 0;
    Coverage coverage;
    std::array<char, 512> failure{};
};

}  // namespace holdfast::simulation
