// The twin's life of an order: cancelled, worked on by a node, short, promised from elsewhere.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

std::optional<LocationId> place_of(const RecordEvent& c, const Line& line) {
    if (line.names_location) return line.location;
    if (c.names_location) return c.location;
    return std::nullopt;
}

}  // namespace

/// Cancels units in this order: back-ordered, reserved, with a node and not picked, picked. Those
/// with a node only wait from now on.
Units Twin::cancel(Draft& draft, const std::vector<std::size_t>& parts, Units wanted) {
    Units rest = wanted;
    for (const Bucket bucket : {Bucket::backordered, Bucket::reserved})
        for (const std::size_t p : parts) {
            TwinPart& part = draft.after.parts[p];
            const Units units = std::min(rest, part.in(bucket));
            draft.change(part, bucket, -units);
            part.ended += units;
            rest -= units;
        }
    for (const bool picked_too : {false, true})
        for (const std::size_t p : parts) {
            TwinPart& part = draft.after.parts[p];
            const Units most =
                part.allocated - part.cancel_pending - (picked_too ? 0 : part.picked);
            const Units units = std::clamp<Units>(most, 0, rest);
            part.cancel_pending += units;
            if (units > 0) draft.marked = true;
            rest -= units;
        }
    return wanted - rest;
}

TwinOutcome Twin::order_cancelled(const RecordEvent& c, Instant now) {
    if (c.order.empty()) return twin_refused(Refusal::order_required);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    const Meant order = order_meant(c);
    if (order.refusal != Refusal::none) return twin_refused(order.refusal);
    if (order.id == 0) return park_cancellation(c, now);
    Draft draft;
    draft.type = FactType::order_cancelled;
    draft.reservation = order.id;
    draft.after = reservations.at(order.id);
    const std::vector<TwinPart> before = draft.after.parts;
    Units cancelled = 0;
    if (c.lines.empty())
        for (std::size_t p = 0; p < before.size(); ++p)
            cancelled += cancel(draft, {p}, before[p].wanted());
    for (std::size_t i = 0; i < c.lines.size(); ++i) {
        const std::uint64_t line = line_number(c.lines, i);
        const Units wanted = c.lines[i].quantity;
        Refusal refusal = twin_quantity_refusal(wanted);
        if (refusal == Refusal::none && !draft.after.has_line(line))
            refusal = Refusal::unknown_line;
        if (refusal == Refusal::none)
            for (const auto& [parts, units] : shares_of_line(draft.after, line, wanted))
                cancelled += cancel(draft, parts, units);
        else
            draft.set_aside.push_back({static_cast<std::uint32_t>(i), refusal, 0});
    }
    if (cancelled == 0 && !draft.set_aside.empty()) return twin_refused(draft.set_aside);
    if (cancelled == 0) return twin_refused(Refusal::nothing_to_cancel);
    return record(draft, &c.envelope, now);
}

std::vector<std::size_t> Twin::parts_meant(const TwinReservation& r, const Line& line,
                                           std::optional<LocationId> at) {
    const bool by_number =
        line.line != 0 && std::any_of(r.parts.begin(), r.parts.end(), [&](const TwinPart& part) {
            return part.line == line.line && part.sku == line.sku;
        });
    std::vector<std::size_t> meant;
    for (std::size_t p = 0; p < r.parts.size(); ++p) {
        const TwinPart& part = r.parts[p];
        if (part.sku != line.sku || (by_number && part.line != line.line)) continue;
        if (!at || part.location == *at) meant.push_back(p);
    }
    return meant;
}

