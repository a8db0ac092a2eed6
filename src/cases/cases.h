// The two functions of the cases machine. `decide` looks and answers; `apply` takes what the
// ledger's facts raise and what people did, and cannot fail. No clock, randomness, thread or file:
// the same facts, met with the same ledger, give the same cases.
#pragma once

#include "base/arena.h"
#include "canonical/command.h"
#include "canonical/decision.h"
#include "canonical/entry.h"
#include "canonical/fact.h"
#include "cases/ledger_view.h"
#include "cases/state.h"

namespace holdfast::cases {

/// Whether the command is decided here and not by the ledger.
[[nodiscard]] bool is_ours(const Command& command);

/// Decides ActOnCases or WakeCases. Writes one fact for all cases of the command, ended as one
/// entry, or nothing when refused. Keys and the room for names were checked by
/// ledger::settled_before; `names` are the ledger's.
/// Shapes   cases: 1..cases_per_command_max, each once. Problems say which, from 0.
/// Refuses  no_lines, too_many_lines, duplicate_line, code_not_allowed (assignee),
///          value_out_of_range (comment or resolution), comment_required, wake_time_out_of_range,
///          table_full (texts); and case by case unknown_case, case_already_resolved,
///          case_already_open. A partial command sets those cases aside unless all are.
/// Source   docs/api/cases.md.
Outcome decide(const State& state, const Command& command, const Stamp& stamp,
               const NameBook& names, Arena& arena, FactWriter& facts);

/// Adds one fact, after the ledger has. Cannot fail.
void apply(State& state, const FactView& fact, const LedgerView& ledger);

}  // namespace holdfast::cases
