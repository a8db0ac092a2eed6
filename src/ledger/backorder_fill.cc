#include "ledger/backorder_fill.h"

#include <algorithm>

namespace holdfast::ledger {

void BackorderFills::fill(std::span<const Posting> postings) {
    const State& state = context_.state;
    if (state.backorders.empty()) return;
    struct Gained {
        Units sellable = 0;
        Units free = 0;
        bool served = false;
    };
    ArenaMap<Gained> gained(context_.arena);
    const auto comes_in = [](const Posting& posting) {
        return posting.place.kind() == PlaceKind::location && posting.bucket == Bucket::sellable;
    };
    for (const Posting& posting : postings) {
        if (posting.place.kind() != PlaceKind::location) continue;
        Gained& here = gained[position_key(posting.sku, posting.place.raw())];
        if (posting.bucket == Bucket::sellable) {
            here.sellable += posting.delta;
            here.free += posting.delta;
        } else if (posting.bucket == Bucket::reserved || posting.bucket == Bucket::allocated) {
            here.free -= posting.delta;
        }
    }
    for (const Posting& posting : postings) {
        if (!comes_in(posting)) continue;
        Gained& here = gained[position_key(posting.sku, posting.place.raw())];
        if (here.served || here.sellable <= 0) continue;
        here.served = true;
        const Position* row = state.positions.find(posting.sku, posting.place.location());
        serve(posting.sku, posting.place.location(),
              (row == nullptr ? 0 : row->free()) + here.free);
    }
}

void BackorderFills::serve(SkuId sku, LocationId at, Units free) {
    context_.state.backorders.for_each_waiting(
        sku, at, [&](const PartRef& part, const BackorderRow& row) {
            if (free <= 0) return false;
            if (fills_.size() >= context_.state.limits.backorders_filled_max) {
                more_ = true;
                return false;
            }
            const Units units = std::min(free, row.units);
            free -= units;
            fills_.push_back({.of = part, .sku = sku, .location = at, .units = units});
            postings_.push_back(
                {.sku = sku, .place = Place{at}, .bucket = Bucket::backordered, .delta = -units});
            postings_.push_back(
                {.sku = sku, .place = Place{at}, .bucket = Bucket::reserved, .delta = units});
            return true;
        });
}

void BackorderFills::write(Entry& entry) {
    ArenaMap<std::uint32_t> order_of(context_.arena);  // + 1
    std::uint32_t next = 0;
    for (Fill& fill : fills_.view()) {
        std::uint32_t& order = order_of[{fill.of.reservation, 0}];
        if (order == 0) order = ++next;
        fill.order = order;
    }
    std::stable_sort(fills_.view().begin(), fills_.view().end(),
                     [](const Fill& a, const Fill& b) { return a.order < b.order; });
    const std::span<const Fill> fills = fills_.view();
    for (std::size_t i = 0; i < fills.size();) {
        const std::uint64_t reservation = fills[i].of.reservation;
        FactWriter& fact = entry.begin(FactType::backorder_filled);
        ArenaList<std::uint32_t> parts(context_.arena);
        for (; i < fills.size() && fills[i].of.reservation == reservation; ++i)
            for (const auto& [bucket, delta] : {std::pair{Bucket::backordered, -fills[i].units},
                                                std::pair{Bucket::reserved, fills[i].units}}) {
                fact.post({.sku = fills[i].sku,
                           .place = Place{fills[i].location},
                           .bucket = bucket,
                           .delta = delta});
                parts.push_back(fills[i].of.part);
            }
        fact.value(FieldTag::reservation, reservation);
        fact.list<std::uint32_t>(FieldTag::part_of_posting, parts.view());
        entry.end();
    }
}

}  // namespace holdfast::ledger
