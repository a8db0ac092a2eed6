#include "readmodel/late_lookup.h"

#include <algorithm>
#include <limits>

namespace holdfast::readmodel {

LateLookup::LateLookup(Database& database)
    : next_span_(database,
                 "SELECT span FROM late_postings WHERE sku = ? AND place = ? AND bucket = ? "
                 "AND span > ? ORDER BY span LIMIT 1"),
      late_(database,
            "SELECT units, seq, happened_at, until FROM late_postings WHERE sku = ? AND "
            "place = ? AND bucket = ? AND span = ? AND happened_at > ? AND happened_at <= ? "
            "AND until > ? AND seq <= ?") {}

LateChanges LateLookup::find(SkuId sku, Place place, Bucket bucket, Instant at, std::uint64_t known,
                             std::size_t limit) {
    constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
    const auto later = [](const LateChange& a, const LateChange& b) {
        return std::pair(a.happened_at, a.seq) > std::pair(b.happened_at, b.seq);
    };
    LateChanges found;
    LateChange other;
    const std::int64_t moment = to_raw(at);
    const std::int64_t of_sku{sku.raw}, of_place{place.raw()};
    const auto of_bucket = static_cast<std::int64_t>(bucket);
    for (std::int64_t span = 0;;) {
        const bool more = next_span_.with(of_sku, of_place, of_bucket, span).step();
        if (more) span = next_span_.integer(0);
        next_span_.reset();
        if (!more) break;
        // One of this span that happened earlier was recorded before the moment.
        const std::int64_t window = span >= 63 ? 0 : std::int64_t{1} << span;
        const std::int64_t after =
            window == 0 || moment < kNever + window ? kNever : moment - window;
        late_.with(of_sku, of_place, of_bucket, span, after, moment, moment,
                   static_cast<std::int64_t>(known));
        while (late_.step()) {
            ++found.facts;
            found.units += late_.integer(0);
            // A heap with the oldest of the newest on top.
            found.newest.push_back({.units = late_.integer(0),
                                    .seq = late_.number(1),
                                    .happened_at = instant_from_raw(late_.integer(2)),
                                    .until = instant_from_raw(late_.integer(3))});
            std::ranges::push_heap(found.newest, later);
            if (found.newest.size() <= limit) continue;
            std::ranges::pop_heap(found.newest, later);
            if (found.newest_other == 0 || later(found.newest.back(), other))
                other = found.newest.back();
            found.newest_other = other.seq;
            found.newest.pop_back();
        }
    }
    std::ranges::sort(found.newest, later);
    return found;
}

}  // namespace holdfast::readmodel
