// The twin's events: what happened outside, recorded whether or not the stock agrees.
#include <algorithm>
#include <cstdlib>

#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

Refusal positive_quantity(std::int64_t quantity) {
    if (quantity < 1) return Refusal::quantity_must_be_positive;
    if (quantity > quantity_max) return Refusal::quantity_too_large;
    return Refusal::none;
}

/// The range of a line's quantity depends on what the event says with it.
Refusal event_quantity(FactType type, std::int64_t quantity) {
    if (quantity < -quantity_max) return Refusal::quantity_too_large;
    if (type == FactType::stock_counted && quantity == 0) return Refusal::none;
    if (type == FactType::stock_adjusted && quantity == 0) return Refusal::nothing_to_adjust;
    if (type == FactType::stock_adjusted && quantity < 0) return Refusal::none;
    return positive_quantity(quantity);
}

/// Which shelves an event may name. Sales and counts speak of sellable stock only.
bool bucket_allowed(FactType type, Bucket bucket) {
    switch (type) {
        case FactType::shipment_posted:
        case FactType::pickup_completed: return true;  // always what can be sold
        case FactType::pick_shorted:
            return is_physical(bucket) && bucket != Bucket::quarantine;  // missing, or damaged
        case FactType::stock_adjusted: return is_physical(bucket);
        case FactType::return_received: return is_physical(bucket) && bucket != Bucket::suspect;
        default: return bucket == Bucket::sellable;
    }
}

std::optional<LocationId> place_of(const RecordEvent& c, const Line& line) {
    if (line.names_location) return line.location;
    if (c.names_location) return c.location;
    return std::nullopt;
}

std::vector<LocationId> just(LocationId at) { return {at}; }

}  // namespace

/// When a line of an order that may wait is promised from supply: kits do not wait.
std::optional<Instant> Twin::waits_at(const RecordEvent& c, const OrderLine& line, Instant now) {
    return c.backorder && line.recipe == 0 ? std::optional(now) : std::nullopt;
}

TwinOutcome Twin::on(const RecordEvent& c, Instant now) {
    if (const auto found = kits_in_the_way(c); !found.empty()) return twin_refused(found);
    for (const KitComponent& component : c.components)
        if (sold_by(component.sku) != 0) return twin_refused(Refusal::kit_not_allowed);
    switch (c.type) {
        case FactType::order_created: return order_created(c, now);
        case FactType::reservation_adjusted: return order_edited(c, now);
        case FactType::order_cancelled: return order_cancelled(c, now);
        case FactType::shipment_posted:
        case FactType::pickup_completed: return shipment(c, now);
        case FactType::shipment_voided: return shipment_voided(c, now);
        case FactType::pos_sale: {
            const Meant order = order_meant(c);
            const bool of_order = order.id != 0 || order.refusal == Refusal::channel_required;
            return of_order ? shipment(c, now) : physical(c, now);
        }
        case FactType::inbound_scheduled: return inbound_scheduled(c, now);
        case FactType::inbound_changed:
        case FactType::inbound_cancelled: return inbound_changed(c, now);
        case FactType::transfer_requested: return transfer_requested(c, now);
        case FactType::transfer_cancelled: return transfer_cancelled(c, now);
        case FactType::transfer_shipped: return transfer_shipped(c, now);
        case FactType::transfer_received: return transfer_received(c, now);
        case FactType::transfer_completed: return transfer_completed(c, now);
        case FactType::receipt_posted:
        case FactType::receipt_corrected: return receipt(c, now);
        case FactType::allocation_created:
        case FactType::allocation_released:
        case FactType::pick_confirmed:
        case FactType::pick_returned:
        case FactType::erp_offset: return node_work(c, now);
        case FactType::pick_shorted: return short_pick(c, now);
        case FactType::stock_counted: return stock_counted(c, now);
        case FactType::return_announced: return return_announced(c, now);
        case FactType::return_received: return return_received(c, now);
        case FactType::return_dispositioned: return return_dispositioned(c, now);
        case FactType::kit_assembled:
        case FactType::kit_broken: return kit_changed(c, now);
        case FactType::stock_status_changed:
        case FactType::stock_regraded:
        case FactType::supplier_return: return shelf_changed(c, now);
        case FactType::backorder_created: return backorder_created(c, now);
        case FactType::backorder_filled: return backorder_filled(c, now);
        default: return physical(c, now);
    }
}

