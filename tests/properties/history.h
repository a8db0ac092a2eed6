// A random history of a retailer, drawn by the twin's own command stream, so that every command
// and every rule that the ledger learns is in it.
#pragma once

#include <memory>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/twin_commands.h"

namespace holdfast::properties {

class History {
  public:
    /// Runs `commands` commands drawn from `seed`.
    explicit History(std::uint64_t seed, std::uint64_t hash_seed = 7);
    void run(std::uint64_t commands);

    /// Decides the command on a state of ours; the facts, which are also applied to it.
    static std::vector<std::byte> decide_on(ledger::State& state, const Command& command,
                                            Instant now);

    [[nodiscard]] const ledger::State& state() const { return *state_; }
    /// The facts of each command that had an effect.
    [[nodiscard]] const std::vector<std::vector<std::byte>>& entries() const { return entries_; }
    [[nodiscard]] std::uint64_t hash_seed() const { return state_->seed; }
    /// How many commands changed nothing, by refusal or repeat.
    [[nodiscard]] std::uint64_t without_effect() const { return without_effect_; }
    /// The next command of the stream, drawn but not run.
    const ledger::DrawnCommand& draw() { return stream_.next(twin_); }

  private:
    std::unique_ptr<ledger::State> state_;
    ledger::Twin twin_;
    ledger::CommandStream stream_;
    std::vector<std::vector<std::byte>> entries_;
    std::uint64_t without_effect_ = 0;
};

}  // namespace holdfast::properties
