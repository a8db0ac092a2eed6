#include "ledger/plan.h"

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "ledger/backorder_plan.h"
#include "ledger/kits.h"
#include "ledger/plan_lines.h"

namespace holdfast::ledger {
namespace {

/// All lines of one SKU, and what its positions still give while the plan goes on.
struct SkuGroup {
    SkuId sku;
    std::span<const Position> rows;
    std::span<Units> left;
    Units pool_need = 0;
    std::uint32_t first = 0;  // into the sorted line order
    std::uint32_t count = 0;
    bool limited = false;  // what its groups leave the channel counts as well
};

/// What a pool gives in all, and at most from one location.
struct PoolSums {
    Units sum = 0;
    Units largest = 0;
};

class Planner {
  public:
    Planner(const State& state, ChannelId channel, std::span<const Line> lines, Arena& arena,
            const ReturnedUnits* returned)
        : state_(state),
          arena_(arena),
          lines_(lines),
          channel_(channel),
          row_(state.channel_row(channel)),
          pool_(row_.pool == kNoPool ? nullptr : &state.pool_rows[row_.pool.raw]),
          parts_(arena, lines.size()),
          problems_(arena, 0),
          order_(arena, lines.size()),
          groups_(arena, lines.size()),
          offers_(arena, 0),
          budget_(state, channel, arena, returned),
          returned_(returned) {}

    Plan run() {
        check_lines(state_, channel_, lines_, arena_, problems_,
                    [&](std::uint32_t i) { order_.push_back(i); });
        group_by_sku();
        for (SkuGroup& group : groups_.view()) plan_named(group);
        preferred_ = location_for_all();
        for (SkuGroup& group : groups_.view()) plan_from_pool(group);
        const auto earlier = [](const PlannedPart& a, const PlannedPart& b) {
            return a.line_index < b.line_index;
        };
        // A stable sort takes memory before it looks, and most requests are in order already.
        if (!std::is_sorted(parts_.view().begin(), parts_.view().end(), earlier)) {
            std::stable_sort(parts_.view().begin(), parts_.view().end(), earlier);
        }
        std::sort(
            problems_.view().begin(), problems_.view().end(),
            [](const LineProblem& a, const LineProblem& b) { return a.line_index < b.line_index; });
        return {.parts = parts_.view(), .problems = problems_.view()};
    }

  private:
    [[nodiscard]] bool full() const { return parts_.size() > parts_per_reservation_max; }

    void group_by_sku() {
        const std::span<std::uint32_t> order = order_.view();
        if (order.size() > 1)
            std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
                const Line &x = lines_[a], &y = lines_[b];
                if (x.sku != y.sku) return x.sku < y.sku;
                if (x.names_location != y.names_location) return x.names_location;
                return a < b;
            });
        for (std::uint32_t at = 0; at < order.size();) {
            SkuGroup group;
            group.sku = lines_[order[at]].sku;
            group.first = at;
            while (at < order.size() && lines_[order[at]].sku == group.sku) ++at;
            group.count = at - group.first;
            group.rows = state_.positions.of(group.sku);
            group.limited = budget_.limits(group.sku);
            group.left = units_left(state_, group.rows, returned_, arena_);
            groups_.push_back(group);
        }
    }

    void take(const SkuGroup& group, std::uint32_t line_index, std::size_t row, Units quantity) {
        if (!planted(Bug::check_lines_one_by_one)) group.left[row] -= quantity;
        if (group.limited) budget_.take(group.sku, group.rows[row].location, quantity);
        parts_.push_back({.line_index = line_index,
                          .line = line_number(lines_[line_index], line_index),
                          .sku = group.sku,
                          .location = group.rows[row].location,
                          .quantity = quantity});
    }

    /// What a row still gives: no more than its group leaves the channel.
    Units given(const SkuGroup& group, std::size_t row) {
        if (!group.limited) return group.left[row];
        return std::min(group.left[row], budget_.left(group.sku, group.rows[row].location));
    }