Refusal Twin::no_place(const RecordEvent& c, const Line& line) const {
    const std::optional<LocationId> at = place_of(c, line);
    if (!known(line.sku)) return Refusal::unknown_sku;
    if (!at) return Refusal::location_required;
    return known(*at) ? Refusal::none : Refusal::unknown_location;
}

/// Problems of a physical event's lines: every one of them names an item and a place.
std::vector<TwinProblem> Twin::check_event_lines(const RecordEvent& c) const {
    std::vector<TwinProblem> problems;
    for (std::size_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        Refusal refusal = event_quantity(c.type, line.quantity);
        if (refusal == Refusal::none) refusal = no_place(c, line);
        if (refusal == Refusal::none && !bucket_allowed(c.type, line.bucket))
            refusal = Refusal::value_out_of_range;
        const bool impossible_book =
            std::abs(line.book) > level_max || std::abs(line.book_suspect) > level_max;
        if (refusal == Refusal::none && c.type == FactType::stock_counted && line.names_book &&
            impossible_book)
            refusal = Refusal::level_out_of_range;
        const bool keeps = c.type == FactType::pick_shorted || c.type == FactType::return_received;
        if (refusal == Refusal::none && keeps && line.goes_to != PlaceKind::location)
            refusal = Refusal::value_out_of_range;
        if (refusal != Refusal::none)
            problems.push_back({static_cast<std::uint32_t>(i), refusal, 0});
    }
    if (!problems.empty() || c.type != FactType::stock_counted) return problems;
    // A position counted twice in one command has no one answer.
    std::set<TwinPlace> counted;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i)
        if (!counted.insert({c.lines[i].sku, *place_of(c, c.lines[i])}).second)
            problems.push_back({i, Refusal::duplicate_line, 0});
    return problems;
}

TwinOutcome Twin::physical(const RecordEvent& c, Instant now) {
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.type == FactType::stock_adjusted && c.envelope.reason.empty())
        return twin_refused(Refusal::reason_required);
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    if (const auto problems = check_event_lines(c); !problems.empty())
        return twin_refused(problems);
    Draft draft;
    draft.type = c.type;
    draft.channel = c.channel;
    for (const Line& line : c.lines) {
        const LocationId at = *place_of(c, line);
        const Units q = line.quantity;
        switch (c.type) {
            case FactType::stock_adjusted:
                draft.move(line.sku, at, line.bucket, q, PlaceKind::loss);
                break;
            case FactType::pos_sale:
                draft.move(line.sku, at, Bucket::sellable, -q, PlaceKind::customer);
                break;
            case FactType::pos_void:
                draft.move(line.sku, at, Bucket::sellable, q, PlaceKind::customer);
                break;
            default: break;
        }
    }
    return record(draft, &c.envelope, now);
}

std::vector<LocationId> Twin::forced_along(const RecordEvent& c, const Line& line,
                                           ChannelId channel) const {
    if (c.pinned) {
        const std::optional<LocationId> at = place_of(c, line);
        return at ? just(*at) : std::vector<LocationId>{};
    }
    if (line.names_location) return just(line.location);
    std::vector<LocationId> pool = pool_of(channel);
    if (pool.empty() && c.names_location) return just(c.location);
    return pool;
}

/// Promises what the channel may sell along the order, then what is promisable for others, then
/// what policy keeps back, then (an order that may wait) from supply, then what is not there at the
/// first location.
void Twin::force(Draft& draft, const std::vector<LocationId>& order, const OrderLine& line,
                 std::optional<Instant> waits_at) const {
    const SkuId sku = line.sku;
    Units units = line.quantity;
    const auto promise = [&](LocationId at, Units here) {
        draft.promise(line.number, sku, at, here, line.recipe);
    };
    for (const LocationId at : order) {
        if (sold_by(sku) != 0) break;  // a component that has become a kit is on no shelf
        const Units here = std::min(units, left_beside_waits(draft, sku, at));
        if (here > 0) promise(at, here);
        units -= here;
    }
    for (const LocationId at : order) {
        const Units here = std::min(units, promisable(sku, at, draft.taken));
        if (here > 0) promise(at, here);
        units -= here;
    }
    for (const LocationId at : order) {
        if (!location_enabled[at.raw] || policy_row(PolicyKind::enabled, sku, at) == 0) continue;
        const Units unpromised = free(sku, at) - draft.taken[{sku, at}];
        const Units here = std::min(units, std::max<Units>(0, unpromised));
        if (here > 0) promise(at, here);
        units -= here;
    }
    if (units > 0 && waits_at)
        for (const Wait& wait : plan_waits(draft, order, sku, units, *waits_at)) {
            draft.wait(line.number, sku, wait.at, wait.units, wait.due);
            units -= wait.units;
        }
    if (units == 0) return;
    draft.raises.insert(CaseKind::oversold_order);
    promise(order.front(), units);
}

