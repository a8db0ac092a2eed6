// The entry of canonical/entry.h over the ledger's own names. Internal to the ledger.
#pragma once

#include "canonical/entry.h"
#include "ledger/ledger.h"
#include "ledger/quota_use.h"

namespace holdfast::ledger {

class Entry : public holdfast::Entry {
  public:
    Entry(const State& state, const Stamp& stamp, const Envelope* envelope, FactWriter& writer)
        : holdfast::Entry(names_of(state), stamp, envelope, writer),
          state_(state),
          writer_(writer) {
        if (envelope != nullptr && envelope->source_seq != 0) tell_new_epoch(state, *envelope);
    }

    /// Ends the fact, once it says what it changes of the use of quotas.
    void end() {
        if (!state_.quotas.empty()) quota_use_.complete(state_, writer_);
        holdfast::Entry::end();
    }

  private:
    /// An epoch that begins unannounced is a fact of its own, so that every fact after it finds
    /// the source where it is.
    void tell_new_epoch(const State& state, const Envelope& envelope);

    const State& state_;
    FactWriter& writer_;
    QuotaUse quota_use_;
};

/// Whether the names that writing the entry would intern have room; no room is refused before.
[[nodiscard]] inline bool names_fit(const State& state, const Envelope& envelope) {
    return holdfast::names_fit(names_of(state), envelope);
}

}  // namespace holdfast::ledger