    /// The same, were there no quotas.
    Units given_without_quota(const SkuGroup& group, std::size_t row) {
        return std::min(group.left[row],
                        budget_.left_without_quota(group.sku, group.rows[row].location));
    }

    void plan_named(SkuGroup& group) {
        for (std::uint32_t i = 0; i < group.count; ++i) {
            const std::uint32_t index = order_.view()[group.first + i];
            const Line& line = lines_[index];
            if (!line.names_location) {
                group.pool_need += line.quantity;
                continue;
            }
            const auto it =
                std::lower_bound(group.rows.begin(), group.rows.end(), line.location,
                                 [](const Position& p, LocationId l) { return p.location < l; });
            const bool found = it != group.rows.end() && it->location == line.location;
            const auto row = static_cast<std::size_t>(it - group.rows.begin());
            const Units here = found ? given(group, row) : 0;
            if (here >= line.quantity) {
                take(group, index, row, line.quantity);
                continue;
            }
            LineProblem problem{.line_index = index,
                                .refusal = Refusal::insufficient_stock,
                                .sku = line.sku,
                                .location = line.location,
                                .requested = line.quantity,
                                .available_to_sell = here};
            if (group.limited && found && given_without_quota(group, row) >= line.quantity)
                problem.refusal = Refusal::quota_exhausted;
            if (found) add_because(problem, *it);
            if (group.limited && found) add_group_safety_stock(problem, line.location);
            problems_.push_back(problem);
        }
    }

    void add_group_safety_stock(LineProblem& problem, LocationId at) const {
        const GroupId id = state_.group_of(at);
        if (id != kNoGroup) problem.safety_stock += group_safety_stock(state_, problem.sku, id);
    }
    /// Of each group of the pool once: by the first of its locations that has a position.
    void add_safety_stock_of_groups(LineProblem& problem, const SkuGroup& group) {
        const std::span<bool> seen = arena_.array<bool>(state_.groups.size());
        for (const Position& row : group.rows) {
            const GroupId id = state_.group_of(row.location);
            if (id == kNoGroup || seen[id.raw] || !pool_->contains(row.location)) continue;
            seen[id.raw] = true;
            add_group_safety_stock(problem, row.location);
        }
    }

    static void add_because(LineProblem& problem, const Position& row) {
        problem.sellable += row.sellable;
        problem.reserved += row.reserved;
        problem.allocated += row.allocated;
        problem.safety_stock += row.safety_stock;
    }

    /// The first location of the pool that covers every pool line of the request whole, so that a
    /// basket leaves from one place. Only asked when the pool must serve several SKUs.
    LocationId location_for_all() {
        if (pool_ == nullptr) return kNoLocation;
        std::uint32_t wanting = 0;
        for (const SkuGroup& group : groups_.view()) wanting += group.pool_need > 0 ? 1 : 0;
        if (wanting < 2) return kNoLocation;
        const std::span<std::uint32_t> covers =
            arena_.array<std::uint32_t>(pool_->locations.size());
        for (const SkuGroup& group : groups_.view()) {
            if (group.pool_need == 0) continue;
            for (std::size_t r = 0; r < group.rows.size(); ++r) {
                const std::uint16_t rank = pool_->rank(group.rows[r].location);
                if (rank != PoolRow::kNotInPool && given(group, r) >= group.pool_need)
                    ++covers[rank];
            }
        }
        const auto it = std::find(covers.begin(), covers.end(), wanting);
        if (it == covers.end()) return kNoLocation;
        return pool_->locations[static_cast<std::size_t>(it - covers.begin())];
    }

    void plan_from_pool(const SkuGroup& group) {
        if (group.pool_need == 0) return;
        for (std::uint32_t i = 0; i < group.count; ++i) {
            const std::uint32_t index = order_.view()[group.first + i];
            if (!lines_[index].names_location && !full()) plan_pool_line(group, index);
        }
    }