TwinOutcome Twin::order_created(const RecordEvent& c, Instant now) {
    if (c.order.empty()) return twin_refused(Refusal::order_required);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.lines.empty() && !c.names_reservation) return twin_refused(Refusal::no_lines);
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    const auto hold = reservations.find(c.reservation.raw);
    const bool over_hold = c.names_reservation && hold != reservations.end();
    if (order_taken(c.order, over_hold ? hold->second.channel : c.channel,
                    over_hold ? hold->first : 0))
        return twin_refused(Refusal::order_already_exists);
    // A pinned line is pinned somewhere.
    for (const Line& line : c.lines)
        if (c.pinned && !c.names_reservation && !place_of(c, line))
            return twin_refused(Refusal::location_required);
    if (!c.names_reservation && reservations.size() >= limits_.reservations_max)
        return twin_refused(Refusal::table_full);
    return parked_for(c).empty() ? plain_order(c, nullptr, now) : settled_order(c, now);
}

TwinOutcome Twin::plain_order(const RecordEvent& c, const std::vector<OrderLine>* settled,
                              Instant now) {
    if (c.names_reservation) return order_confirms_hold(c, settled, now);
    if (c.already_sold) return order_sold(c, settled, now);
    if (c.channel == kNoChannel) return twin_refused(Refusal::channel_required);
    std::vector<Line> lines(c.lines.begin(), c.lines.end());
    for (Line& line : lines)
        if (c.pinned && !line.names_location) {
            line.names_location = true;
            line.location = c.location;
        }
    // Components of one kit have one number: each is planned by its place.
    if (settled != nullptr)
        for (Line& line : lines) line.line = 0;
    std::vector<TwinProblem> problems;
    auto draft = c.backorder ? draft_waiting(c, lines, now, problems)
                             : draft_hold(FactType::order_created, c.channel, lines, c.partial,
                                          c.order, 0, problems);
    if (!draft) return twin_refused(problems);
    if (too_many_wait(*draft)) return twin_refused(Refusal::table_full);
    if (settled != nullptr)
        for (TwinPart& part : draft->after.parts) {
            const OrderLine& of = (*settled)[part.line - 1];
            part.line = of.number;
            part.recipe = of.recipe;
        }
    draft->after.pinned = c.pinned;
    for (const TwinProblem& problem : draft->set_aside)
        if (problem.refusal == Refusal::unknown_sku || problem.refusal == Refusal::unknown_location)
            draft->raises.insert(CaseKind::unknown_code);
    return record(*draft, &c.envelope, now);
}

/// Problems of an order's lines that nothing may set right: shape only, never stock.
std::vector<TwinProblem> Twin::check_order_lines(const RecordEvent& c) const {
    std::vector<TwinProblem> problems;
    std::set<std::uint64_t> numbers;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const bool number_is_new = numbers.insert(line_number(c.lines, i)).second;
        Refusal refusal = positive_quantity(line.quantity);
        if (refusal == Refusal::none && !known(line.sku)) refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && too_many_components(line.sku, line.quantity))
            refusal = Refusal::quantity_too_large;
        const std::optional<LocationId> at =
            c.pinned || line.names_location ? place_of(c, line) : std::nullopt;
        if (refusal == Refusal::none && at && !known(*at)) refusal = Refusal::unknown_location;
        if (refusal == Refusal::none && !number_is_new) refusal = Refusal::duplicate_line;
        if (refusal != Refusal::none) problems.push_back({i, refusal, 0});
    }
    return problems;
}

/// Why units of this line cannot even be forced anywhere, if they cannot.
Refusal Twin::no_place_to_force(const std::vector<LocationId>& along) const {
    if (along.empty()) return Refusal::location_required;
    return known(along.front()) ? Refusal::none : Refusal::unknown_location;
}