TwinOutcome Twin::node_work(const RecordEvent& c, Instant now) {
    if (c.order.empty()) return twin_refused(Refusal::order_required);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.names_location && !known(c.location)) return twin_refused(Refusal::unknown_location);
    const Meant order = order_meant(c);
    if (order.refusal != Refusal::none) return twin_refused(order.refusal);
    if (order.id == 0) return twin_refused(Refusal::unknown_order);
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        Refusal refusal = twin_quantity_refusal(line.quantity);
        if (refusal == Refusal::none && !known(line.sku)) refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && line.names_location && !known(line.location))
            refusal = Refusal::unknown_location;
        if (refusal != Refusal::none) problems.push_back({i, refusal, 0});
    }
    if (!problems.empty()) return twin_refused(problems);

    Draft draft;
    draft.type = c.type;
    draft.reservation = order.id;
    draft.after = reservations.at(order.id);
    Units done = 0;
    // Does what the event says with one part; tells how many units it was.
    const auto work = [&](TwinPart& part, Units wanted) {
        Units units = 0;
        switch (c.type) {
            case FactType::allocation_created:
                units = std::min(wanted, part.reserved);
                draft.change(part, Bucket::reserved, -units);
                draft.change(part, Bucket::allocated, units);
                break;
            case FactType::pick_confirmed: {
                units = std::min(wanted, part.allocated - part.picked + part.reserved);
                const Units early = std::max<Units>(0, units - (part.allocated - part.picked));
                draft.change(part, Bucket::reserved, -early);
                draft.change(part, Bucket::allocated, early);
                draft.change(part, Bucket::picked, units);
                break;
            }
            case FactType::erp_offset:
                units = std::min(wanted, part.reserved + part.allocated - part.erp_held);
                draft.change(part, Bucket::erp_held, units);
                break;
            default: {
                const bool put_back = c.type == FactType::pick_returned;
                units = std::min(wanted, put_back ? part.picked : part.allocated);
                const Units cancelled = std::min(units, part.cancel_pending);
                draft.change(part, Bucket::allocated, -units);
                if (put_back) draft.change(part, Bucket::picked, -units);
                draft.change(part, Bucket::reserved, units - cancelled);
                part.cancel_pending -= cancelled;
                part.ended += cancelled;
            }
        }
        done += units;
        return units;
    };
    // Units that had come to this step, or further, before.
    const auto passed = [&](const TwinPart& part) {
        switch (c.type) {
            case FactType::allocation_created: return part.allocated + part.shipped;
            case FactType::pick_confirmed: return part.picked + part.shipped;
            case FactType::erp_offset: return part.erp_held + part.shipped + part.ended;
            default: return Units{0};
        }
    };
    if (c.lines.empty())
        for (TwinPart& part : draft.after.parts)
            if (!c.names_location || part.location == c.location) work(part, level_max);
    for (const Line& line : c.lines) {
        Units rest = line.quantity;
        Units before = 0;
        for (const std::size_t p : parts_meant(draft.after, line, place_of(c, line))) {
            before += passed(draft.after.parts[p]);
            rest -= work(draft.after.parts[p], rest);
            if (rest == 0) break;
        }
        if (rest > before) draft.raises.insert(CaseKind::beyond_promise);
    }
    const bool undoes =
        c.type == FactType::allocation_released || c.type == FactType::pick_returned;
    if (undoes && done == 0) return twin_refused(Refusal::nothing_allocated);
    const bool works = c.type == FactType::allocation_created || c.type == FactType::pick_confirmed;
    if (works && !draft.after.ended()) {
        draft.after.confirmed = true;
        draft.after.expires_at = 0;
    }
    return record(draft, &c.envelope, now);
}

Twin::LinePlan Twin::move_plan(const TwinReservation& r, SkuId sku, Units quantity, LocationId from,
                               std::optional<LocationId> target, bool some_will_do,
                               const std::map<TwinPlace, Units>& taken) const {
    std::vector<LocationId> places = target ? std::vector{*target} : pool_of(r.channel);
    std::erase(places, from);
    const auto gone = [&](LocationId at) {
        const auto row = taken.find({sku, at});
        return row == taken.end() ? 0 : row->second;
    };
    const auto promised_to_anyone = [&](LocationId at) {
        return std::max<Units>(0, promisable(sku, at) - gone(at));
    };
    // Safety stock and buffers are kept for orders.
    const auto for_this_one = [&](LocationId at) {
        if (!r.confirmed) return promised_to_anyone(at);
        const Units there = location_enabled[at.raw] ? free(sku, at) : 0;
        return std::max<Units>(0, there - gone(at));
    };
    LinePlan plan;
    for (const LocationId at : places)
        if (promised_to_anyone(at) >= quantity) {
            plan.takes.push_back({at, quantity});
            return plan;
        }
    for (const LocationId at : places)
        if (for_this_one(at) >= quantity) {
            plan.takes.push_back({at, quantity});
            return plan;
        }
    Units sum = 0;
    Units largest = 0;
    for (const LocationId at : places) {
        sum += for_this_one(at);
        largest = std::max(largest, for_this_one(at));
    }
    if (!some_will_do && (sum < quantity || !splits(r.channel))) {
        plan.refusal = sum < quantity ? Refusal::insufficient_stock : Refusal::split_not_allowed;
        plan.available_to_sell = splits(r.channel) ? sum : largest;
        return plan;
    }
    if (!splits(r.channel)) return plan;
    std::stable_sort(places.begin(), places.end(),
                     [&](LocationId a, LocationId b) { return for_this_one(a) > for_this_one(b); });
    for (const LocationId at : places) {
        const Units units = std::min(quantity, for_this_one(at));
        if (units > 0) plan.takes.push_back({at, units});
        quantity -= units;
    }
    return plan;
}