    void plan_pool_line(const SkuGroup& group, std::uint32_t index) {
        const Units wanted = lines_[index].quantity;
        PoolSums sums;
        std::size_t best = group.rows.size();
        std::uint16_t best_rank = PoolRow::kNotInPool;
        for (std::size_t r = 0; r < group.rows.size(); ++r) {
            const std::uint16_t rank = pool_->rank(group.rows[r].location);
            if (rank == PoolRow::kNotInPool) continue;
            const Units units = given(group, r);
            sums.sum += units;
            sums.largest = std::max(sums.largest, units);
            if (group.rows[r].location == preferred_ && units >= wanted) {
                best = r;
                best_rank = 0;
                break;
            }
            if (units >= wanted && rank < best_rank) {
                best = r;
                best_rank = rank;
            }
        }
        if (best != group.rows.size()) {
            take(group, index, best, wanted);
            return;
        }
        if (group.limited) sums.sum = sum_within_groups(group, &ChannelBudget::left);
        if (sums.sum >= wanted && (row_.splits || planted(Bug::split_where_the_channel_may_not))) {
            split(group, index, wanted);
        } else {
            refuse_from_pool(group, index, sums);
        }
    }

    /// What the pool gives in all of a SKU whose groups keep some of it back.
    Units sum_within_groups(const SkuGroup& group,
                            Units (ChannelBudget::*left)(SkuId, LocationId)) {
        if (of_group_.empty()) of_group_ = arena_.array<Units>(state_.groups.size());
        const auto sum_over = [&](auto&& units_of) {
            Units sum = 0;
            for (std::size_t r = 0; r < group.rows.size(); ++r) {
                const LocationId at = group.rows[r].location;
                if (pool_->contains(at)) sum += units_of(r, at, state_.group_of(at));
            }
            return sum;
        };
        const Units outside = sum_over([&](std::size_t r, LocationId, GroupId id) {
            if (id == kNoGroup) return group.left[r];
            of_group_[id.raw] += group.left[r];
            return Units{0};
        });
        return outside + sum_over([&](std::size_t, LocationId at, GroupId id) {
                   if (id == kNoGroup) return Units{0};
                   const Units units = std::min(of_group_[id.raw], (budget_.*left)(group.sku, at));
                   of_group_[id.raw] = 0;
                   return units;
               });
    }

    void split(const SkuGroup& group, std::uint32_t index, Units wanted) {
        offers_.clear();
        for (std::uint32_t r = 0; r < group.rows.size(); ++r) {
            const Units units = given(group, r);
            if (units > 0 && pool_->contains(group.rows[r].location))
                offers_.push_back(
                    {.row = r, .rank = pool_->rank(group.rows[r].location), .units = units});
        }
        const Units rest = take_offers(
            offers_.view(), wanted, largest_first,
            [&](const Offer& offer, Units units) {
                take(group, index, offer.row, units);
                return !full();
            },
            [&](const Offer& offer) { return given(group, offer.row); });
        HOLDFAST_CHECK(rest == 0 || full(), "a pool whose sum is enough covers the line");
    }

    /// Whether a line that was refused would have been served if there were no quotas.
    bool quota_is_why(const SkuGroup& group, Units wanted) {
        if (row_.splits)
            return sum_within_groups(group, &ChannelBudget::left_without_quota) >= wanted;
        for (std::size_t r = 0; r < group.rows.size(); ++r)
            if (pool_->contains(group.rows[r].location) && given_without_quota(group, r) >= wanted)
                return true;
        return false;
    }

    void refuse_from_pool(const SkuGroup& group, std::uint32_t index, const PoolSums& sums) {
        const bool split_would_do = sums.sum >= lines_[index].quantity;
        LineProblem problem{
            .line_index = index,
            .refusal = split_would_do ? Refusal::split_not_allowed : Refusal::insufficient_stock,
            .sku = group.sku,
            .requested = lines_[index].quantity,
            .available_to_sell = row_.splits ? sums.sum : sums.largest};
        if (group.limited && quota_is_why(group, lines_[index].quantity))
            problem.refusal = Refusal::quota_exhausted;
        for (const Position& row : group.rows)
            if (pool_->contains(row.location)) add_because(problem, row);
        if (group.limited) add_safety_stock_of_groups(problem, group);
        problems_.push_back(problem);
    }

