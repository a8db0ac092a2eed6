#include "ledger/backorders.h"

#include <algorithm>
#include <vector>

#include "ledger/arena_map.h"

namespace holdfast::ledger {
namespace {

/// A longer horizon reaches as far as any date does.
constexpr std::int64_t kHorizonDaysMax = 4'000'000;

std::int64_t horizon(const State& state, SkuId sku, LocationId at, Instant now) {
    const auto days = state.policies.find(PolicyKind::backorder_horizon, sku, at);
    if (!days) return due_unknown - 1;
    return to_raw(now + std::chrono::hours(24) * std::min<std::int64_t>(*days, kHorizonDaysMax));
}

Units oversold(const State& state, SkuId sku, LocationId at, const BackordersAhead& ahead) {
    const Position* row = state.positions.find(sku, at);
    return std::max<Units>(0, -((row == nullptr ? 0 : row->free()) + ahead.returned));
}

/// Units that come at a date, or are promised for it.
struct Point {
    std::int64_t due = 0;
    Units supply = 0;
    Units promised = 0;
};
using Points = std::vector<Point>;

/// What is dated at the position up to `until`, in no order.
Points points_until(const State& state, SkuId sku, LocationId at, std::int64_t until) {
    Points points;
    state.expected.for_each_at(sku, at, [&](std::int64_t due, Units units) {
        if (due <= until) points.push_back({.due = due, .supply = units});
    });
    state.backorders.promised().for_each_at(sku, at, [&](std::int64_t due, Units units) {
        if (due <= until) points.push_back({.due = due, .promised = units});
    });
    return points;
}

/// Visits the sums up to each date, date by date.
template <class Visit>
void for_each_sum(Points points, Visit&& visit) {
    std::sort(points.begin(), points.end(),
              [](const Point& a, const Point& b) { return a.due < b.due; });
    Point sum;
    for (std::size_t i = 0; i < points.size(); ++i) {
        sum.due = points[i].due;
        sum.supply += points[i].supply;
        sum.promised += points[i].promised;
        if (i + 1 == points.size() || points[i + 1].due != points[i].due) visit(sum);
    }
}

/// The most units that at some date are promised and have not come by then.
Units late(const Points& points) {
    Units most = 0;
    for_each_sum(points, [&](const Point& sum) {
        most = std::max(most, std::min(sum.promised, sum.promised - sum.supply));
    });
    return most;
}

Units uncovered(Units waiting, Units supply) {
    return std::clamp<Units>(waiting - supply, 0, std::max<Units>(0, waiting));
}

}  // namespace

Units backorderable(const State& state, SkuId sku, LocationId at, Instant now,
                    const BackordersAhead& ahead) {
    const Units limit = state.policies.effective(PolicyKind::backorder_limit, sku, at);
    if (limit == 0 || !state.enabled(at)) return 0;
    if (state.policies.find(PolicyKind::enabled, sku, at) == 0) return 0;
    const RareBuckets rare = state.positions.rare(sku, at);
    const Units waiting = rare.backordered + ahead.waiting;
    // What came before anybody said that it left is missing on its lane, and covers nothing.
    const Units supply = std::min(state.expected.until(sku, at, horizon(state, sku, at, now)),
                                  rare.inbound + rare.in_transit);
    const Units covered = supply - waiting - oversold(state, sku, at, ahead);
    return std::max<Units>(0, std::min(limit - waiting, covered));
}

std::int64_t promise_date(const State& state, SkuId sku, LocationId at, Instant now, Units units,
                          const BackordersAhead& ahead) {
    const Units needed = units + ahead.waiting + oversold(state, sku, at, ahead);
    const Points points = points_until(state, sku, at, horizon(state, sku, at, now));
    std::int64_t date = due_unknown;
    for_each_sum(points, [&](const Point& sum) {
        if (sum.supply - sum.promised < needed)
            date = due_unknown;
        else if (date == due_unknown)
            date = sum.due;
    });
    return date == due_unknown ? date : std::max(date, to_raw(now));
}

bool leaves_uncovered(const State& state, std::span<const Posting> postings, LocationId lane_to,
                      Arena& arena) {
    const auto waits = [](const Posting& posting) { return posting.bucket == Bucket::backordered; };
    if (state.backorders.empty() && std::none_of(postings.begin(), postings.end(), waits))
        return false;
    struct Change {
        Units waiting = 0;
        Units supply = 0;
    };
    ArenaMap<Change> changes(arena);
    const auto place_of = [&](const Posting& posting) {
        if (posting.place.kind() == PlaceKind::location) return posting.place.location();
        const std::uint32_t lane = posting.place.number();
        return lane < state.lanes.size() ? state.lanes.lane(lane).destination : lane_to;
    };
    const auto concerns = [&](const Posting& posting) {
        const bool on_lane = posting.place.kind() == PlaceKind::lane;
        return on_lane || (posting.place.kind() == PlaceKind::location &&
                           (posting.bucket == Bucket::inbound || waits(posting)));
    };
    for (const Posting& posting : postings) {
        if (!concerns(posting)) continue;
        Change& change = changes[position_key(posting.sku, place_of(posting).raw)];
        (waits(posting) ? change.waiting : change.supply) += posting.delta;
    }
    return std::any_of(postings.begin(), postings.end(), [&](const Posting& posting) {
        if (!concerns(posting)) return false;
        const LocationId at = place_of(posting);
        const Change change = changes.get(position_key(posting.sku, at.raw));
        const RareBuckets rare = state.positions.rare(posting.sku, at);
        const Units supply = rare.inbound + rare.in_transit;
        return uncovered(rare.backordered + change.waiting, supply + change.supply) >
               uncovered(rare.backordered, supply);
    });
}

bool leaves_late(const State& state, std::span<const SupplyChange> changes, Arena& arena) {
    if (state.backorders.empty()) return false;
    ArenaMap<bool> seen(arena);
    return std::any_of(changes.begin(), changes.end(), [&](const SupplyChange& changed) {
        bool& again = seen[position_key(changed.sku, changed.location.raw)];
        if (again) return false;
        again = true;
        Points points = points_until(state, changed.sku, changed.location, due_unknown - 1);
        const Units before = late(points);
        for (const SupplyChange& change : changes)
            if (change.sku == changed.sku && change.location == changed.location &&
                change.due != due_unknown)
                points.push_back({.due = change.due, .supply = change.delta});
        return late(points) > before;
    });
}

}  // namespace holdfast::ledger
