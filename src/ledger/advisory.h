// Events of sources that are not believed. Internal to the ledger.
#pragma once

#include "ledger/deciders.h"

namespace holdfast::ledger {

/// Whether another source than the event's is the one that is believed, at any place where the
/// event says that something happened.
[[nodiscard]] bool is_advisory(const State& state, const RecordEvent& event);

/// Records what the event would have done instead of doing it, with a case if that would have
/// changed the book. `would_be` is the entry that it was decided as; `differs`: the same business
/// step is recorded already, told otherwise.
/// Refuses  too_many_lines where what it would have done does not fit a fact.
Outcome record_advisory(const Context& context, const RecordEvent& event, ByteSpan would_be,
                        bool differs);

}  // namespace holdfast::ledger
