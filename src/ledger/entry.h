// The entry of canonical/entry.h over the ledger's own names. Internal to the ledger.
#pragma once

#include "canonical/entry.h"
#include "ledger/ledger.h"

namespace holdfast::ledger {

class Entry : public holdfast::Entry {
  public:
    Entry(const State& state, const Stamp& stamp, const Envelope* envelope, FactWriter& writer)
        : holdfast::Entry(names_of(state), stamp, envelope, writer) {}
};

/// Whether the names that writing the entry would intern have room; no room is refused before.
[[nodiscard]] inline bool names_fit(const State& state, const Envelope& envelope) {
    return holdfast::names_fit(names_of(state), envelope);
}

}  // namespace holdfast::ledger
