// The twin's back-orders: what may be promised from supply, and for when.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

constexpr std::int64_t kNoDate = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kDay = 86'400'000'000;

std::optional<LocationId> place_of(const RecordEvent& c, const Line& line) {
    if (line.names_location) return line.location;
    if (c.names_location) return c.location;
    return std::nullopt;
}

Units sum_until(const std::map<std::int64_t, Units>& dated, std::int64_t date) {
    Units sum = 0;
    for (const auto& [due, units] : dated)
        if (due <= date) sum += units;
    return sum;
}

}  // namespace

void Twin::Draft::wait(std::uint64_t line, SkuId sku, LocationId at, Units units, std::int64_t due,
                       std::size_t recipe) {
    post(sku, Place(at), Bucket::backordered, units);
    ++pieces;
    auto part = std::find_if(after.parts.begin(), after.parts.end(), [&](const TwinPart& p) {
        return p.line == line && p.sku == sku && p.location == at;
    });
    if (part == after.parts.end()) {
        TwinPart fresh;
        fresh.line = line;
        fresh.sku = sku;
        fresh.location = at;
        fresh.recipe = recipe;
        part = after.parts.insert(after.parts.end(), fresh);
    }
    part->promised = part->backordered == 0 ? due : std::max(part->promised, due);
    part->created += units;
    part->backordered += units;
}

/// Supply of a position by its date; what has no date is left out.
std::map<std::int64_t, Units> Twin::supply(SkuId sku, LocationId at) const {
    std::map<std::int64_t, Units> dated;
    for (const auto& [key, line] : inbound)
        if (line.sku == sku && line.location == at) dated[line.due] += line.open();
    for (const auto& [id, r] : reservations)
        for (const TwinPart& part : r.parts)
            if (r.transfer && r.destination == at && part.sku == sku)
                dated[r.due] += part.on_lane();
    dated.erase(kNoDate);
    return dated;
}

/// Units that wait at a position by the date they were promised for, if they have one.
std::map<std::int64_t, Units> Twin::promises(SkuId sku, LocationId at) const {
    std::map<std::int64_t, Units> dated;
    for (const auto& [id, r] : reservations)
        for (const TwinPart& part : r.parts)
            if (part.backordered > 0 && part.sku == sku && part.location == at)
                dated[part.promised] += part.backordered;
    dated.erase(kNoDate);
    return dated;
}

bool Twin::inside_horizon(SkuId sku, LocationId at, std::int64_t due, Instant now) const {
    const std::optional<Units> days = policy_row(PolicyKind::backorder_horizon, sku, at);
    const std::int64_t away = due - to_raw(now);
    return !days || away <= 0 || (away + kDay - 1) / kDay <= *days;
}

/// Units promised from the shelf that it does not have, once `taken` more are.
Units Twin::oversold(SkuId sku, LocationId at, Units taken) const {
    return std::max<Units>(0, taken - free(sku, at));
}

Units Twin::backorderable(SkuId sku, LocationId at, Instant now, const Ahead& ahead) const {
    if (!location_enabled[at.raw] || policy_row(PolicyKind::enabled, sku, at) == 0) return 0;
    Units dated = 0;
    for (const auto& [due, units] : supply(sku, at))
        if (inside_horizon(sku, at, due, now)) dated += units;
    const Units all = level(sku, at, Bucket::inbound) + level(sku, at, Bucket::in_transit);
    const Units waiting = level(sku, at, Bucket::backordered) + ahead.waits;
    const Units by_limit = policy(PolicyKind::backorder_limit, sku, at) - waiting;
    const Units by_supply = std::min(dated, all) - waiting - oversold(sku, at, ahead.taken);
    return std::max<Units>(0, std::min(by_limit, by_supply));
}

/// The first date on and after which what has come covers what was promised by then, and `units`
/// more.
std::int64_t Twin::promise_date(SkuId sku, LocationId at, Units units, Instant now,
                                const Ahead& ahead) const {
    const auto coming = supply(sku, at);
    const auto promised = promises(sku, at);
    std::set<std::int64_t> dates;
    for (const auto* dated : {&coming, &promised})
        for (const auto& [due, some] : *dated)
            if (inside_horizon(sku, at, due, now)) dates.insert(due);
    const Units needed = units + ahead.waits + oversold(sku, at, ahead.taken);
    const auto enough_on = [&](std::int64_t date) {
        return sum_until(coming, date) - sum_until(promised, date) >= needed;
    };
    for (auto date = dates.begin(); date != dates.end(); ++date)
        if (std::all_of(date, dates.end(), enough_on)) return std::max(*date, to_raw(now));
    return kNoDate;
}

