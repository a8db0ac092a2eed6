// A delivery promises what came in to those that wait for it, each in its turn, before anybody else
// may have it. Internal to the ledger.
#pragma once

#include "ledger/arena_list.h"
#include "ledger/deciders.h"

namespace holdfast::ledger {

class BackorderFills {
  public:
    explicit BackorderFills(const Context& context)
        : context_(context), fills_(context.arena, 0), postings_(context.arena, 0) {}

    /// Serves those that wait where the fact with these postings makes something sellable, as far
    /// as anything is free there then. No more of them than one entry holds: more() tells if others
    /// could be served as well.
    void fill(std::span<const Posting> postings);
    [[nodiscard]] bool more() const { return more_; }
    /// Of all the facts.
    [[nodiscard]] std::span<const Posting> postings() const { return postings_.view(); }
    /// Writes one fact for each reservation, behind the one that brought the goods.
    void write(Entry& entry);

  private:
    struct Fill {
        PartRef of;
        SkuId sku;
        LocationId location;
        Units units = 0;
        std::uint32_t order = 0;  // of the reservation's first fill
    };
    void serve(SkuId sku, LocationId at, Units free);

    const Context& context_;
    ArenaList<Fill> fills_;
    ArenaList<Posting> postings_;
    bool more_ = false;
};

}  // namespace holdfast::ledger
