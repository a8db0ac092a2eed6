#include "ledger/backorder_plan.h"

#include <algorithm>

namespace holdfast::ledger {

BackordersAhead BackorderPlanner::ahead(SkuId sku, LocationId at) const {
    const PairKey key = position_key(sku, at.raw);
    return {.waiting = waiting_.get(key), .returned = -taken_.get(key)};
}

Units BackorderPlanner::room(SkuId sku, LocationId at) {
    const Units units = backorderable(state_, sku, at, now_, ahead(sku, at));
    if (units == 0 || !budget_.limits(sku)) return units;
    return std::min(units, budget_.left_under_cap(sku, at));
}

const BackorderPlanner::Piece& BackorderPlanner::plan_at(SkuId sku, LocationId at, Units units) {
    pieces_.push_back({.location = at,
                       .units = units,
                       .due = promise_date(state_, sku, at, now_, units, ahead(sku, at))});
    waiting_[position_key(sku, at.raw)] += units;
    budget_.take(sku, at, units, 0);
    return pieces_.view().back();
}

void BackorderPlanner::forget(SkuId sku, LocationId at, Units units) {
    waiting_[position_key(sku, at.raw)] -= units;
    budget_.take(sku, at, -units, 0);
}

std::span<const BackorderPlanner::Piece> BackorderPlanner::plan(const Request& request) {
    pieces_.clear();
    if (request.location != kNoLocation) {
        const Units units = std::min(request.quantity, room(request.sku, request.location));
        if (units > 0) plan_at(request.sku, request.location, units);
        return pieces_.view();
    }
    if (request.pool == nullptr) return pieces_.view();
    offers_.clear();
    LocationId whole = kNoLocation;
    std::pair<std::int64_t, std::uint16_t> best;
    state_.expected.for_each_location_of(request.sku, [&](LocationId at) {
        if (!request.pool->contains(at)) return;
        const Units units = room(request.sku, at);
        if (units == 0) return;
        const std::uint16_t rank = request.pool->rank(at);
        offers_.push_back({.row = at.raw, .rank = rank, .units = units});
        if (units < request.quantity) return;
        const std::pair when{
            promise_date(state_, request.sku, at, now_, request.quantity, ahead(request.sku, at)),
            rank};
        if (whole != kNoLocation && best <= when) return;
        whole = at;
        best = when;
    });
    if (whole != kNoLocation) {
        plan_at(request.sku, whole, request.quantity);
        return pieces_.view();
    }
    take_offers(
        offers_.view(), request.quantity, in_pool_order,
        [&](const Offer& offer, Units units) {
            plan_at(request.sku, LocationId{offer.row}, units);
            return pieces_.size() <= parts_per_reservation_max;
        },
        [&](const Offer& offer) { return room(request.sku, LocationId{offer.row}); });
    return pieces_.view();
}

namespace {

/// The second pass over lines: stock first, as far as it goes, then supply.
class StockThenSupply {
  public:
    StockThenSupply(const State& state, Instant now, ChannelId channel, Arena& arena)
        : state_(state),
          row_(state.channel_row(channel)),
          pool_(row_.pool == kNoPool ? nullptr : &state.pool_rows[row_.pool.raw]),
          taken_(arena),
          budget_(state, channel, arena),
          waiting_(state, now, taken_, budget_, arena),
          offers_(arena, 0),
          parts_(arena) {}

    void take(SkuId sku, LocationId at, Units units) {
        taken_[position_key(sku, at.raw)] += units;
        budget_.take(sku, at, units);
    }
    /// Whether all of the line has a place; else nothing of it is counted.
    bool plan(std::uint32_t index, const Line& line) {
        const std::size_t before = parts_.size();
        Units rest = 0;
        if (line.names_location || row_.splits) {
            rest = line.quantity - from_stock(index, line, line.quantity);
            rest -= from_supply(index, line, rest);
        } else if (!at_one_place(index, line)) {
            rest = line.quantity;
        }
        if (rest == 0) return true;
        for (const PlannedPart& part : parts_.view().subspan(before)) {
            if (part.bucket == Bucket::reserved)
                take(part.sku, part.location, -part.quantity);
            else
                waiting_.forget(part.sku, part.location, part.quantity);
        }
        parts_.truncate(before);
        return false;
    }
    [[nodiscard]] std::span<const PlannedPart> parts() const { return parts_.view(); }

