// The life of a hold after it was granted: confirm, extend, adjust, expire.
#include "base/planted.h"
#include "ledger/cancel.h"
#include "ledger/growth.h"
#include "ledger/kits.h"
#include "ledger/parked.h"

namespace holdfast::ledger {
namespace {

LineProblem problem_of(std::uint32_t index, Refusal refusal, const Line& line) {
    return {.line_index = index, .refusal = refusal, .sku = line.sku, .requested = line.quantity};
}

Outcome refused_by(ArenaList<LineProblem>& problems) { return refused_lines(problems.view()); }

bool expired(const Reservation& r) { return r.ended_by == FactType::reservation_expired; }

}  // namespace

Units revive(const Context& context, const Reservation& reservation, std::span<const Units> units,
             Pinned pinned, ReservationChanges& changes, ArenaList<PlannedPart>& taken) {
    const State& state = context.state;
    TakenUnits already(context.arena);
    ArenaList<Offer> offers(context.arena, 0);
    ChannelBudget budget(state, reservation.channel, context.arena);
    const auto left_at = [&](const Position& row) {
        const Units left =
            promisable_at(state, row) - already.get(position_key(row.sku, row.location.raw));
        return budget.limits(row.sku) ? std::min(left, budget.left(row.sku, row.location)) : left;
    };
    const PoolId pool_id = state.channel_row(reservation.channel).pool;
    const bool elsewhere = pool_id != kNoPool && pinned == Pinned::no;
    const PoolRow* pool = elsewhere ? &state.pool_rows[pool_id.raw] : nullptr;
    Units forced = 0;
    for (std::size_t i = 0; i < changes.parts().size(); ++i) {
        const Part& part = changes.parts()[i];
        const Units wanted = units[i];
        if (wanted == 0) continue;
        const auto take = [&](LocationId at, Units quantity) {
            const PlannedPart planned{.line = part.line,
                                      .sku = part.sku,
                                      .location = at,
                                      .quantity = quantity,
                                      .recipe = part.recipe};
            Units& gone = already[position_key(part.sku, at.raw)];
            if (budget.limits(part.sku)) {
                const Position* row = state.positions.find(part.sku, at);
                const Units left = row == nullptr ? 0 : promisable_at(state, *row) - gone;
                budget.take(part.sku, at, quantity, std::clamp<Units>(left, 0, quantity));
            }
            gone += quantity;
            taken.push_back(planned);
            changes.add(planned);
        };
        const Position* own = state.positions.find(part.sku, part.location);
        if (planted(Bug::late_confirmation_unchecked) ||
            (own != nullptr && left_at(*own) >= wanted)) {
            take(part.location, wanted);
            continue;
        }
        // The pool next: one location whole, first in pool order; else largest first.
        const std::span<const Position> rows = state.positions.of(part.sku);
        offers.clear();
        const Offer* whole = nullptr;
        for (std::uint32_t r = 0; pool != nullptr && r < rows.size(); ++r) {
            const Offer offer{
                .row = r, .rank = pool->rank(rows[r].location), .units = left_at(rows[r])};
            if (offer.rank != PoolRow::kNotInPool && offer.units > 0) offers.push_back(offer);
        }
        for (const Offer& offer : offers.view())
            if (offer.units >= wanted && (whole == nullptr || offer.rank < whole->rank))
                whole = &offer;
        if (whole != nullptr) {
            take(rows[whole->row].location, wanted);
            continue;
        }
        const Units rest = take_offers(
            offers.view(), wanted, largest_first,
            [&](const Offer& offer, Units quantity) {
                take(rows[offer.row].location, quantity);
                return changes.fits();
            },
            [&](const Offer& offer) { return left_at(rows[offer.row]); });
        if (!changes.fits()) break;  // the caller refuses
        if (rest > 0) take(part.location, rest);
        forced += rest;
    }
    return forced;
}

Outcome confirm(const Context& context, const StepReservation& command) {
    const Reservation* reservation = context.state.reservations.find(command.reservation);
    if (reservation == nullptr) return refused(Refusal::unknown_reservation);
    if (reservation->ended() && !expired(*reservation)) return refused(Refusal::reservation_ended);
    if (reservation->confirmed) return refused(Refusal::reservation_already_confirmed);
    if (order_taken(context.state, command.order, reservation->channel, reservation->id))
        return refused(Refusal::order_already_exists);
    // Who confirms for an order tells of the order: what came before it is settled.
    const RecordEvent order{.envelope = command.envelope,
                            .type = FactType::order_created,
                            .order = command.order,
                            .names_reservation = true,
                            .reservation = reservation->id};
    if (!command.order.empty() && is_awaited(context.state, order))
        return create_order(context, order);

    ReservationChanges changes(context.state, *reservation, context.arena);
    Units forced = 0;
    if (expired(*reservation)) {
        ArenaList<PlannedPart> taken(context.arena);
        const std::span<Units> units = context.arena.array<Units>(changes.parts().size());
        for (std::size_t i = 0; i < units.size(); ++i) units[i] = changes.now(i).expired;
        forced = revive(context, *reservation, units, Pinned::no, changes, taken);
        if (!changes.fits()) return refused(Refusal::too_many_lines);
        if (!within_level(context.state, taken.view(), context.arena))
            return refused(Refusal::level_out_of_range);
    }
    static constexpr CaseKind kLate[] = {CaseKind::late_confirm_without_stock};
    return write_change(context, command.envelope, FactType::reservation_confirmed, *reservation,
                        changes, command.order,
                        forced > 0 && !planted(Bug::late_confirmation_without_case)
                            ? std::span(kLate)
                            : std::span<const CaseKind>{});
}

Outcome extend(const Context& context, const StepReservation& command) {
    const Reservation* reservation = context.state.reservations.find(command.reservation);
    if (reservation == nullptr) return refused(Refusal::unknown_reservation);
    if (reservation->ended()) return refused(Refusal::reservation_ended);
    if (reservation->confirmed) return refused(Refusal::reservation_already_confirmed);
    const std::optional<Instant> expires_at = deadline(context.stamp.now, command.time_to_live);
    if (!expires_at) return refused(Refusal::time_to_live_out_of_range);

    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::reservation_extended);
    entry.envelope_fields();
    fact.value(FieldTag::reservation, reservation->id.raw);
    fact.value(FieldTag::expires_at, planted(Bug::extend_keeps_old_deadline)
                                         ? reservation->expires_at
                                         : to_raw(*expires_at));
    entry.end();
    return entry.finish();
}

