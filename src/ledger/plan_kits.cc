// Sourcing where lines ask for kits. A kit comes whole from one location, so that its components
// leave together; a line of several kits may be split between them. A line that asks for an item is
// a kit of one component here. Rules: docs/architecture.md, "Sourcing".
#include "base/check.h"
#include "base/planted.h"
#include "ledger/plan_lines.h"

namespace holdfast::ledger {
namespace {

/// One item that lines of the request take, and what its positions still give.
struct Stock {
    SkuId sku;
    std::span<const Position> rows;
    std::span<Units> left;
    Units pool_need = 0;
    bool limited = false;  // what its groups leave the channel counts as well
};

/// What one unit of a line takes of a stock.
struct Need {
    std::uint32_t stock = 0;
    Units units = 0;
};

/// Kits that the locations of a group have components for, and what the group leaves the channel.
struct OfGroup {
    Units has = 0;
    Units leaves = 0;
};

class KitPlanner {
  public:
    KitPlanner(const State& state, ChannelId channel, std::span<const Line> lines, Arena& arena,
               const ReturnedUnits* returned)
        : state_(state),
          arena_(arena),
          lines_(lines),
          channel_(channel),
          row_(state.channel_row(channel)),
          pool_(row_.pool == kNoPool ? nullptr : &state.pool_rows[row_.pool.raw]),
          parts_(arena, lines.size()),
          problems_(arena, 0),
          stocks_(arena),
          stock_of_(arena),
          needs_(arena.array<std::span<const Need>>(lines.size())),
          offers_(arena, 0),
          budget_(state, channel, arena, returned),
          returned_(returned) {}

    Plan run() {
        check_lines(state_, channel_, lines_, arena_, problems_,
                    [&](std::uint32_t i) { needs_[i] = needs_of(lines_[i]); });
        const auto each = [&](auto&& wanted, auto&& plan) {
            for (std::uint32_t i = 0; i < lines_.size() && !full(); ++i)
                if (!needs_[i].empty() && wanted(i)) plan(i);
        };
        each([&](std::uint32_t i) { return lines_[i].names_location; },
             [&](std::uint32_t i) { plan_named(i); });
        preferred_ = location_for_all();
        // Kits before single items: those fit in where kits do not.
        for (const bool kits : {true, false})
            each([&](std::uint32_t i) { return !lines_[i].names_location && is_kit(i) == kits; },
                 [&](std::uint32_t i) { plan_pool_line(i); });
        const auto earlier = [](const auto& a, const auto& b) {
            return a.line_index < b.line_index;
        };
        std::stable_sort(parts_.view().begin(), parts_.view().end(), earlier);
        std::sort(problems_.view().begin(), problems_.view().end(), earlier);
        return {.parts = parts_.view(), .problems = problems_.view()};
    }

  private:
    [[nodiscard]] bool full() const { return parts_.size() > parts_per_reservation_max; }
    [[nodiscard]] bool is_kit(std::uint32_t index) const {
        return state_.kits.sold_by(lines_[index].sku) != 0;
    }

    std::span<const Need> needs_of(const Line& line) {
        ArenaList<Need> needs(arena_, 1);
        const auto add = [&](SkuId sku, Units units) {
            const std::uint32_t stock = stock_of(sku);
            needs.push_back({.stock = stock, .units = units});
            if (!line.names_location) stocks_.view()[stock].pool_need += line.quantity * units;
        };
        if (const std::uint32_t recipe = state_.kits.sold_by(line.sku); recipe != 0)
            for (const Component& component : state_.kits.recipe(recipe).components)
                add(component.sku, component.units);
        else
            add(line.sku, 1);
        return needs.view();
    }

    std::uint32_t stock_of(SkuId sku) {
        std::uint32_t& known = stock_of_[position_key(sku, 0)];  // index + 1
        if (known != 0) return known - 1;
        const std::span<const Position> rows = state_.positions.of(sku);
        stocks_.push_back({.sku = sku,
                           .rows = rows,
                           .left = units_left(state_, rows, returned_, arena_),
                           .limited = budget_.limits(sku)});
        known = static_cast<std::uint32_t>(stocks_.size());
        return known - 1;
    }

    /// The row of a stock at a location, or the number of its rows.
    static std::size_t row_at(const Stock& stock, LocationId at) {
        const auto it =
            std::lower_bound(stock.rows.begin(), stock.rows.end(), at,
                             [](const Position& p, LocationId l) { return p.location < l; });
        if (it == stock.rows.end() || it->location != at) return stock.rows.size();
        return static_cast<std::size_t>(it - stock.rows.begin());
    }

