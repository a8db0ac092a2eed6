// The twin's holds: planning, the steps of a reservation's life, and its end by time.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

/// The hold's length in microseconds, or nothing when it is out of range.
std::optional<Microseconds> hold_length(Microseconds asked) {
    if (asked == Microseconds{0}) return time_to_live_default;
    if (asked < Microseconds{0} || asked > time_to_live_max) return std::nullopt;
    return asked;
}

std::optional<Refusal> line_count_refusal(std::span<const Line> lines) {
    if (lines.empty()) return Refusal::no_lines;
    if (lines.size() > lines_per_request_max) return Refusal::too_many_lines;
    return std::nullopt;
}

}  // namespace

std::vector<Twin::LinePlan> Twin::check_lines(ChannelId channel,
                                              std::span<const Line> lines) const {
    const std::vector<LocationId> pool = pool_of(channel);
    const bool has_pool = known(channel) && known(channel_rows[channel.raw].pool);
    std::set<std::uint64_t> numbers;
    std::vector<LinePlan> plans(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Line& line = lines[i];
        const bool number_is_new = numbers.insert(line_number(lines, i)).second;
        Refusal& refusal = plans[i].refusal;
        refusal = twin_quantity_refusal(line.quantity);
        if (refusal != Refusal::none) continue;
        if (!known(line.sku))
            refusal = Refusal::unknown_sku;
        else if (too_many_components(line.sku, line.quantity))
            refusal = Refusal::quantity_too_large;
        else if (line.names_location && !known(line.location))
            refusal = Refusal::unknown_location;
        else if (line.names_location && has_pool &&
                 std::find(pool.begin(), pool.end(), line.location) == pool.end())
            refusal = Refusal::location_not_in_pool;
        else if (!line.names_location && !has_pool)
            refusal = Refusal::channel_has_no_pool;
        else if (!number_is_new)
            refusal = Refusal::duplicate_line;
    }
    return plans;
}

std::vector<Twin::Take> Twin::largest_first(ChannelId channel, SkuId sku, Units quantity,
                                            std::map<TwinPlace, Units> taken) const {
    std::vector<LocationId> order = pool_of(channel);
    const std::map<TwinPlace, Units> before = taken;
    std::stable_sort(order.begin(), order.end(), [&](LocationId a, LocationId b) {
        return left(channel, sku, a, before) > left(channel, sku, b, before);
    });
    std::vector<Take> takes;
    for (const LocationId at : order) {
        const Units units = std::min(quantity, left(channel, sku, at, taken));
        if (units == 0) continue;
        takes.push_back({at, units});
        count_taken(taken, sku, at, units);
        quantity -= units;
    }
    return takes;
}

Twin::LinePlan Twin::plan_pool_line(ChannelId channel, SkuId sku, Units quantity,
                                    const std::map<TwinPlace, Units>& taken) const {
    const std::vector<LocationId> pool = pool_of(channel);
    LinePlan plan;
    Units largest = 0;
    for (const LocationId at : pool) largest = std::max(largest, left(channel, sku, at, taken));
    const Units sum = pool_left(channel, sku, taken);
    for (const LocationId at : pool)
        if (left(channel, sku, at, taken) >= quantity) {
            plan.takes.push_back({at, quantity});
            return plan;
        }
    if (sum >= quantity && splits(channel)) {
        plan.takes = largest_first(channel, sku, quantity, taken);
        return plan;
    }
    const bool one_would_do = std::any_of(pool.begin(), pool.end(), [&](LocationId at) {
        return left_but_for_quotas(sku, at, taken) >= quantity;
    });
    const bool quota_is_why =
        splits(channel) ? pool_left_but_for_quotas(channel, sku, taken) >= quantity : one_would_do;
    plan.refusal = quota_is_why      ? Refusal::quota_exhausted
                   : sum >= quantity ? Refusal::split_not_allowed
                                     : Refusal::insufficient_stock;
    plan.available_to_sell = splits(channel) ? sum : largest;
    return plan;
}

