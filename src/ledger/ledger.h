// The two functions of the ledger. `decide` looks and answers; `apply` only adds.
// No clock, randomness, thread, file or float in this folder: the same facts give the same state.
#pragma once

#include <optional>

#include "base/arena.h"
#include "canonical/command.h"
#include "canonical/entry.h"
#include "canonical/fact.h"
#include "ledger/outcome.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// Decides one command against the state. Writes the facts of its effect, ended as one entry, to
/// `facts`, or nothing when refused. Does not change the state: the caller applies the facts.
/// Shapes   lines: 1..lines_per_request_max. Problems are allocated in `arena`.
/// Repeats  the transport key, the semantic key and the source's sequence are checked first.
/// Refuses  everything in canonical/vocabulary.h, "Refusal"; each has a story in tests/stories.
/// Source   docs/glossary.md; the table of events in docs/architecture.md, "What each event does".
Outcome decide(const State& state, const Command& command, const Stamp& stamp, Arena& arena,
               FactWriter& facts);

/// What is known of a command before anything else is looked at: its keys and its source's
/// sequence settle it, or a bound does. Nothing: it is to be decided. For commands of other
/// machines, whose keys are the ledger's too; `decide` does it for its own.
std::optional<Outcome> settled_before(const State& state, const Envelope& envelope, Instant now);

/// The names of sources, actors and reasons, for entries of other machines.
inline NameBook names_of(const State& state) {
    return {state.names, state.limits.reason_names_max, state.limits.source_names_max};
}

/// Adds one fact to the state. Cannot fail: a fact that contradicts the state is a bug or a
/// damaged journal, and ends the process by a check.
void apply(State& state, const FactView& fact);

/// Hints the processor at the rows that deciding `command` will touch.
void prefetch(const State& state, const Command& command);

}  // namespace holdfast::ledger
