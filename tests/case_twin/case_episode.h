// Random histories of a retailer and of the people who look after its cases, run by the product's
// machines and by their twins at once. For tests only.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "twins.h"

namespace holdfast::case_twin {

/// The words that histories met.
struct Met {
    std::set<FactType> facts;
    std::set<Refusal> refusals;
    std::set<CaseKind> kinds;
    std::set<CaseStep> steps;
    std::set<CaseResolution> resolutions;
    bool forgot = false;   ///< a case was forgotten
    bool no_room = false;  ///< a raise opened none
};

/// Machines and twins that are given the same.
class CaseRun {
  public:
    explicit CaseRun(std::uint64_t seed, const AllLimits& limits = {})
        : seed_(seed), limits_(limits), machines_(make_machines(seed, limits)), twins_(limits) {}

    /// The first difference in answer, facts or invariants, in words.
    [[nodiscard]] std::optional<std::string> step(const Command& command, Instant now);
    [[nodiscard]] std::optional<std::string> compare() const {
        return twins_.difference(machines_);
    }
    /// The facts so far once more, from nothing.
    [[nodiscard]] std::optional<std::string> replay() const;
    /// Goes on with the state that a checkpoint of the cases gives back.
    [[nodiscard]] std::optional<std::string> reload();

    [[nodiscard]] const sequencer::Machines& machines() const { return machines_; }
    [[nodiscard]] const Twins& twins() const { return twins_; }
    [[nodiscard]] const Outcome& outcome() const { return outcome_; }
    /// The facts of the last command.
    [[nodiscard]] const std::vector<std::byte>& entry() const { return entry_; }

  private:
    std::uint64_t seed_;
    AllLimits limits_;
    sequencer::Machines machines_;
    Twins twins_;
    Arena arena_;
    Outcome outcome_;
    std::vector<std::byte> entry_;
    std::vector<std::byte> facts_;
};

struct EpisodeResult {
    std::uint64_t commands = 0;
    std::optional<std::string> difference;
    std::string command;  ///< that showed it
    Met met;
};

/// Runs `commands` random commands drawn from `seed`, comparing everything after each of them.
EpisodeResult run_episode(std::uint64_t seed, std::uint64_t commands, bool print_commands = false);

}  // namespace holdfast::case_twin
