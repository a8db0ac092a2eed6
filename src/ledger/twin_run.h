// Runs the ledger and its twin side by side on random commands and stops at the first difference.
// For tests only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/arena.h"
#include "ledger/ledger.h"
#include "ledger/twin.h"

namespace holdfast::ledger {

/// One ledger, one twin, and the facts they agreed on so far.
class TwinRun {
  public:
    explicit TwinRun(std::uint64_t hash_seed, Limits limits = {})
        : state_(std::make_unique<State>(hash_seed, limits)), twin_(limits) {}

    /// Gives both the command; the first difference in answer, facts or invariants, in words.
    [[nodiscard]] std::optional<std::string> step(const Command& command, Instant now);
    /// Compares everything that can be observed, and the state hash with the twin's own sum.
    [[nodiscard]] std::optional<std::string> compare_states() const;
    /// Applies the facts so far to a fresh state, checking the hashes noted on the way: the same
    /// facts give the same state, wherever the replay is cut.
    [[nodiscard]] std::optional<std::string> replay() const;
    /// Notes the state's hash at this point for replay().
    void note_hash();
    /// Goes on with the state that a checkpoint of this one gives back.
    [[nodiscard]] std::optional<std::string> reload();

    [[nodiscard]] const State& state() const { return *state_; }
    [[nodiscard]] const Twin& twin() const { return twin_; }
    /// What the twin answered last.
    [[nodiscard]] const TwinOutcome& outcome() const { return expected_; }

  private:
    struct Noted {
        std::size_t bytes = 0;
        Hash128 hash;
    };
    std::unique_ptr<State> state_;
    Twin twin_;
    TwinOutcome expected_;
    Arena arena_;
    std::vector<std::byte> entry_;
    std::vector<std::byte> facts_;  // of all entries so far
    std::vector<Noted> noted_;
};

struct EpisodeResult {
    std::uint64_t commands = 0;  ///< run before the end or the difference
    std::optional<std::string> difference;
    std::string command;  ///< the one that showed the difference, in words
    std::set<Refusal> refusals;
    std::set<FactType> facts;
    std::set<CaseKind> cases;
};

/// Runs `commands` random commands drawn from `seed`. Compares answers and checks the ledger's
/// invariants at every step, whole states every `compare_every` steps, and replays at the end.
EpisodeResult run_episode(std::uint64_t seed, std::uint64_t commands, std::uint64_t compare_every,
                          bool print_commands = false);

}  // namespace holdfast::ledger