    const State& state_;
    Arena& arena_;
    std::span<const Line> lines_;
    ChannelId channel_;
    const ChannelRow& row_;
    const PoolRow* pool_;
    LocationId preferred_ = kNoLocation;
    ArenaList<PlannedPart> parts_;
    ArenaList<LineProblem> problems_;
    ArenaList<std::uint32_t> order_;
    ArenaList<SkuGroup> groups_;
    ArenaList<Offer> offers_;  // of one line that is split
    ChannelBudget budget_;
    const ReturnedUnits* returned_;
    std::span<Units> of_group_;  // sums by group, all zero between two uses
};

}  // namespace

Refusal place_refusal(const State& state, ChannelId channel, const Line& line) {
    const PoolId pool = state.channel_row(channel).pool;
    if (!line.names_location) return pool == kNoPool ? Refusal::channel_has_no_pool : Refusal::none;
    if (line.location.raw >= state.locations.size()) return Refusal::unknown_location;
    if (pool != kNoPool && !state.pool_rows[pool.raw].contains(line.location))
        return Refusal::location_not_in_pool;
    return Refusal::none;
}

Refusal malformed(const State& state, ChannelId channel, const Line& line) {
    if (line.quantity < 1) return Refusal::quantity_must_be_positive;
    if (line.quantity > quantity_max) return Refusal::quantity_too_large;
    if (line.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    if (const Refusal refusal = kit_refusal(state, line); refusal != Refusal::none) return refusal;
    return place_refusal(state, channel, line);
}

std::span<const bool> duplicate_lines(std::span<const Line> lines, Arena& arena) {
    if (lines.size() < 2) return {};
    bool numbered = false;
    for (const Line& line : lines) numbered |= line.line != 0;
    if (!numbered) return {};
    const std::span<std::uint32_t> order = arena.array<std::uint32_t>(lines.size());
    for (std::uint32_t i = 0; i < lines.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const std::uint64_t x = line_number(lines[a], a), y = line_number(lines[b], b);
        return x != y ? x < y : a < b;
    });
    const std::span<bool> duplicate = arena.array<bool>(lines.size());
    for (std::size_t i = 1; i < order.size(); ++i)
        duplicate[order[i]] = line_number(lines[order[i]], order[i]) ==
                              line_number(lines[order[i - 1]], order[i - 1]);
    return duplicate;
}

Plan plan_lines(const State& state, ChannelId channel, std::span<const Line> lines, Arena& arena,
                const ReturnedUnits* returned) {
    const bool kits =
        !state.kits.empty() && std::any_of(lines.begin(), lines.end(), [&](const Line& line) {
            return state.kits.sold_by(line.sku) != 0;
        });
    if (kits) return plan_with_kits(state, channel, lines, arena, returned);
    return Planner(state, channel, lines, arena, returned).run();
}

ForcedPlanner::Along ForcedPlanner::along(const ForcedRequest& request) const {
    if (request.location != kNoLocation) return {.first = request.location};
    const PoolId pool =
        request.channel == kNoChannel ? kNoPool : state_.channel_row(request.channel).pool;
    if (pool != kNoPool && !state_.pool_rows[pool.raw].locations.empty())
        return {&state_.pool_rows[pool.raw], state_.pool_rows[pool.raw].locations.front()};
    return {.first = request.fallback};
}

Refusal ForcedPlanner::refusal(const ForcedRequest& request) const {
    const Along where = along(request);
    if (where.first.raw < state_.locations.size()) return Refusal::none;
    const bool named = request.location != kNoLocation || request.has_fallback;
    return named ? Refusal::unknown_location : Refusal::location_required;
}

