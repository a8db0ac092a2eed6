#include "explain/timeline.h"

namespace holdfast::explain {
namespace {

/// Of a location: its own buckets, and what is on its way there.
void keep_of(readmodel::Reader& reader, std::vector<readmodel::Change>& changes, Place place) {
    std::erase_if(changes, [&](const readmodel::Change& change) {
        if (change.place == place) return false;
        if (change.place.kind() != PlaceKind::lane || place.kind() != PlaceKind::location)
            return true;
        const auto lane = reader.lane(change.place.number());
        return !lane || lane->destination != place.location();
    });
}

Timeline told(readmodel::Reader& reader, std::vector<std::uint64_t> seqs, std::size_t limit,
              std::optional<SkuId> sku, std::optional<Place> place) {
    Timeline timeline;
    // One more than was asked for says that there is more.
    timeline.has_more = seqs.size() > limit;
    if (timeline.has_more) seqs.resize(limit);
    for (const std::uint64_t seq : seqs) {
        auto fact = reader.fact(seq);
        if (!fact) continue;
        TimelineEntry entry{.fact = std::move(*fact)};
        entry.changes = reader.changes(seq, changes_per_fact_max + 1, sku);
        if (place) keep_of(reader, entry.changes, *place);
        entry.more_changes = entry.changes.size() > changes_per_fact_max;
        if (entry.more_changes) entry.changes.pop_back();
        timeline.entries.push_back(std::move(entry));
    }
    return timeline;
}

}  // namespace

Timeline timeline(readmodel::Reader& reader, const readmodel::TimelineOf& of, std::uint64_t before,
                  std::size_t limit) {
    return told(reader, reader.timeline(of, before, limit + 1), limit, of.sku, of.place);
}

Timeline order_timeline(readmodel::Reader& reader, std::string_view order, std::uint64_t before,
                        std::size_t limit) {
    return told(reader, reader.order_timeline(order, before, limit + 1), limit, {}, {});
}

}  // namespace holdfast::explain