    enum class Bound : std::uint8_t { stock, group, quota };
    /// Units of a stock that a location still gives, up to a bound.
    Units given(const Stock& stock, LocationId at, Bound bound) {
        const std::size_t row = row_at(stock, at);
        if (row == stock.rows.size()) return 0;
        const Units left = stock.left[row];
        if (!stock.limited || bound == Bound::stock) return left;
        return std::min(left, bound == Bound::quota ? budget_.left(stock.sku, at)
                                                    : budget_.left_without_quota(stock.sku, at));
    }
    /// How many of the line a location still gives: as many as the scarcest component allows.
    Units given(std::uint32_t index, LocationId at, Bound bound = Bound::quota) {
        Units whole = quantity_max;
        for (const Need& need : needs_[index])
            whole = std::min(whole, given(stocks_.view()[need.stock], at, bound) / need.units);
        return whole;
    }

    void take(std::uint32_t index, LocationId at, Units quantity) {
        for (const Need& need : needs_[index]) {
            const bool last = &need == &needs_[index].back();
            if (planted(Bug::kit_held_without_a_component) && last && needs_[index].size() > 1)
                break;
            const Stock& stock = stocks_.view()[need.stock];
            const Units units = quantity * need.units;
            if (!planted(Bug::kits_not_summed_with_other_lines))
                stock.left[row_at(stock, at)] -= units;
            if (stock.limited) budget_.take(stock.sku, at, units);
            parts_.push_back({.line_index = index,
                              .line = line_number(lines_[index], index),
                              .sku = stock.sku,
                              .location = at,
                              .quantity = units,
                              .recipe = state_.kits.sold_by(lines_[index].sku)});
        }
    }

    void plan_named(std::uint32_t index) {
        const Line& line = lines_[index];
        const Units here = given(index, line.location);
        if (here >= line.quantity) {
            take(index, line.location, line.quantity);
            return;
        }
        const bool quota_is_why = given(index, line.location, Bound::group) >= line.quantity;
        LineProblem problem{
            .line_index = index,
            .refusal = quota_is_why ? Refusal::quota_exhausted : Refusal::insufficient_stock,
            .sku = line.sku,
            .location = line.location,
            .requested = line.quantity,
            .available_to_sell = here};
        add_because(problem, [&](LocationId at) { return at == line.location; });
        problems_.push_back(problem);
    }

    /// The first location of the pool that covers every pool line whole.
    LocationId location_for_all() {
        if (pool_ == nullptr) return kNoLocation;
        const auto wanted = [](const Stock& stock) { return stock.pool_need > 0; };
        const std::span<const Stock> stocks = stocks_.view();
        if (std::count_if(stocks.begin(), stocks.end(), wanted) < 2) return kNoLocation;
        for (const LocationId at : pool_->locations) {
            const bool covers = std::all_of(stocks.begin(), stocks.end(), [&](const Stock& stock) {
                return given(stock, at, Bound::quota) >= stock.pool_need;
            });
            if (covers) return at;
        }
        return kNoLocation;
    }

    /// The locations of the pool that may have the line: those of its first component.
    template <class Visit>
    void for_each_in_pool(std::uint32_t index, Visit&& visit) {
        const std::span<const Position> rows = stocks_.view()[needs_[index].front().stock].rows;
        for (std::uint32_t r = 0; r < rows.size(); ++r)
            if (const std::uint16_t rank = pool_->rank(rows[r].location);
                rank != PoolRow::kNotInPool)
                visit(Offer{.row = r, .rank = rank}, rows[r].location);
    }

    void plan_pool_line(std::uint32_t index) {
        const Units wanted = lines_[index].quantity;
        if (preferred_ != kNoLocation) {
            take(index, preferred_, wanted);
            return;
        }
        Units largest = 0;
        LocationId whole = kNoLocation;
        std::uint32_t whole_rank = PoolRow::kNotInPool;
        for_each_in_pool(index, [&](const Offer& offer, LocationId at) {
            const Units here = given(index, at);
            largest = std::max(largest, here);
            if (here < wanted || offer.rank >= whole_rank) return;
            whole = at;
            whole_rank = offer.rank;
        });
        if (whole != kNoLocation) {
            take(index, whole, wanted);
            return;
        }
        const Units sum = sum_of_pool(index, Bound::quota);
        if (sum >= wanted && row_.splits)
            split(index, wanted);
        else
            refuse(index, sum, largest);
    }