std::vector<Twin::LinePlan> Twin::plan_hold(ChannelId channel, std::span<const Line> lines) const {
    // A malformed line takes nothing, but the others are still planned: every failing line is told.
    std::vector<LinePlan> plans = check_lines(channel, lines);
    const auto well_formed = [&](std::size_t i) { return plans[i].refusal == Refusal::none; };

    std::map<TwinPlace, Units> taken;
    // Lines that name their location come first: nowhere else will do for them.
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Line& line = lines[i];
        if (!well_formed(i) || !line.names_location) continue;
        const Units here = left(channel, line.sku, line.location, taken);
        if (here < line.quantity) {
            const bool quota_is_why =
                left_but_for_quotas(line.sku, line.location, taken) >= line.quantity;
            plans[i].refusal =
                quota_is_why ? Refusal::quota_exhausted : Refusal::insufficient_stock;
            plans[i].available_to_sell = here;
            continue;
        }
        plans[i].takes.push_back({line.location, line.quantity});
        count_taken(taken, line.sku, line.location, line.quantity);
    }

    // Kits before what single items leave them.
    std::vector<std::size_t> pool_lines;
    std::map<SkuId, Units> wanted;
    for (const bool kit_lines : {true, false})
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const bool is_kit = sold_by(lines[i].sku) != 0;
            if (!well_formed(i) || lines[i].names_location || is_kit != kit_lines) continue;
            pool_lines.push_back(i);
            for (const auto& [sku, units] : components_of(lines[i].sku, lines[i].quantity))
                wanted[sku] += units;
        }
    // One parcel beats several: a location that has all of it is preferred.
    std::optional<LocationId> whole_order;
    if (wanted.size() > 1)
        for (const LocationId at : pool_of(channel)) {
            const bool covers = std::all_of(wanted.begin(), wanted.end(), [&](const auto& row) {
                return left(channel, row.first, at, taken) >= row.second;
            });
            if (covers && !whole_order) whole_order = at;
        }
    for (const std::size_t i : pool_lines) {
        if (whole_order)
            plans[i].takes.push_back({*whole_order, lines[i].quantity});
        else
            plans[i] = plan_pool_line(channel, lines[i].sku, lines[i].quantity, taken);
        for (const Take& take : plans[i].takes)
            count_taken(taken, lines[i].sku, take.at, take.units);
    }
    return plans;
}

std::optional<Twin::Draft> Twin::draft_hold(FactType type, ChannelId channel,
                                            std::span<const Line> lines, bool partial,
                                            std::string_view order, std::int64_t expires_at,
                                            std::vector<TwinProblem>& problems) const {
    const std::vector<LinePlan> plans = plan_hold(channel, lines);
    Draft draft;
    draft.type = type;
    draft.reservation = 0;
    draft.after.channel = channel;
    draft.after.order = order;
    draft.after.expires_at = expires_at;
    draft.after.confirmed = expires_at == 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (plans[i].refusal != Refusal::none) {
            draft.set_aside.push_back(
                {static_cast<std::uint32_t>(i), plans[i].refusal, plans[i].available_to_sell});
            continue;
        }
        for (const Take& take : plans[i].takes)
            for (const auto& [sku, units] : components_of(lines[i].sku, take.units))
                draft.promise(line_number(lines, i), sku, take.at, units, sold_by(lines[i].sku));
    }
    const bool none_held = draft.set_aside.size() == lines.size();
    if (draft.set_aside.empty() || (partial && !none_held)) return draft;
    problems = draft.set_aside;
    return std::nullopt;
}

TwinOutcome Twin::on(const ReserveStock& c, Instant now) {
    if (const auto refusal = line_count_refusal(c.lines)) return twin_refused(*refusal);
    if (!known(c.channel)) return twin_refused(Refusal::unknown_channel);
    const auto length = hold_length(c.time_to_live);
    if (!length) return twin_refused(Refusal::time_to_live_out_of_range);
    const auto before = reservations.find(c.replaced.raw);
    if (c.names_replaced && (before == reservations.end() || before->second.channel != c.channel))
        return twin_refused(Refusal::unknown_reservation);
    if (c.names_replaced && before->second.confirmed)
        return twin_refused(Refusal::reservation_already_confirmed);
    if (order_taken(c.order, c.channel, c.names_replaced ? c.replaced.raw : 0))
        return twin_refused(Refusal::order_already_exists);
    if (reservations.size() >= limits_.reservations_max) return twin_refused(Refusal::table_full);
    const std::int64_t expires_at = to_raw(now + *length);
    if (c.names_replaced && !before->second.ended()) return replace_hold(c, expires_at, now);
    std::vector<TwinProblem> problems;
    const auto draft = draft_hold(FactType::reservation_created, c.channel, c.lines, c.partial,
                                  c.order, expires_at, problems);
    return draft ? record(*draft, &c.envelope, now) : twin_refused(problems);
}

TwinOutcome Twin::on(const StepReservation& c, Instant now) {
    if (!reservations.contains(c.reservation.raw))
        return twin_refused(Refusal::unknown_reservation);
    switch (c.step) {
        case ReservationStep::confirm: return confirm(c, now);
        case ReservationStep::release: return release(c, now);
        case ReservationStep::extend: return extend(c, now);
        case ReservationStep::adjust: return adjust(c, now);
        case ReservationStep::resource: return resource(c, now);
    }
    return {};
}