  private:
    [[nodiscard]] Units left(const Position& row) {
        const Units units =
            promisable_at(state_, row) - taken_.get(position_key(row.sku, row.location.raw));
        return std::max<Units>(0, budget_.limits(row.sku)
                                      ? std::min(units, budget_.left(row.sku, row.location))
                                      : units);
    }
    void add(std::uint32_t index, const Line& line, LocationId at, Units units) {
        take(line.sku, at, units);
        parts_.push_back({.line_index = index,
                          .line = line_number(line, index),
                          .sku = line.sku,
                          .location = at,
                          .quantity = units});
    }
    void add(std::uint32_t index, const Line& line, const BackorderPlanner::Piece& piece) {
        parts_.push_back({.line_index = index,
                          .line = line_number(line, index),
                          .sku = line.sku,
                          .location = piece.location,
                          .quantity = piece.units,
                          .bucket = Bucket::backordered,
                          .due = piece.due});
    }
    Units from_stock(std::uint32_t index, const Line& line, Units wanted) {
        const std::span<const Position> rows = state_.positions.of(line.sku);
        offers_.clear();
        for (std::uint32_t r = 0; r < rows.size(); ++r) {
            const LocationId at = rows[r].location;
            if (line.names_location ? at != line.location : !pool_->contains(at)) continue;
            const std::uint16_t rank = line.names_location ? std::uint16_t{0} : pool_->rank(at);
            if (const Units units = left(rows[r]); units > 0)
                offers_.push_back({.row = r, .rank = rank, .units = units});
        }
        const Units rest = take_offers(
            offers_.view(), wanted, in_pool_order,
            [&](const Offer& offer, Units units) {
                add(index, line, rows[offer.row].location, units);
                return true;
            },
            [&](const Offer& offer) { return left(rows[offer.row]); });
        return wanted - rest;
    }
    Units from_supply(std::uint32_t index, const Line& line, Units wanted) {
        if (wanted == 0) return 0;
        Units planned = 0;
        for (const BackorderPlanner::Piece& piece :
             waiting_.plan({.sku = line.sku,
                            .location = line.names_location ? line.location : kNoLocation,
                            .pool = pool_,
                            .quantity = wanted})) {
            add(index, line, piece);
            planned += piece.units;
        }
        return planned;
    }
    /// A channel that does not split: the first place of its pool that has stock and supply for all
    /// of it.
    bool at_one_place(std::uint32_t index, const Line& line) {
        const Position* first = nullptr;
        state_.expected.for_each_location_of(line.sku, [&](LocationId at) {
            if (!pool_->contains(at)) return;
            if (first != nullptr && pool_->rank(first->location) < pool_->rank(at)) return;
            // Supply that is expected has made a position.
            const Position& row = *state_.positions.find(line.sku, at);
            const Units stock = std::min(line.quantity, left(row));
            take(line.sku, at, stock);
            const Units room = waiting_.room(line.sku, at);
            take(line.sku, at, -stock);
            if (stock + room >= line.quantity) first = &row;
        });
        if (first == nullptr) return false;
        const Units stock = std::min(line.quantity, left(*first));
        if (stock > 0) add(index, line, first->location, stock);
        if (stock < line.quantity)
            add(index, line, waiting_.plan_at(line.sku, first->location, line.quantity - stock));
        return true;
    }

    const State& state_;
    const ChannelRow& row_;
    const PoolRow* pool_;
    TakenUnits taken_;
    ChannelBudget budget_;
    BackorderPlanner waiting_;
    ArenaList<Offer> offers_;
    ArenaList<PlannedPart> parts_;
};

bool for_want_of_stock(Refusal refusal) {
    return refusal == Refusal::insufficient_stock || refusal == Refusal::split_not_allowed ||
           refusal == Refusal::quota_exhausted;
}

}  // namespace

Plan plan_on_backorder(const State& state, Instant now, ChannelId channel,
                       std::span<const Line> lines, const Plan& plan, Arena& arena) {
    StockThenSupply second(state, now, channel, arena);
    for (const PlannedPart& part : plan.parts) second.take(part.sku, part.location, part.quantity);
    ArenaList<LineProblem> problems(arena, 0);
    for (LineProblem problem : plan.problems) {
        // A kit would wait for all its components at once; it is not promised from supply.
        const bool may_wait = for_want_of_stock(problem.refusal) &&
                              state.kits.sold_by(lines[problem.line_index].sku) == 0;
        if (may_wait && second.plan(problem.line_index, lines[problem.line_index])) continue;
        if (may_wait && problem.refusal != Refusal::quota_exhausted)
            problem.refusal = Refusal::backorder_limit_reached;
        problems.push_back(problem);
    }
    ArenaList<PlannedPart> parts(arena, plan.parts.size() + second.parts().size());
    for (const PlannedPart& part : plan.parts) parts.push_back(part);
    for (const PlannedPart& part : second.parts()) parts.push_back(part);
    std::stable_sort(
        parts.view().begin(), parts.view().end(),
        [](const PlannedPart& a, const PlannedPart& b) { return a.line_index < b.line_index; });
    return {.parts = parts.view(), .problems = problems.view()};
}

}  // namespace holdfast::ledger