void ForcedPlanner::plan(const ForcedRequest& request, BackorderPlanner* waiting) {
    const Along where = along(request);
    std::span<const Position> rows = state_.positions.of(request.sku);
    if (where.pool == nullptr) {
        const Position* row = state_.positions.find(request.sku, where.first);
        rows = row == nullptr ? rows.first(0) : std::span(row, 1);
    }
    first_of_line_ = parts_.size();
    Units wanted = request.quantity;
    const bool limited = budget_.limits(request.sku);
    for (const Depth depth : {Depth::sellable, Depth::promisable, Depth::free}) {
        if (depth == Depth::sellable && !limited) continue;
        if (wanted == 0 || !fits()) return;
        gather(rows, where.pool, depth);
        wanted = take_offers(
            offers_.view(), wanted, in_pool_order,
            [&](const Offer& offer, Units units) {
                add(request, rows[offer.row].location, units);
                return fits();
            },
            [&](const Offer& offer) {
                if (depth != Depth::sellable) return offer.units;
                return std::min(offer.units, budget_.left(request.sku, rows[offer.row].location));
            });
    }
    if (wanted > 0 && waiting != nullptr) wanted = wait(request, where, wanted, *waiting);
    if (wanted == 0) return;
    oversold_ += wanted;
    add(request, where.first, wanted);
}

/// Tells what no supply serves either.
Units ForcedPlanner::wait(const ForcedRequest& request, const Along& where, Units wanted,
                          BackorderPlanner& waiting) {
    const LocationId only = where.pool == nullptr ? where.first : kNoLocation;
    for (const BackorderPlanner::Piece& piece : waiting.plan(
             {.sku = request.sku, .location = only, .pool = where.pool, .quantity = wanted})) {
        parts_.push_back({.line_index = request.line_index,
                          .line = request.line,
                          .sku = request.sku,
                          .location = piece.location,
                          .quantity = piece.units,
                          .bucket = Bucket::backordered,
                          .due = piece.due});
        wanted -= piece.units;
    }
    return wanted;
}

void ForcedPlanner::take(SkuId sku, LocationId at, Units units) {
    Units& taken = taken_[position_key(sku, at.raw)];
    if (budget_.limits(sku)) {
        const Position* row = state_.positions.find(sku, at);
        const Units left = row == nullptr ? 0 : promisable_at(state_, *row) - taken;
        budget_.take(sku, at, units, std::clamp<Units>(left, 0, units));
    }
    taken += units;
}

/// What the rows still give after everything that was taken before.
void ForcedPlanner::gather(std::span<const Position> rows, const PoolRow* pool, Depth depth) {
    offers_.clear();
    for (std::uint32_t r = 0; r < rows.size(); ++r) {
        const Position& row = rows[r];
        const bool open = state_.enabled(row.location) && row.disabled == 0;
        const bool all = depth == Depth::free && !planted(Bug::forced_hold_spares_safety_stock);
        const Units limit = all ? row.free() : promisable_at(state_, row);
        const std::uint16_t rank = pool == nullptr ? 0 : pool->rank(row.location);
        if (limit <= 0 || rank == PoolRow::kNotInPool || !open) continue;
        const Units taken = planted(Bug::forced_hold_ignores_earlier_lines)
                                ? 0
                                : taken_.get(position_key(row.sku, row.location.raw));
        const Units left = limit - taken;
        if (left > 0) offers_.push_back({.row = r, .rank = rank, .units = left});
    }
}

void ForcedPlanner::add(const ForcedRequest& request, LocationId at, Units units) {
    take(request.sku, at, units);
    for (PlannedPart& part : parts_.view().subspan(first_of_line_))
        if (part.location == at && part.bucket == Bucket::reserved) {
            part.quantity += units;
            return;
        }
    parts_.push_back({.line_index = request.line_index,
                      .line = request.line,
                      .sku = request.sku,
                      .location = at,
                      .quantity = units,
                      .recipe = request.recipe});
}

}  // namespace holdfast::ledger