/// Promises again what time took back: all at its own place, or all at one place of the pool, or
/// as much as the pool has and the rest by force at its own place.
void Twin::bring_back(Draft& draft, std::size_t part_index, Units units) const {
    const TwinPart part = draft.after.parts[part_index];
    const auto promise = [&](LocationId at, Units q) {
        draft.promise(part.line, part.sku, at, q, part.recipe);
    };
    const ChannelId channel = draft.after.channel;
    if (sold_by(part.sku) != 0) {  // it has become a kit: nothing of it is on any shelf
        draft.raises.insert(CaseKind::late_confirm_without_stock);
        return promise(part.location, units);
    }
    if (left(channel, part.sku, part.location, draft.taken) >= units)
        return promise(part.location, units);
    const std::vector<LocationId> pool =
        draft.after.pinned ? std::vector<LocationId>{} : pool_of(channel);
    for (const LocationId at : pool)
        if (left(channel, part.sku, at, draft.taken) >= units) return promise(at, units);
    const std::vector<Take> rest = draft.after.pinned
                                       ? std::vector<Take>{}
                                       : largest_first(channel, part.sku, units, draft.taken);
    for (const Take& take : rest) {
        promise(take.at, take.units);
        units -= take.units;
    }
    if (units == 0) return;
    draft.raises.insert(CaseKind::late_confirm_without_stock);
    promise(part.location, units);
}

TwinOutcome Twin::confirm(const StepReservation& c, Instant now) {
    const std::uint64_t id = c.reservation.raw;
    const TwinReservation& before = reservations.at(id);
    const bool late = before.ended_by == FactType::reservation_expired;
    if (before.ended() && !late) return twin_refused(Refusal::reservation_ended);
    if (before.confirmed && !late) return twin_refused(Refusal::reservation_already_confirmed);
    if (order_taken(c.order, before.channel, id))
        return twin_refused(Refusal::order_already_exists);
    if (!c.order.empty()) {
        RecordEvent told;
        told.envelope = c.envelope;
        told.type = FactType::order_created;
        told.order = c.order;
        told.names_reservation = true;
        told.reservation = c.reservation;
        if (!parked_for(told).empty()) return order_created(told, now);
    }
    Draft draft;
    draft.type = FactType::reservation_confirmed;
    draft.reservation = id;
    draft.after = before;
    draft.after.ended_by = FactType{};
    draft.after.ended_generation = 0;
    draft.after.confirmed = true;
    draft.after.expires_at = 0;
    if (!c.order.empty()) draft.after.order = c.order;
    for (std::size_t i = 0; i < before.parts.size(); ++i)
        if (late && before.parts[i].expired > 0) bring_back(draft, i, before.parts[i].expired);
    return record(draft, &c.envelope, now);
}

/// Gives back what no node works on: back-ordered units of all the parts, then reserved ones.
void Twin::release_units(Draft& draft, const std::vector<std::size_t>& parts, Units units) {
    for (const Bucket bucket : {Bucket::backordered, Bucket::reserved})
        for (const std::size_t p : parts) {
            TwinPart& part = draft.after.parts[p];
            const Units given = std::min(units, part.in(bucket));
            draft.change(part, bucket, -given);
            part.ended += given;
            units -= given;
        }
}

