// What one seed is like: how big its hub is, how many clients it has, which faults strike it and
// how often. Every seed switches on a random subset, because faults hide each other: a run with all
// of them at once rarely gets far enough to meet the rare ones.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/instant.h"
#include "canonical/quantity.h"
#include "os/sim/sim_random.h"

namespace holdfast::simulation {

enum class Fault : std::uint8_t {
    kill,           ///< the process dies between two events; the machine stays
    kill_at_point,  ///< the process dies at a persistence point
    power_cut,
    power_cut_at_point,
    write_error,
    sync_error,
    change_error,
    disk_full,
    slow_disk,
    pause,        ///< the hub's thread gets no processor
    unreachable,  ///< no message passes
    wall_step,
    wall_slew,
    quiet,   ///< nobody asks anything for a while
    resume,  ///< a person says that the clock is right
    stop,    ///< the hub is told to stop, and does
    kCount,
};
inline constexpr std::size_t kFaultCount = static_cast<std::size_t>(Fault::kCount);
std::string_view name(Fault fault);

/// Chances are per million.
struct Swarm {
    std::uint64_t seed = 0;
    // Who asks.
    std::uint32_t clients = 4;
    std::uint32_t window = 1;  ///< requests of one client under way at once
    std::uint32_t steps = 500;
    Microseconds think_max{};
    Microseconds timeout{};
    std::uint32_t unkeyed = 0;  ///< requests without a key: sent once
    std::uint32_t hostile = 0;  ///< requests that must be refused
    // The retailer.
    std::uint32_t skus = 4;
    std::uint32_t locations = 2;
    std::uint32_t pools = 1;
    std::uint32_t channels = 1;
    std::uint32_t sources = 0;  ///< clients that number their events
    Units stock_max = 20;
    Units quantity_max = 3;
    Microseconds time_to_live_max{};
    // The hub.
    std::uint64_t segment_bytes = 0;
    std::size_t spare_segments = 1;
    std::size_t ring_bytes = 0;
    std::size_t group_bytes_max = 0;
    std::size_t group_commands_max = 0;
    std::size_t queue_commands_max = 0;
    std::uint32_t expire_holds_max = 0;
    std::uint32_t checkpoint_after_facts = 0;
    std::uint64_t keys_max = 0;
    std::uint64_t reservations_max = 0;
    bool direct = true;
    // Messages.
    Microseconds message_min{};
    Microseconds message_max{};
    std::uint32_t lose = 0;
    std::uint32_t duplicate = 0;
    std::uint32_t late = 0;
    // The disk.
    Microseconds disk_min{};
    Microseconds disk_max{};
    // Faults.
    std::array<bool, kFaultCount> enabled{};
    std::uint32_t requests_per_fault = 0;  ///< on average; 0 = none strikes
    std::uint32_t recovery_fault = 0;      ///< a restart is struck down too
    std::uint32_t crashes_max = 0;
};

Swarm draw_swarm(std::uint64_t seed, std::uint32_t steps);
std::string describe(const Swarm& swarm);

}  // namespace holdfast::simulation