namespace {

/// Cancels what the components of a line's kit have above that many kits. Tells how many kits the
/// line is before that: as many as its most present component speaks of.
Units shrink_kits(const Context& context, ReservationChanges& changes,
                  std::span<const std::uint32_t> parts, Units quantity) {
    Units kits = 0;
    visit_components(context, changes, parts, 1,
                     [&](std::span<const std::uint32_t> of_component, Units each) {
                         Units now = 0;
                         for (const std::uint32_t part : of_component)
                             now += cancellable(changes.now(part));
                         kits = std::max(kits, (now + each - 1) / each);
                         const Units surplus = now - quantity * each;
                         if (surplus > 0) cancel_units(changes, of_component, surplus, true);
                         return true;
                     });
    return kits;
}

}  // namespace

Outcome adjust(const Context& context, const StepReservation& command) {
    const State& state = context.state;
    const Reservation* reservation = state.reservations.find(command.reservation);
    if (reservation == nullptr) return refused(Refusal::unknown_reservation);
    if (reservation->ended()) return refused(Refusal::reservation_ended);
    if (command.lines.empty()) return refused(Refusal::no_lines);
    if (command.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);

    ReservationChanges changes(state, *reservation, context.arena);
    ArenaList<LineProblem> problems(context.arena, 0);
    Growth growth(context.arena);
    const std::span<const bool> duplicate = duplicate_lines(command.lines, context.arena);
    for (std::uint32_t i = 0; i < command.lines.size(); ++i) {
        const Line& line = command.lines[i];
        const std::uint64_t number = line_number(line, i);
        Refusal refusal = Refusal::none;
        if (line.quantity < 0)
            refusal = Refusal::quantity_must_be_positive;
        else if (line.quantity > quantity_max)
            refusal = Refusal::quantity_too_large;
        else if (!changes.has_line(number))
            refusal = Refusal::unknown_line;
        else if (!duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (refusal != Refusal::none) {
            problems.push_back(problem_of(i, refusal, line));
            continue;
        }
        const std::span<const std::uint32_t> parts = changes.parts_of_line(number);
        if (const std::uint32_t recipe = recipe_of_line(changes, parts); recipe != 0) {
            const Units kits = shrink_kits(context, changes, parts, line.quantity);
            const SkuId kit = state.kits.recipe(recipe).kit;
            if (line.quantity <= kits) continue;
            // What it is made of now is another promise than the one that would grow.
            if (state.kits.sold_by(kit) != recipe) {
                problems.push_back(problem_of(i, Refusal::kit_not_allowed, line));
                continue;
            }
            growth.add(i,
                       {.line = number,
                        .sku = kit,
                        .location = changes.parts()[parts.front()].location,
                        .names_location = reservation->pinned,
                        .quantity = line.quantity - kits},
                       reservation->pinned ? Stay::must : Stay::may);
            continue;
        }
        Units now = 0;
        for (const std::uint32_t part : parts) now += cancellable(changes.now(part));
        if (line.quantity < now) cancel_units(changes, parts, now - line.quantity, true);
        if (line.quantity <= now) continue;
        const Part& part = changes.parts()[parts.front()];
        if (state.kits.sold_by(part.sku) != 0) {  // it has become one
            problems.push_back(problem_of(i, Refusal::kit_not_allowed, line));
            continue;
        }
        growth.add(i,
                   {.line = number,
                    .sku = part.sku,
                    .location = part.location,
                    .names_location = true,
                    .quantity = line.quantity - now},
                   reservation->pinned ? Stay::must : Stay::may);
    }
    if (!problems.empty()) return refused_by(problems);

    if (growth.size() > 0) {
        const Plan plan = plan_growth(context, *reservation, growth);
        if (plan.parts.size() > parts_per_reservation_max) return refused(Refusal::too_many_lines);
        if (!plan.problems.empty()) return refused_lines(plan.problems);
        for (const PlannedPart& part : plan.parts) changes.add(part);
    }
    if (changes.empty()) return refused(Refusal::nothing_to_adjust);
    changes.settle();
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    return write_change(context, command.envelope, FactType::reservation_adjusted, *reservation,
                        changes, {});
}

Outcome expire(const Context& context, const ExpireHolds& command) {
    const std::vector<ReservationId> due = context.state.reservations.due(
        context.stamp.now, command.holds_max - (planted(Bug::expire_one_too_few) ? 1 : 0));
    if (due.empty()) return {};
    Envelope envelope;
    envelope.actor = "expiry";
    if (!names_fit(context.state, envelope)) envelope.actor = {};
    Entry entry(context.state, context.stamp, &envelope, context.writer);
    std::size_t parts = 0;
    for (const ReservationId id : due) {
        const Reservation& reservation = *context.state.reservations.find(id);
        parts += reservation.part_count;
        if (parts > parts_per_expiry_max) break;
        ReservationChanges changes(context.state, reservation, context.arena);
        for (std::size_t i = 0; i < changes.parts().size(); ++i)
            changes.take_promised(i, level_max);
        changes.settle();
        FactWriter& fact = entry.begin(FactType::reservation_expired);
        changes.write_postings(fact);
        changes.write_fields(fact, id);
        entry.end();
    }
    return entry.finish();
}

}  // namespace holdfast::ledger