/// What the draft has promised so far from a position's shelf, and from its supply.
Twin::Ahead Twin::ahead_in(const Draft& draft, SkuId sku, LocationId at) {
    const auto units = [&](const std::map<TwinPlace, Units>& promised) {
        const auto row = promised.find({sku, at});
        return row == promised.end() ? 0 : row->second;
    };
    return {.waits = units(draft.waits), .taken = units(draft.taken)};
}

/// What of a position the channel may still sell, with units that wait counted against its quotas.
Units Twin::left_beside_waits(const Draft& draft, SkuId sku, LocationId at) const {
    if (draft.waits.empty() || quotas.empty())
        return left(draft.after.channel, sku, at, draft.taken);
    Twin view = *this;
    for (const auto& [where, units] : draft.waits) {
        const GroupId group = group_of(where.second);
        if (group != kNoGroup && quota(group, draft.after.channel, where.first) != nullptr)
            view.quota_used[{group, draft.after.channel, where.first}] += units;
    }
    return view.left(draft.after.channel, sku, at, draft.taken);
}

/// Units that may wait at a position once everything in the draft is promised.
Units Twin::room(const Draft& draft, SkuId sku, LocationId at, Instant now) const {
    const Units units = backorderable(sku, at, now, ahead_in(draft, sku, at));
    const GroupId group = group_of(at);
    const TwinQuota* row = group == kNoGroup ? nullptr : quota(group, draft.after.channel, sku);
    if (row == nullptr || row->cap < 0) return units;
    Units k = used(group, draft.after.channel, sku);
    for (const auto* promised : {&draft.taken, &draft.waits})
        for (const auto& [where, some] : *promised)
            if (where.first == sku && group_of(where.second) == group) k += some;
    return std::min(units, std::max<Units>(0, row->cap - k));
}

std::int64_t Twin::date_in(const Draft& draft, SkuId sku, LocationId at, Units units,
                           Instant now) const {
    return promise_date(sku, at, units, now, ahead_in(draft, sku, at));
}

/// Supply for units along some places: all from the place that has it first, or from several.
std::vector<Twin::Wait> Twin::plan_waits(Draft& draft, const std::vector<LocationId>& along,
                                         SkuId sku, Units units, Instant now) const {
    std::vector<Wait> waits;
    const auto at_place = [&](LocationId at, Units some) {
        waits.push_back({at, some, date_in(draft, sku, at, some, now)});
        draft.waits[{sku, at}] += some;
    };
    std::optional<std::pair<std::int64_t, LocationId>> whole;
    for (const LocationId at : along) {
        if (room(draft, sku, at, now) < units) continue;
        const std::int64_t date = date_in(draft, sku, at, units, now);
        if (!whole || date < whole->first) whole = {date, at};
    }
    if (whole) {
        at_place(whole->second, units);
        return waits;
    }
    for (const LocationId at : along) {
        const Units some = std::min(units, room(draft, sku, at, now));
        if (some > 0) at_place(at, some);
        units -= some;
    }
    return waits;
}