TwinOutcome Twin::release(const StepReservation& c, Instant now) {
    const TwinReservation& before = reservations.at(c.reservation.raw);
    if (before.ended()) return twin_refused(Refusal::reservation_ended);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    Draft draft;
    draft.type = FactType::reservation_released;
    draft.reservation = c.reservation.raw;
    draft.after = before;
    if (c.lines.empty()) {
        for (std::size_t i = 0; i < before.parts.size(); ++i) release_units(draft, {i}, level_max);
        if (draft.postings.empty()) return twin_refused(Refusal::nothing_to_release);
        return record(draft, &c.envelope, now);
    }
    std::vector<TwinProblem> problems;
    for (std::size_t i = 0; i < c.lines.size(); ++i) {
        const std::uint64_t line = line_number(c.lines, i);
        const Units units = c.lines[i].quantity;
        Refusal refusal = twin_quantity_refusal(units);
        if (refusal == Refusal::none && !before.has_line(line)) refusal = Refusal::unknown_line;
        const auto shares = shares_of_line(draft.after, line, refusal == Refusal::none ? units : 0);
        for (const auto& [parts, wanted] : shares) {
            Units there = 0;
            for (const std::size_t p : parts)
                there += draft.after.parts[p].reserved + draft.after.parts[p].backordered;
            if (refusal == Refusal::none && wanted > there) refusal = Refusal::nothing_to_release;
        }
        if (refusal != Refusal::none) {
            problems.push_back({static_cast<std::uint32_t>(i), refusal, 0});
            continue;
        }
        for (const auto& [parts, wanted] : shares) release_units(draft, parts, wanted);
    }
    if (!problems.empty()) return twin_refused(problems);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::extend(const StepReservation& c, Instant now) {
    const TwinReservation& before = reservations.at(c.reservation.raw);
    if (before.ended()) return twin_refused(Refusal::reservation_ended);
    if (before.confirmed) return twin_refused(Refusal::reservation_already_confirmed);
    const auto length = hold_length(c.time_to_live);
    if (!length) return twin_refused(Refusal::time_to_live_out_of_range);
    Draft draft;
    draft.type = FactType::reservation_extended;
    draft.reservation = c.reservation.raw;
    draft.after = before;
    draft.after.expires_at = to_raw(now + *length);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::adjust(const StepReservation& c, Instant now) {
    const TwinReservation& before = reservations.at(c.reservation.raw);
    if (before.ended()) return twin_refused(Refusal::reservation_ended);
    if (const auto refusal = line_count_refusal(c.lines)) return twin_refused(*refusal);
    Draft draft;
    draft.type = FactType::reservation_adjusted;
    draft.reservation = c.reservation.raw;
    draft.after = before;
    std::vector<TwinProblem> problems;
    std::vector<Growing> growth;
    std::set<std::uint64_t> numbers;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const std::uint64_t number = line_number(c.lines, i);
        const Units wanted = c.lines[i].quantity;
        const bool number_is_new = numbers.insert(number).second;
        Refusal refusal = Refusal::none;
        if (wanted < 0)
            refusal = Refusal::quantity_must_be_positive;
        else if (wanted > quantity_max)
            refusal = Refusal::quantity_too_large;
        else if (!before.has_line(number))
            refusal = Refusal::unknown_line;
        else if (!number_is_new)
            refusal = Refusal::duplicate_line;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        if (const std::size_t recipe = recipe_of_line(before, number)) {
            Line more;
            more.line = number;
            more.sku = recipes[recipe - 1].kit;
            for (std::size_t p = before.parts.size(); p-- > 0;)
                if (before.parts[p].line == number) more.location = before.parts[p].location;
            more.names_location = before.pinned;
            more.quantity = wanted - shrink_kits(draft, before, number, wanted);
            if (more.quantity <= 0) continue;
            if (sold_by(more.sku) != recipe) {
                problems.push_back({i, Refusal::kit_not_allowed, 0});
                continue;
            }
            growth.push_back({i, more, before.pinned});
            continue;
        }
        Units held = 0;
        std::vector<std::size_t> last_first;
        for (std::size_t p = before.parts.size(); p-- > 0;)
            if (before.parts[p].line == number) {
                held += before.parts[p].wanted();
                last_first.push_back(p);
            }
        cancel(draft, last_first, std::max<Units>(0, held - wanted));
        if (wanted <= held) continue;
        const auto first = std::find_if(before.parts.begin(), before.parts.end(),
                                        [&](const TwinPart& p) { return p.line == number; });
        if (sold_by(first->sku) != 0) {
            problems.push_back({i, Refusal::kit_not_allowed, 0});
            continue;
        }
        Line more;
        more.line = number;
        more.sku = before.parts[last_first.back()].sku;
        more.location = before.parts[last_first.back()].location;
        more.names_location = true;
        more.quantity = wanted - held;
        growth.push_back({i, more, before.pinned});
    }
    if (!problems.empty()) return twin_refused(problems);
    grow(draft, growth, problems);
    if (!problems.empty()) return twin_refused(problems);
    if (draft.postings.empty() && !draft.marked) return twin_refused(Refusal::nothing_to_adjust);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const ExpireHolds& c, Instant now) {
    std::set<std::pair<std::int64_t, std::uint64_t>> due;
    for (const auto& [id, r] : reservations)
        if (!r.ended() && r.expires_at != 0 && r.expires_at <= to_raw(now))
            due.insert({r.expires_at, id});
    TwinOutcome outcome;
    if (due.empty() || c.holds_max == 0) return outcome;
    intern("expiry", outcome);
    const std::uint64_t answering = seq + 1;
    std::uint32_t ended = 0;
    std::size_t parts = 0;
    for (const auto& [deadline, id] : due) {
        parts += reservations.at(id).parts.size();
        if (ended++ == c.holds_max || parts > parts_per_expiry_max) break;
        Draft draft;
        draft.type = FactType::reservation_expired;
        draft.reservation = id;
        draft.after = reservations.at(id);
        for (TwinPart& part : draft.after.parts) {
            part.expired += part.reserved + part.backordered;
            draft.change(part, Bucket::backordered, -part.backordered);
            draft.change(part, Bucket::reserved, -part.reserved);
        }
        record_fact(draft, nullptr, now, outcome);
    }
    outcome.seq = answering;
    forget(now);
    return outcome;
}

}  // namespace holdfast::ledger
