// The twin's back-orders after they were made: who is served when goods come in, and which promises
// supply does no longer cover, or covers too late.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

Units sum_until(const std::map<std::int64_t, Units>& dated, std::int64_t date) {
    Units sum = 0;
    for (const auto& [due, units] : dated)
        if (due <= date) sum += units;
    return sum;
}

}  // namespace

/// Who is served by the goods that the draft brings in: those that wait there, the earliest promise
/// first.
std::vector<Twin::Fill> Twin::fills_of(Draft& draft) const {
    std::map<TwinPlace, Units> sellable;
    std::map<TwinPlace, Units> gained;
    for (const auto& [where, delta] : draft.postings) {
        const auto& [sku, place, bucket] = where;
        if (place.kind() != PlaceKind::location) continue;
        if (bucket == Bucket::sellable) sellable[{sku, place.location()}] += delta;
        if (bucket == Bucket::sellable) gained[{sku, place.location()}] += delta;
        if (bucket == Bucket::reserved || bucket == Bucket::allocated)
            gained[{sku, place.location()}] -= delta;
    }
    std::vector<Fill> fills;
    for (const TwinPlace& where : order_of_arrival(draft)) {
        if (sellable[where] <= 0) continue;
        using Turn = std::tuple<std::int64_t, std::uint64_t, std::uint64_t, std::size_t>;
        std::map<Turn, Units> queue;
        for (const auto& [id, r] : reservations)
            for (std::size_t p = 0; p < r.parts.size(); ++p) {
                const TwinPart& part = r.parts[p];
                if (TwinPlace{part.sku, part.location} == where && part.backordered > 0)
                    queue[{part.promised, part.since, id, p}] = part.backordered;
            }
        Units there = free(where.first, where.second) + gained[where];
        for (const auto& [turn, units] : queue) {
            if (there <= 0) break;
            if (fills.size() >= limits_.backorders_filled_max) {
                draft.raises.insert(CaseKind::backorder_unfilled);
                break;
            }
            fills.push_back({std::get<2>(turn), std::get<3>(turn), std::min(there, units)});
            there -= fills.back().units;
        }
    }
    return fills;
}

/// Positions in the order in which the event's lines name them.
std::vector<TwinPlace> Twin::order_of_arrival(const Draft& draft) const {
    std::vector<TwinPlace> order = draft.arrivals;
    std::vector<TwinPlace> each;
    for (const TwinPlace& where : order)
        if (std::find(each.begin(), each.end(), where) == each.end()) each.push_back(where);
    return each;
}

/// The facts that serve them, one for each reservation.
std::vector<Twin::Draft> Twin::drafts_of(const std::vector<Fill>& fills) const {
    std::vector<Draft> drafts;
    for (const Fill& fill : fills) {
        auto draft = std::find_if(drafts.begin(), drafts.end(), [&](const Draft& d) {
            return d.reservation == fill.reservation;
        });
        if (draft == drafts.end()) {
            draft = drafts.insert(drafts.end(), Draft{});
            draft->type = FactType::backorder_filled;
            draft->reservation = fill.reservation;
            draft->after = reservations.at(fill.reservation);
        }
        TwinPart& part = draft->after.parts[fill.part];
        draft->change(part, Bucket::backordered, -fill.units);
        draft->change(part, Bucket::reserved, fill.units);
    }
    return drafts;
}

/// By position: back-orders beyond everything that is expected, once the drafts are recorded.
std::map<TwinPlace, Units> Twin::uncovered(const std::vector<const Draft*>& drafts) const {
    std::map<TwinPlace, std::map<Bucket, Units>> levels = positions;
    for (const Draft* draft : drafts)
        for (const auto& [where, delta] : draft->postings) {
            const auto& [sku, place, bucket] = where;
            std::vector<TwinLane> roads = lanes;
            roads.insert(roads.end(), draft->new_lanes.begin(), draft->new_lanes.end());
            if (place.kind() == PlaceKind::location)
                levels[{sku, place.location()}][bucket] += delta;
            if (place.kind() == PlaceKind::lane)
                levels[{sku, roads[place.number()].second}][Bucket::in_transit] += delta;
        }
    std::map<TwinPlace, Units> beyond;
    for (auto& [where, row] : levels) {
        const Units waiting = row[Bucket::backordered];
        if (waiting <= 0) continue;
        const Units supply = row[Bucket::inbound] + row[Bucket::in_transit];
        beyond[where] = std::clamp<Units>(waiting - supply, 0, waiting);
    }
    return beyond;
}

/// Raises a case where there are more such units than there were.
void Twin::flag_uncovered(Draft& draft, const std::vector<Draft>& next) const {
    const auto waits = [](const auto& posting) {
        return std::get<Bucket>(posting.first) == Bucket::backordered;
    };
    if (parts_waiting() == 0 && std::none_of(draft.postings.begin(), draft.postings.end(), waits))
        return;
    std::vector<const Draft*> all{&draft};
    for (const Draft& d : next) all.push_back(&d);
    std::map<TwinPlace, Units> before = uncovered({});
    for (const auto& [where, units] : uncovered(all))
        if (units > before[where]) draft.raises.insert(CaseKind::backorder_uncovered);
}

/// By position: the most units that at some date are promised and have not come by then.
std::map<TwinPlace, Units> Twin::late() const {
    std::map<TwinPlace, Units> late;
    for (const auto& [where, row] : positions) {
        const auto coming = supply(where.first, where.second);
        const auto promised = promises(where.first, where.second);
        for (const auto* dated : {&coming, &promised})
            for (const auto& [date, units] : *dated) {
                const Units wanted = sum_until(promised, date);
                const Units missing = std::min(wanted, wanted - sum_until(coming, date));
                late[where] = std::max(late[where], missing);
            }
    }
    return late;
}

void Twin::flag_late(Draft& draft, std::string_view number,
                     const std::map<std::uint64_t, TwinInboundLine>& lines) const {
    if (parts_waiting() == 0) return;
    Twin after = *this;
    for (const auto& [line, row] : lines) after.inbound[{std::string(number), line}] = row;
    std::map<TwinPlace, Units> before = late();
    for (const auto& [where, units] : after.late())
        if (units > before[where]) draft.raises.insert(CaseKind::promise_slipped);
}

}  // namespace holdfast::ledger
