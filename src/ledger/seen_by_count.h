// Whether a count that was applied had seen what an event tells only now. Internal to the ledger.
// Rules: docs/decisions/counts_and_late_facts.md.
#pragma once

#include "canonical/command.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// What a count settles: how many are there, and what was missing.
constexpr bool is_counted(Bucket bucket) {
    return bucket == Bucket::sellable || bucket == Bucket::suspect;
}

class SeenByCount {
  public:
    SeenByCount(const State& state, const Envelope& envelope);
    /// Whether the shelf showed it when the position was last counted. What the event moves of
    /// sellable and suspect units there must move back in the same fact.
    [[nodiscard]] bool covers(SkuId sku, LocationId at) const;

  private:
    const State& state_;
    const Envelope& envelope_;
    NameId source_ = kNoName;  ///< where the event is numbered
    bool late_ = false;        ///< it may be: it says when it happened, or which number it has
};

/// The two postings that move back what a count has seen: at the position, and outside.
struct MovedBack {
    Posting position;
    Posting outside;
};
MovedBack moved_back(const Posting& posting);

}  // namespace holdfast::ledger
