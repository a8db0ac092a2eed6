// The two functions of the ledger. `decide` looks and answers; `apply` only adds.
// No clock, randomness, thread, file or float in this folder: the same facts give the same state.
#pragma once

#include "base/arena.h"
#include "canonical/command.h"
#include "canonical/fact.h"
#include "ledger/outcome.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// The sequencer's stamp: log time (never goes back) and the seq of the next fact.
struct Stamp {
    Instant now{};
    std::uint64_t next_seq = 1;
};

/// Decides one command against the state. Writes the facts of its effect, ended as one entry, to
/// `facts`, or nothing when refused. Does not change the state: the caller applies the facts.
/// Shapes   lines: 1..lines_per_request_max. Problems are allocated in `arena`.
/// Repeats  the transport key, the semantic key and the source's sequence are checked first.
/// Refuses  everything in canonical/vocabulary.h, "Refusal"; each has a story in tests/stories.
/// Source   docs/glossary.md; the table of events in docs/architecture.md, "What each event does".
Outcome decide(const State& state, const Command& command, const Stamp& stamp, Arena& arena,
               FactWriter& facts);

/// Adds one fact to the state. Cannot fail: a fact that contradicts the state is a bug or a
/// damaged journal, and ends the process by a check.
void apply(State& state, const FactView& fact);

/// Hints the processor at the rows that deciding `command` will touch.
void prefetch(const State& state, const Command& command);

}  // namespace holdfast::ledger
