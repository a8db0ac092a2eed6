#include "ledger/seen_by_count.h"

#include <algorithm>

namespace holdfast::ledger {

SeenByCount::SeenByCount(const State& state, const Envelope& envelope)
    : state_(state), envelope_(envelope) {
    if (state.counts.empty()) return;
    const bool numbered = envelope.source_seq != 0 && !envelope.source.empty();
    if (numbered) source_ = NameId{state.names.find(envelope.source)};
    late_ = source_ != kNoName || envelope.occurred_at != Instant{};
}

bool SeenByCount::covers(SkuId sku, LocationId at) const {
    if (!late_) return false;
    const CountCut* const cut = state_.counts.last(sku, at).cut;
    if (cut == nullptr) return false;
    // The source's own numbering is surer than any clock.
    if (source_ != kNoName)
        for (const IncludedSourceField& included : cut->includes)
            if (included.source == source_.raw)
                return std::pair(envelope_.source_epoch, envelope_.source_seq) <=
                       std::pair(included.epoch, included.seq);
    return cut->counted_at != 0 && envelope_.occurred_at != Instant{} &&
           to_raw(envelope_.occurred_at) <= cut->counted_at;
}

// The other leg is that of a count's correction: the two together are what the count knew.
MovedBack moved_back(const Posting& posting) {
    return {.position = {.sku = posting.sku,
                         .place = posting.place,
                         .bucket = posting.bucket,
                         .delta = -posting.delta},
            .outside = {.sku = posting.sku,
                        .place = Place{PlaceKind::external},
                        .bucket = Bucket::external,
                        .delta = posting.delta}};
}

}  // namespace holdfast::ledger
