#include "ledger/position_table.h"

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace holdfast::ledger {
namespace {

std::uint64_t rare_key(SkuId sku, LocationId at) { return std::uint64_t{sku.raw} << 32 | at.raw; }

Units* rare_level(RareBuckets& rare, Bucket bucket) {
    switch (bucket) {
        case Bucket::damaged: return &rare.damaged;
        case Bucket::quarantine: return &rare.quarantine;
        case Bucket::suspect: return &rare.suspect;
        case Bucket::picked: return &rare.picked;
        case Bucket::backordered: return &rare.backordered;
        case Bucket::erp_held: return &rare.erp_held;
        case Bucket::inbound: return &rare.inbound;
        case Bucket::in_transit: return &rare.in_transit;
        default: return nullptr;
    }
}

}  // namespace

const Position* PositionTable::find(SkuId sku, LocationId at) const {
    const auto rows = of(sku);
    const auto it =
        std::lower_bound(rows.begin(), rows.end(), at,
                         [](const Position& p, LocationId l) { return p.location < l; });
    return it != rows.end() && it->location == at ? &*it : nullptr;
}

RareBuckets PositionTable::rare(SkuId sku, LocationId at) const {
    const auto it = rare_.find(rare_key(sku, at));
    return it == rare_.end() ? RareBuckets{} : it->second;
}

Units PositionTable::level(SkuId sku, LocationId at, Bucket bucket) const {
    if (const Position* p = find(sku, at)) {
        switch (bucket) {
            case Bucket::sellable: return p->sellable;
            case Bucket::reserved: return p->reserved;
            case Bucket::allocated: return p->allocated;
            default: break;
        }
    }
    RareBuckets buckets = rare(sku, at);
    const Units* level = rare_level(buckets, bucket);
    return level ? *level : 0;
}

Position& PositionTable::make(SkuId sku, LocationId at, bool& made) {
    if (spans_.size() <= sku.raw) spans_.grow_to(sku.raw + 1);
    Span& span = spans_[sku.raw];
    const std::span<Position> rows = rows_of(span);
    // Most rows are made in the order of their locations.
    std::size_t index = rows.size();
    if (!rows.empty() && rows.back().location >= at)
        index = static_cast<std::size_t>(
            std::lower_bound(rows.begin(), rows.end(), at,
                             [](const Position& p, LocationId l) { return p.location < l; }) -
            rows.begin());
    made = index == rows.size() || rows[index].location != at;
    if (!made) return rows[index];
    const std::uint32_t capacity = SpanHeap<Position>::capacity_for(span.count);
    if (span.count == capacity)
        span.offset = rows_.enlarge(span.offset, span.count, capacity,
                                    SpanHeap<Position>::capacity_for(span.count + 1));
    Position* first = rows_.at(span.offset);
    std::move_backward(first + index, first + span.count, first + span.count + 1);
    std::construct_at(first + index, Position{.sku = sku, .location = at});
    ++span.count;
    ++count_;
    return first[index];
}

Position& PositionTable::add(SkuId sku, LocationId at, Bucket bucket, Units delta,
                             std::uint64_t seq, bool& made) {
    Position& row = make(sku, at, made);
    row.seq = seq;
    switch (bucket) {
        case Bucket::sellable: row.sellable += delta; break;
        case Bucket::reserved: row.reserved += delta; break;
        case Bucket::allocated: row.allocated += delta; break;
        default: {
            auto [it, inserted] = rare_.try_emplace(rare_key(sku, at));
            Units* level = rare_level(it->second, bucket);
            HOLDFAST_CHECK(level != nullptr, "a position has no such bucket");
            *level += delta;
            if (it->second == RareBuckets{}) rare_.erase(it);
        }
    }
    return row;
}

void PositionTable::set_rare(SkuId sku, LocationId at, const RareBuckets& rare) {
    if (rare == RareBuckets{})
        rare_.erase(rare_key(sku, at));
    else
        rare_[rare_key(sku, at)] = rare;
}

}  // namespace holdfast::ledger
