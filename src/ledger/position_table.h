// Positions: one row per SKU and location, the rows of a SKU contiguous and ordered by location.
// Hot numbers are 48 bytes; rare buckets stand in a side table only while one is not zero. The
// table grows by blocks: no row is copied for it, but the rows of a SKU when they outgrow their
// run.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "base/block_vector.h"
#include "base/flat_map.h"
#include "base/span_heap.h"
#include "canonical/fact.h"

namespace holdfast::ledger {

struct Position {
    Units sellable = 0;
    Units reserved = 0;
    Units allocated = 0;
    std::int32_t safety_stock = 0;   ///< effective: the most specific policy row
    std::uint32_t buffer : 31 = 0;   ///< effective OB
    std::uint32_t disabled : 1 = 0;  ///< policy: the SKU is not promised from the location
    SkuId sku;
    LocationId location;
    std::uint64_t seq = 0;  ///< of the last fact that changed the row

    [[nodiscard]] Units free() const { return sellable - reserved - allocated; }
    [[nodiscard]] Units oversold() const { return free() < 0 ? -free() : 0; }
    /// Units that may be promised from a location that is open and online: max(0, free - SS - OB)
    /// if the SKU is enabled there. Of any location: promisable_at() of availability.h.
    [[nodiscard]] Units promisable() const {
        const Units units = free() - safety_stock - Units{buffer};
        return units > 0 && disabled == 0 ? units : 0;
    }
};
static_assert(sizeof(Position) == 48);

struct RareBuckets {
    Units damaged = 0;
    Units quarantine = 0;
    Units suspect = 0;
    Units picked = 0;
    Units backordered = 0;
    Units erp_held = 0;
    Units inbound = 0;
    Units in_transit = 0;
    friend bool operator==(const RareBuckets&, const RareBuckets&) = default;
};

class PositionTable {
  public:
    /// Nullptr where nothing was ever recorded.
    [[nodiscard]] const Position* find(SkuId sku, LocationId at) const;
    /// All rows of a SKU, ordered by location. Valid until the next change.
    [[nodiscard]] std::span<const Position> of(SkuId sku) const {
        if (sku.raw >= spans_.size() || spans_[sku.raw].count == 0) return {};
        const Span& span = spans_[sku.raw];
        return {rows_.at(span.offset), span.count};
    }
    [[nodiscard]] RareBuckets rare(SkuId sku, LocationId at) const;
    [[nodiscard]] Units level(SkuId sku, LocationId at, Bucket bucket) const;
    [[nodiscard]] std::uint64_t size() const { return count_; }

    /// Adds to a bucket, making the row when it is new (`made` tells). Only apply calls it.
    Position& add(SkuId sku, LocationId at, Bucket bucket, Units delta, std::uint64_t seq,
                  bool& made);
    /// Visits every row so that policies can refresh cached values.
    template <class Visit>
    void for_each(Visit&& visit) {
        for (std::size_t sku = 0; sku < spans_.size(); ++sku)
            for (Position& row : rows_of(spans_[sku])) visit(row);
    }
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::uint32_t sku = 0; sku < spans_.size(); ++sku)
            for (const Position& row : of(SkuId{sku})) visit(row);
    }
    template <class Visit>
    void for_each_of(SkuId sku, Visit&& visit) {
        if (sku.raw >= spans_.size()) return;
        for (Position& row : rows_of(spans_[sku.raw])) visit(row);
    }
    /// Makes an empty row (checkpoint loading, policies); returns it.
    Position& make(SkuId sku, LocationId at, bool& made);
    void set_rare(SkuId sku, LocationId at, const RareBuckets& rare);
    /// Hints ahead of a read of many SKUs: first where its rows are, then the rows.
    void prefetch_span(SkuId sku) const {
        if (sku.raw < spans_.size()) __builtin_prefetch(&spans_[sku.raw]);
    }
    void prefetch(SkuId sku) const {
        if (sku.raw < spans_.size() && spans_[sku.raw].count != 0)
            __builtin_prefetch(rows_.at(spans_[sku.raw].offset));
    }

    /// Memory that rows and the places of SKUs take, without rare buckets.
    [[nodiscard]] std::uint64_t bytes() const { return rows_.bytes() + spans_.bytes(); }

  private:
    /// The run of a SKU's rows. Its capacity follows from the count: rows are never removed.
    struct Span {
        std::uint32_t offset = 0;
        std::uint32_t count = 0;
    };
    std::span<Position> rows_of(const Span& span) {
        if (span.count == 0) return {};
        return {rows_.at(span.offset), span.count};
    }

    BlockVector<Span> spans_;  // by SKU id
    SpanHeap<Position> rows_;
    FlatMap<std::uint64_t, RareBuckets> rare_;  // by sku << 32 | location
    std::uint64_t count_ = 0;
};

}  // namespace holdfast::ledger
