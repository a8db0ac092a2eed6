// The pure machines that the sequencer drives, in fixed order: the ledger first, then the cases,
// fact by fact. Service, recovery, checkpoints and replay all drive them through here, so the same
// facts always meet the same numbers.
#pragma once

#include <cstdint>
#include <memory>

#include "base/arena.h"
#include "base/result.h"
#include "canonical/command.h"
#include "canonical/decision.h"
#include "canonical/fact.h"
#include "cases/state.h"
#include "ledger/state.h"

namespace holdfast::sequencer {

/// The machines' states, owned. A machine that joins later gets a member here, a section in the
/// body of checkpoints, its facts in apply() and its rows in state_hash().
struct Machines {
    std::unique_ptr<ledger::State> ledger;
    std::unique_ptr<cases::State> cases;

    /// Of nothing that ever happened. The bounds of the cases are constants and no settings: apply
    /// obeys them, and what recovery replays must obey the same.
    static Machines empty(std::uint64_t seed, const ledger::Limits& limits);
    /// Seq of the newest fact inside.
    [[nodiscard]] std::uint64_t seq() const { return ledger->seq; }
    /// The machine whose command it is decides; keys and names are the ledger's for all of them.
    Outcome decide(const Command& command, const Stamp& stamp, Arena& arena,
                   FactWriter& facts) const;
    void apply(const FactView& fact);
    /// Applies the facts of a batch that are not inside yet.
    Result<void> replay(ByteSpan body);
};

/// The same, to look at.
struct MachineViews {
    const ledger::State& ledger;
    const cases::State& cases;

    /// The sum of the machines' own.
    [[nodiscard]] Hash128 state_hash() const {
        Hash128 sum = ledger.state_hash();
        sum += cases.state_hash();
        return sum;
    }
};
inline MachineViews view(const Machines& machines) { return {*machines.ledger, *machines.cases}; }

}  // namespace holdfast::sequencer