TwinOutcome Twin::order_sold(const RecordEvent& c, const std::vector<OrderLine>* settled,
                             Instant now) {
    Draft draft;
    draft.type = FactType::order_created;
    draft.reservation = 0;
    draft.after.channel = c.channel;
    draft.after.order = c.order;
    draft.after.confirmed = true;
    draft.after.pinned = c.pinned;
    std::vector<TwinProblem> problems;
    if (settled == nullptr) problems = check_order_lines(c);  // else they were looked at before
    const std::vector<OrderLine> all =
        settled != nullptr ? *settled : order_lines(c.lines, nullptr);
    const auto malformed = [&](std::uint32_t i) {
        return std::any_of(problems.begin(), problems.end(),
                           [&](const TwinProblem& p) { return p.line_index == i; });
    };
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        if (malformed(i)) continue;
        const std::vector<LocationId> along = forced_along(c, c.lines[i], c.channel);
        if (const Refusal refusal = no_place_to_force(along); refusal != Refusal::none)
            problems.push_back({i, refusal, 0});
        else
            for (const OrderLine& line : all)
                if (line.index == i) force(draft, along, line, waits_at(c, line, now));
    }
    std::sort(problems.begin(), problems.end(), [](const TwinProblem& a, const TwinProblem& b) {
        return a.line_index < b.line_index;
    });
    if (!problems.empty()) return twin_refused(problems);
    if (too_many_wait(draft)) return twin_refused(Refusal::table_full);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::order_confirms_hold(const RecordEvent& c, const std::vector<OrderLine>* settled,
                                      Instant now) {
    const auto row = reservations.find(c.reservation.raw);
    if (row == reservations.end()) return twin_refused(Refusal::unknown_reservation);
    const TwinReservation& before = row->second;
    const bool late = before.ended_by == FactType::reservation_expired;
    if (before.ended() && !late) return twin_refused(Refusal::reservation_ended);
    if (before.confirmed && !late) return twin_refused(Refusal::reservation_already_confirmed);
    std::vector<TwinProblem> problems;
    if (settled == nullptr) problems = check_order_lines(c);  // else they were looked at before
    if (!problems.empty()) return twin_refused(problems);
    // By number and item: the number alone may name another item than the hold's line does.
    std::map<std::pair<std::uint64_t, SkuId>, Units> wanted;
    const std::vector<OrderLine> all =
        settled != nullptr ? *settled : order_lines(c.lines, &before);
    for (const OrderLine& line : all) wanted[{line.number, line.sku}] = line.quantity;

    Draft draft;
    draft.type = FactType::order_created;
    draft.reservation = c.reservation.raw;
    draft.after = before;
    draft.after.ended_by = FactType{};
    draft.after.ended_generation = 0;
    draft.after.confirmed = true;
    draft.after.expires_at = 0;
    draft.after.order = c.order;
    draft.after.pinned = before.pinned || c.pinned;
    for (std::size_t i = 0; i < before.parts.size(); ++i) {
        const TwinPart& part = before.parts[i];
        Units keep = late ? part.expired : part.reserved + part.backordered;
        if (!c.lines.empty() || settled != nullptr) {
            // A line that the order does not name wants nothing.
            Units& rest = wanted[{part.line, part.sku}];
            keep = std::min(keep, rest);
            rest -= keep;
        }
        if (late && keep > 0) bring_back(draft, i, keep);
        if (late) continue;
        const Units less = part.reserved + part.backordered - keep;
        const Units back = std::min(less, part.backordered);
        draft.change(draft.after.parts[i], Bucket::backordered, -back);
        draft.after.parts[i].ended += back;
        draft.give_back(draft.after.parts[i], less - back);
    }
    for (OrderLine line : all) {
        line.quantity = wanted[{line.number, line.sku}];
        if (line.quantity == 0) continue;
        const std::vector<LocationId> along = forced_along(c, c.lines[line.index], before.channel);
        const bool told = !problems.empty() && problems.back().line_index == line.index;
        if (const Refusal refusal = no_place_to_force(along); refusal == Refusal::none)
            force(draft, along, line, waits_at(c, line, now));
        else if (!told)
            problems.push_back({line.index, refusal, 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    if (too_many_wait(draft)) return twin_refused(Refusal::table_full);
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
