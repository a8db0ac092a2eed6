// What locations may still give of one SKU, taken one by one in some order. A heap rather than a
// sort: a pool may have thousands of locations, and a line seldom needs more than a few.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "canonical/quantity.h"

namespace holdfast::ledger {

struct Offer {
    std::uint32_t row = 0;   ///< index into the SKU's positions
    std::uint32_t rank = 0;  ///< of its location in the pool
    Units units = 0;         ///< above zero
};

inline bool in_pool_order(const Offer& a, const Offer& b) { return a.rank < b.rank; }
/// So that as few locations as possible ship; ties go by pool order.
inline bool largest_first(const Offer& a, const Offer& b) {
    return a.units != b.units ? a.units > b.units : a.rank < b.rank;
}

/// Takes from the offers, the first by `before` first, until `wanted` is zero or there are no more.
/// `take(offer, units)` may return false to stop; `most(offer)` is what the offer gives when its
/// turn comes, for offers that share a bound. Returns what is still wanted.
template <class Before, class Take, class Most>
Units take_offers(std::span<Offer> offers, Units wanted, Before before, Take take, Most most) {
    const auto after = [&](const Offer& a, const Offer& b) { return before(b, a); };
    std::make_heap(offers.begin(), offers.end(), after);
    for (auto end = offers.end(); wanted > 0 && end != offers.begin(); --end) {
        std::pop_heap(offers.begin(), end, after);
        const Offer& offer = *(end - 1);
        const Units units = std::min(wanted, most(offer));
        if (units <= 0) continue;
        if (!take(offer, units)) break;
        wanted -= units;
    }
    return wanted;
}
template <class Before, class Take>
Units take_offers(std::span<Offer> offers, Units wanted, Before before, Take take) {
    return take_offers(offers, wanted, before, take,
                       [](const Offer& offer) { return offer.units; });
}

}  // namespace holdfast::ledger