    void split(std::uint32_t index, Units wanted) {
        offers_.clear();
        for_each_in_pool(index, [&](Offer offer, LocationId at) {
            offer.units = given(index, at);
            if (offer.units > 0) offers_.push_back(offer);
        });
        const std::span<const Position> rows = stocks_.view()[needs_[index].front().stock].rows;
        const Units rest = take_offers(
            offers_.view(), wanted, largest_first,
            [&](const Offer& offer, Units quantity) {
                take(index, rows[offer.row].location, quantity);
                return !full();
            },
            [&](const Offer& offer) { return given(index, rows[offer.row].location); });
        HOLDFAST_CHECK(rest == 0 || full(), "a pool whose sum is enough covers the line");
    }

    /// How many of the line the pool gives in all: of each group, no more than it leaves of any
    /// component.
    Units sum_of_pool(std::uint32_t index, Bound bound) {
        if (groups_.empty()) groups_ = arena_.array<OfGroup>(state_.groups.size());
        Units sum = 0;
        for_each_in_pool(index, [&](const Offer&, LocationId at) {
            const Units here = given(index, at, Bound::stock);
            const GroupId group = state_.group_of(at);
            if (group == kNoGroup) {
                sum += here;
                return;
            }
            groups_[group.raw].has += here;
            groups_[group.raw].leaves = left_in_group(index, at, bound);
        });
        for (OfGroup& group : groups_) {
            sum += std::min(group.has, group.leaves);
            group = {};
        }
        return sum;
    }
    Units left_in_group(std::uint32_t index, LocationId at, Bound bound) {
        Units whole = level_max;
        for (const Need& need : needs_[index]) {
            const Stock& stock = stocks_.view()[need.stock];
            if (!stock.limited) continue;
            const Units left = bound == Bound::quota ? budget_.left(stock.sku, at)
                                                     : budget_.left_without_quota(stock.sku, at);
            whole = std::min(whole, left / need.units);
        }
        return whole;
    }

    bool quota_is_why(std::uint32_t index, Units wanted) {
        if (row_.splits) return sum_of_pool(index, Bound::group) >= wanted;
        bool one_would_do = false;
        for_each_in_pool(index, [&](const Offer&, LocationId at) {
            one_would_do |= given(index, at, Bound::group) >= wanted;
        });
        return one_would_do;
    }

    void refuse(std::uint32_t index, Units sum, Units largest) {
        const Line& line = lines_[index];
        LineProblem problem{.line_index = index,
                            .refusal = sum >= line.quantity ? Refusal::split_not_allowed
                                                            : Refusal::insufficient_stock,
                            .sku = line.sku,
                            .requested = line.quantity,
                            .available_to_sell = row_.splits ? sum : largest};
        if (quota_is_why(index, line.quantity)) problem.refusal = Refusal::quota_exhausted;
        add_because(problem, [&](LocationId at) { return pool_->contains(at); });
        problems_.push_back(problem);
    }

    /// The numbers of the scarcest component at the places that count.
    template <class Counts>
    void add_because(LineProblem& problem, Counts&& counts) {
        const Stock* scarcest = nullptr;
        Units least = level_max;
        for (const Need& need : needs_[problem.line_index]) {
            const Stock& stock = stocks_.view()[need.stock];
            Units units = 0;
            for (std::size_t r = 0; r < stock.rows.size(); ++r)
                if (counts(stock.rows[r].location)) units += stock.left[r];
            if (scarcest != nullptr && units / need.units >= least) continue;
            scarcest = &stock;
            least = units / need.units;
        }
        const std::span<bool> seen = arena_.array<bool>(state_.groups.size());
        for (const Position& row : scarcest->rows) {
            if (!counts(row.location)) continue;
            problem.sellable += row.sellable;
            problem.reserved += row.reserved;
            problem.allocated += row.allocated;
            problem.safety_stock += row.safety_stock;
            const GroupId group = state_.group_of(row.location);
            if (!scarcest->limited || group == kNoGroup || seen[group.raw]) continue;
            seen[group.raw] = true;
            problem.safety_stock += group_safety_stock(state_, scarcest->sku, group);
        }
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
    ArenaList<Stock> stocks_;
    ArenaMap<std::uint32_t> stock_of_;
    std::span<std::span<const Need>> needs_;  // by line; none of one that is malformed
    ArenaList<Offer> offers_;                 // of one line that is split
    ChannelBudget budget_;
    const ReturnedUnits* returned_;
    std::span<OfGroup> groups_;  // of one line, all zero between two uses
};

}  // namespace

Plan plan_with_kits(const State& state, ChannelId channel, std::span<const Line> lines,
                    Arena& arena, const ReturnedUnits* returned) {
    return KitPlanner(state, channel, lines, arena, returned).run();
}

}  // namespace holdfast::ledger