std::optional<Twin::Draft> Twin::draft_waiting(const RecordEvent& c, std::span<const Line> lines,
                                               Instant now,
                                               std::vector<TwinProblem>& problems) const {
    std::vector<LinePlan> plans = plan_hold(c.channel, lines);
    std::vector<std::vector<Wait>> waits(lines.size());
    Draft scratch;
    scratch.after.channel = c.channel;
    for (std::size_t i = 0; i < lines.size(); ++i)
        for (const Take& take : plans[i].takes)
            count_taken(scratch.taken, lines[i].sku, take.at, take.units);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        LinePlan& plan = plans[i];
        const bool short_of_stock = plan.refusal == Refusal::insufficient_stock ||
                                    plan.refusal == Refusal::split_not_allowed ||
                                    plan.refusal == Refusal::quota_exhausted;
        if (!short_of_stock || sold_by(lines[i].sku) != 0) continue;  // kits do not wait
        const SkuId sku = lines[i].sku;
        const Draft before = scratch;
        std::vector<LocationId> along = pool_of(c.channel);
        if (lines[i].names_location) along = {lines[i].location};
        std::vector<Take> takes;
        Units rest = lines[i].quantity;
        const auto stock_at = [&](LocationId at) {
            return std::min(rest, left_beside_waits(scratch, sku, at));
        };
        const auto take = [&](LocationId at, Units units) {
            if (units == 0) return;
            takes.push_back({at, units});
            scratch.taken[{sku, at}] += units;
            rest -= units;
        };
        if (splits(c.channel) || lines[i].names_location) {
            for (const LocationId at : along) take(at, stock_at(at));
            if (rest > 0) waits[i] = plan_waits(scratch, along, sku, rest, now);
            for (const Wait& wait : waits[i]) rest -= wait.units;
        } else {
            for (const LocationId at : along) {
                Draft as_if = scratch;
                const Units stock = stock_at(at);
                as_if.taken[{sku, at}] += stock;
                if (room(as_if, sku, at, now) < rest - stock) continue;
                take(at, stock);
                if (rest > 0) waits[i] = plan_waits(scratch, {at}, sku, rest, now);
                rest = 0;
                break;
            }
        }
        if (rest > 0) {
            scratch = before;
            waits[i].clear();
            if (plan.refusal != Refusal::quota_exhausted)
                plan.refusal = Refusal::backorder_limit_reached;
            continue;
        }
        plan.refusal = Refusal::none;
        plan.takes = takes;
    }

    Draft draft;
    draft.type = FactType::order_created;
    draft.reservation = 0;
    draft.after.channel = c.channel;
    draft.after.order = c.order;
    draft.after.confirmed = true;
    bool any = false;
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        if (plans[i].refusal != Refusal::none) {
            draft.set_aside.push_back({i, plans[i].refusal, plans[i].available_to_sell});
            continue;
        }
        any = true;
        const std::uint64_t number = line_number(lines, i);
        for (const Take& take : plans[i].takes)
            for (const auto& [sku, units] : components_of(lines[i].sku, take.units))
                draft.promise(number, sku, take.at, units, sold_by(lines[i].sku));
        for (const Wait& wait : waits[i])
            draft.wait(number, lines[i].sku, wait.at, wait.units, wait.due);
    }
    if (draft.set_aside.empty() || (c.partial && any)) return draft;
    problems = draft.set_aside;
    return std::nullopt;
}

std::size_t Twin::parts_waiting() const {
    std::size_t count = 0;
    for (const auto& [id, r] : reservations)
        for (const TwinPart& part : r.parts) count += part.backordered > 0 ? 1 : 0;
    return count;
}

bool Twin::too_many_wait(const Draft& draft) const {
    return draft.pieces > 0 && parts_waiting() + draft.pieces > limits_.backorders_max;
}

/// Refusals that an event about an order's back-orders begins with.
Refusal Twin::no_open_order(const RecordEvent& c, std::uint64_t& id) const {
    if (c.order.empty()) return Refusal::order_required;
    const Meant order = order_meant(c);
    id = order.id;
    if (order.refusal != Refusal::none) return order.refusal;
    if (order.id == 0) return Refusal::unknown_order;
    return reservations.at(id).ended() ? Refusal::reservation_ended : Refusal::none;
}