TwinOutcome Twin::short_pick(const RecordEvent& c, Instant now) {
    if (c.order.empty()) return twin_refused(Refusal::order_required);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    const Meant order = order_meant(c);
    if (order.refusal != Refusal::none) return twin_refused(order.refusal);
    if (const auto problems = check_event_lines(c); !problems.empty())
        return twin_refused(problems);
    Draft draft;
    draft.type = FactType::pick_shorted;
    const bool known_order = order.id != 0;
    if (known_order) {
        draft.reservation = order.id;
        draft.after = reservations.at(order.id);
    }
    std::map<std::size_t, Units> spoken_of;  // by part
    struct Lacking {
        std::size_t part = 0;
        Units units = 0;
    };
    std::vector<Lacking> lacking;
    for (const Line& line : c.lines) {
        const LocationId at = *place_of(c, line);
        const Bucket bucket = line.bucket == Bucket::damaged ? Bucket::damaged : Bucket::suspect;
        draft.post(line.sku, Place(at), Bucket::sellable, -line.quantity);
        draft.post(line.sku, Place(at), bucket, line.quantity);
        if (bucket == Bucket::suspect && !counted_since(c.envelope, {line.sku, at}))
            draft.raises.insert(CaseKind::recount_needed);
        if (!known_order) continue;
        Units rest = line.quantity;
        for (const std::size_t p : parts_meant(draft.after, line, at)) {
            TwinPart& part = draft.after.parts[p];
            const Units allocated = std::min(rest, part.allocated);
            const Units cancelled = std::min(allocated, part.cancel_pending);
            draft.change(part, Bucket::allocated, -allocated);
            part.cancel_pending -= cancelled;
            part.ended += cancelled;
            const Units early = std::min(rest - allocated, part.reserved - spoken_of[p]);
            draft.change(part, Bucket::reserved, allocated - cancelled);
            spoken_of[p] += allocated - cancelled + early;
            lacking.push_back({p, allocated - cancelled + early});
            rest -= allocated + early;
            if (rest == 0) break;
        }
        if (rest > 0) draft.raises.insert(CaseKind::beyond_promise);
    }

    see_counts(draft, c.envelope);
    // What the short shelves no longer cover is promised from elsewhere, as far as it goes.
    Draft next;
    next.type = FactType::reservation_resourced;
    if (known_order && !draft.after.pinned && !draft.after.transfer) {
        const auto posted = [&](SkuId sku, LocationId at, Bucket bucket) {
            const auto row = draft.postings.find({sku, Place(at), bucket});
            return row == draft.postings.end() ? 0 : row->second;
        };
        std::map<TwinPlace, Units> taken;
        std::map<TwinPlace, Units> lost;
        for (const auto& [where, delta] : draft.postings) {
            const auto& [sku, place, bucket] = where;
            if (bucket != Bucket::sellable) continue;
            const LocationId at = place.location();
            const Units fallen =
                posted(sku, at, Bucket::reserved) + posted(sku, at, Bucket::allocated) - delta;
            taken[{sku, at}] = std::max<Units>(0, fallen);
            lost[{sku, at}] = std::max<Units>(0, fallen - free(sku, at));
        }
        // As the first fact leaves it: whatever stands on other units went with them.
        TwinReservation r = draft.after;
        for (TwinPart& part : r.parts) {
            part.picked = std::min(part.picked, part.allocated);
            part.erp_held = std::min(part.erp_held, part.reserved + part.allocated);
        }
        next.reservation = draft.reservation;
        next.after = r;
        std::vector<std::pair<Lacking, Take>> moves;
        for (const Lacking& l : lacking) {
            const TwinPart part = next.after.parts[l.part];
            const Units wanted =
                std::min({l.units, lost[{part.sku, part.location}], part.reserved});
            if (wanted <= 0) continue;
            const LinePlan plan =
                move_plan(r, part.sku, wanted, part.location, std::nullopt, true, taken);
            for (const Take& take : plan.takes) {
                taken[{part.sku, take.at}] += take.units;
                lost[{part.sku, part.location}] -= take.units;
                draft.moves_on[{part.sku, part.location}] += take.units;
                next.change(next.after.parts[l.part], Bucket::reserved, -take.units);
                next.after.parts[l.part].created -= take.units;
                moves.push_back({l, take});
            }
        }
        for (const auto& [l, take] : moves) {
            const TwinPart part = next.after.parts[l.part];
            next.promise(part.line, part.sku, take.at, take.units, part.recipe);
        }
    }
    return record_both(draft, next, &c.envelope, now);
}

