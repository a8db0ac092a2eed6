// Counts how often a run went down each path that it claims to test: fault classes, recoveries,
// answers, types of facts, refusals. A run that never met a path has not tested it and says so.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "canonical/vocabulary.h"

namespace holdfast::simulation {

enum class Path : std::uint16_t {
    // The messages between clients and the hub.
    request_sent,
    request_lost,
    request_duplicated,
    request_late,
    request_met_no_hub,
    answer_lost,
    client_timed_out,
    client_gave_up,
    // What the hub answered.
    answered_recorded,
    answered_repeated,
    answered_refused,
    answered_overloaded,
    answered_disk_low,
    answered_disk_full,
    answered_draining,
    answered_unknown,
    // How groups formed.
    group_of_one,
    group_of_many,
    group_while_committing,
    // Faults.
    process_killed,
    process_killed_at_point,
    power_cut,
    power_cut_at_point,
    power_cut_in_recovery,
    process_killed_in_recovery,
    checkpoint_interrupted,
    write_failed,
    sync_failed,
    change_failed,
    disk_filled,
    disk_slow,
    hub_paused,
    hub_stopped,
    hub_unreachable,
    wall_stepped_forward,
    wall_stepped_back,
    wall_slewed,
    quiet_time,
    expiry_resumed_by_person,
    // What the next process found.
    recovered,
    recovered_from_checkpoint,
    recovered_from_start,
    recovery_failed,
    recovered_in_same_boot,
    recovered_in_other_boot,
    recovered_after_failed_disk,
    torn_tail,
    group_in_flight_lost,
    group_in_flight_kept,
    segment_begun,
    checkpoint_taken,
    commits_during_checkpoint,
    // What happened to stock.
    hold_split,
    hold_partial,
    hold_late_confirmed,
    hold_expired,
    order_oversold,
    order_excess_forced,
    position_negative,
    key_reused,
    source_repeated,
    // Ends.
    damage_found,
    damage_harmless,
    kCount,
};
inline constexpr std::size_t kPathCount = static_cast<std::size_t>(Path::kCount);
inline constexpr std::size_t kFactTypeSlots = 160;
inline constexpr std::size_t kRefusalSlots = 80;

std::string_view name(Path path);

/// Plain numbers, so that one process can hand them to another as bytes.
struct Coverage {
    std::array<std::uint64_t, kPathCount> paths{};
    std::array<std::uint64_t, kFactTypeSlots> facts{};
    std::array<std::uint64_t, kRefusalSlots> refusals{};

    void hit(Path path) { ++paths[static_cast<std::size_t>(path)]; }
    void hit(FactType type) {
        const auto slot = static_cast<std::size_t>(type);
        if (slot < facts.size()) ++facts[slot];
    }
    void hit(Refusal refusal) {
        const auto slot = static_cast<std::size_t>(refusal);
        if (slot < refusals.size()) ++refusals[slot];
    }
    [[nodiscard]] std::uint64_t of(Path path) const {
        return paths[static_cast<std::size_t>(path)];
    }
    void add(const Coverage& other);
};

/// Every counter, one "name count" a line.
std::string describe(const Coverage& coverage);
/// Names of the counters that a full run must have moved and did not.
std::vector<std::string> never_hit(const Coverage& coverage);

}  // namespace holdfast::simulation