TwinOutcome Twin::backorder_created(const RecordEvent& c, Instant now) {
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    std::uint64_t id = 0;
    if (const Refusal r = no_open_order(c, id); r != Refusal::none) return twin_refused(r);
    Draft draft;
    draft.type = c.type;
    draft.reservation = id;
    draft.after = reservations.at(id);
    const std::vector<LocationId> pool = pool_of(draft.after.channel);
    const bool has_pool =
        known(draft.after.channel) && known(channel_rows[draft.after.channel.raw].pool);
    std::vector<std::pair<TwinPart, Wait>> moved;
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        Refusal refusal = twin_quantity_refusal(line.quantity);
        if (refusal == Refusal::none && !known(line.sku)) refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && line.names_location && !known(line.location))
            refusal = Refusal::unknown_location;
        const bool elsewhere = line.names_location && !draft.after.pinned && has_pool;
        if (refusal == Refusal::none && elsewhere &&
            std::find(pool.begin(), pool.end(), line.location) == pool.end())
            refusal = Refusal::location_not_in_pool;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        const Draft before = draft;
        const auto moved_before = moved.size();
        std::vector<std::size_t> givers = parts_meant(draft.after, line, std::nullopt);
        std::stable_partition(givers.begin(), givers.end(), [&](std::size_t p) {
            return free(draft.after.parts[p].sku, draft.after.parts[p].location) < 0;
        });
        Units rest = line.quantity;
        for (const std::size_t p : givers) {
            TwinPart& part = draft.after.parts[p];
            const Units units = std::min(rest, part.reserved);
            if (units == 0 || refusal != Refusal::none) continue;
            const LocationId at = line.names_location ? line.location : part.location;
            if (draft.after.pinned && at != part.location) {
                refusal = Refusal::nothing_to_move;
                continue;
            }
            draft.taken[{part.sku, part.location}] -= units;  // promised from there no more
            Draft no_caps = draft;
            no_caps.after.channel = kNoChannel;
            if (room(no_caps, part.sku, at, now) < units)
                refusal = Refusal::backorder_limit_reached;
            moved.push_back({part, {at, units, date_in(draft, part.sku, at, units, now)}});
            draft.waits[{part.sku, at}] += units;
            draft.change(part, Bucket::reserved, -units);
            part.created -= units;
            rest -= units;
        }
        if (refusal == Refusal::none && rest > 0) refusal = Refusal::nothing_to_move;
        if (refusal == Refusal::none) continue;
        problems.push_back({i, refusal, 0});
        draft = before;
        moved.resize(moved_before);
    }
    if (!problems.empty()) return twin_refused(problems);
    for (const auto& [part, wait] : moved)
        draft.wait(part.line, part.sku, wait.at, wait.units, wait.due, part.recipe);
    if (too_many_wait(draft)) return twin_refused(Refusal::table_full);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::backorder_filled(const RecordEvent& c, Instant now) {
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.names_location && !known(c.location)) return twin_refused(Refusal::unknown_location);
    std::uint64_t id = 0;
    if (const Refusal r = no_open_order(c, id); r != Refusal::none) return twin_refused(r);
    Draft draft;
    draft.type = c.type;
    draft.reservation = id;
    draft.after = reservations.at(id);
    const auto fill = [&](TwinPart& part, Units wanted) {
        const Units there = location_enabled[part.location.raw]
                                ? std::max<Units>(0, free(part.sku, part.location))
                                : 0;
        Units& taken = draft.taken[{part.sku, part.location}];
        const Units units = std::min({wanted, part.backordered, std::max<Units>(0, there - taken)});
        draft.change(part, Bucket::backordered, -units);
        draft.change(part, Bucket::reserved, units);
        taken += units;
        return units;
    };
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        Refusal refusal = twin_quantity_refusal(line.quantity);
        if (refusal == Refusal::none && !known(line.sku)) refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && line.names_location && !known(line.location))
            refusal = Refusal::unknown_location;
        Units waiting = 0;
        Units filled = 0;
        if (refusal == Refusal::none) {
            const auto meant = parts_meant(draft.after, line, place_of(c, line));
            for (const std::size_t p : meant) waiting += draft.after.parts[p].backordered;
            for (const std::size_t p : meant)
                if (waiting >= line.quantity)
                    filled += fill(draft.after.parts[p], line.quantity - filled);
            if (waiting < line.quantity)
                refusal = Refusal::nothing_backordered;
            else if (filled < line.quantity)
                refusal = Refusal::insufficient_stock;
        }
        if (refusal != Refusal::none)
            problems.push_back({i, refusal, refusal == Refusal::insufficient_stock ? filled : 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    bool any_waits = !c.lines.empty();
    if (c.lines.empty())
        for (TwinPart& part : draft.after.parts) {
            if (c.names_location && part.location != c.location) continue;
            any_waits = any_waits || part.backordered > 0;
            fill(part, level_max);
        }
    if (!any_waits) return twin_refused(Refusal::nothing_backordered);
    if (draft.postings.empty()) return twin_refused(Refusal::insufficient_stock);
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