TwinOutcome Twin::resource(const StepReservation& c, Instant now) {
    const TwinReservation& before = reservations.at(c.reservation.raw);
    if (before.ended()) return twin_refused(Refusal::reservation_ended);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    const std::vector<LocationId> pool = pool_of(before.channel);
    const bool has_pool = known(before.channel) && known(channel_rows[before.channel.raw].pool);
    Draft draft;
    draft.type = FactType::reservation_resourced;
    draft.reservation = c.reservation.raw;
    draft.after = before;
    std::vector<TwinProblem> problems;
    std::set<std::uint64_t> numbers;
    struct Moved {
        std::size_t part = 0;
        Take take;
    };
    std::vector<Moved> moved;
    std::map<TwinPlace, Units> taken;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const std::uint64_t number = line_number(c.lines, i);
        const bool number_is_new = numbers.insert(number).second;
        Refusal refusal = twin_quantity_refusal(line.quantity);
        if (refusal == Refusal::none && !before.has_line(number)) refusal = Refusal::unknown_line;
        if (refusal == Refusal::none && !line.names_location && !has_pool)
            refusal = Refusal::channel_has_no_pool;
        if (refusal == Refusal::none && line.names_location && !known(line.location))
            refusal = Refusal::unknown_location;
        if (refusal == Refusal::none && line.names_location && has_pool &&
            std::find(pool.begin(), pool.end(), line.location) == pool.end())
            refusal = Refusal::location_not_in_pool;
        if (refusal == Refusal::none && !number_is_new) refusal = Refusal::duplicate_line;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        std::map<TwinPlace, Units> taken_now = taken;
        std::vector<Moved> moves_now;
        bool moves = true;
        for (const auto& [parts, wanted] : shares_of_line(before, number, line.quantity)) {
            // Whose location is oversold gives first.
            std::vector<std::size_t> givers;
            for (const bool oversold : {true, false})
                for (const std::size_t p : parts) {
                    const TwinPart& part = before.parts[p];
                    if ((free(part.sku, part.location) < 0) != oversold) continue;
                    if (!line.names_location || part.location != line.location) givers.push_back(p);
                }
            Units movable = 0;
            for (const std::size_t p : givers) movable += before.parts[p].reserved;
            if (movable < wanted) {
                problems.push_back({i, Refusal::nothing_to_move, 0});
                moves = false;
                break;
            }
            Units rest = wanted;
            for (const std::size_t p : givers) {
                const TwinPart& part = before.parts[p];
                const Units units = std::min(rest, part.reserved);
                if (units == 0) continue;
                const std::optional<LocationId> target =
                    line.names_location ? std::optional(line.location) : std::nullopt;
                const LinePlan plan =
                    move_plan(before, part.sku, units, part.location, target, false, taken_now);
                if (plan.refusal != Refusal::none) {
                    problems.push_back({i, plan.refusal, plan.available_to_sell});
                    break;
                }
                for (const Take& take : plan.takes) {
                    taken_now[{part.sku, take.at}] += take.units;
                    moves_now.push_back({p, take});
                }
                rest -= units;
            }
            moves = rest == 0;
            if (!moves) break;
        }
        if (!moves) continue;
        taken = taken_now;
        moved.insert(moved.end(), moves_now.begin(), moves_now.end());
    }
    if (before.pinned || before.transfer) return twin_refused(Refusal::nothing_to_move);
    if (!problems.empty()) return twin_refused(problems);
    for (const Moved& m : moved) {
        TwinPart& part = draft.after.parts[m.part];
        draft.change(part, Bucket::reserved, -m.take.units);
        part.created -= m.take.units;
    }
    for (const Moved& m : moved) {
        const TwinPart part = draft.after.parts[m.part];
        draft.promise(part.line, part.sku, m.take.at, m.take.units, part.recipe);
    }
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
