// Orders: created over a hold, sold elsewhere or holding now; cancelled; shipped.
#include "ledger/reservation_changes.h"
#include "ledger/stock_events.h"

namespace holdfast::ledger {
namespace {

/// A line of an order that must be promised whatever the stock: checked for shape only.
Refusal malformed_forced(const State& state, const Line& line) {
    if (line.quantity < 1) return Refusal::quantity_must_be_positive;
    if (line.quantity > quantity_max) return Refusal::quantity_too_large;
    if (line.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    if (line.names_location && line.location.raw >= state.locations.size())
        return Refusal::unknown_location;
    return Refusal::none;
}

struct ForcedLines {
    std::span<const PlannedPart> parts;
    std::span<const LineProblem> problems;
    Units oversold = 0;
};

ForcedLines plan_forced_lines(const Context& context, const RecordEvent& event) {
    ArenaList<PlannedPart> parts(context.arena, event.lines.size());
    ArenaList<LineProblem> problems(context.arena, 0);
    const std::span<const bool> duplicate = duplicate_lines(event.lines, context.arena);
    Units oversold = 0;
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Refusal refusal = malformed_forced(context.state, line);
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (refusal == Refusal::none) {
            const ForcedPlan plan =
                plan_forced(context.state,
                            {.line_index = i,
                             .line = line_number(line, i),
                             .sku = line.sku,
                             .location = line.names_location ? line.location : kNoLocation,
                             .channel = event.channel,
                             .fallback = event.location,
                             .has_fallback = event.names_location,
                             .quantity = line.quantity},
                            parts.view(), context.arena);
            refusal = plan.refusal;
            for (const PlannedPart& part : plan.parts) parts.push_back(part);
            oversold += plan.oversold;
        }
        if (refusal != Refusal::none)
            problems.push_back({.line_index = i,
                                .refusal = refusal,
                                .sku = line.sku,
                                .location = line.location,
                                .requested = line.quantity});
    }
    return {parts.view(), problems.view(), oversold};
}

constexpr CaseKind kOversold[] = {CaseKind::oversold_order};

/// The order's own reservation, confirmed from the start.
Outcome write_new_order(const Context& context, const RecordEvent& event,
                        std::span<const PlannedPart> parts, std::span<const LineProblem> aside,
                        Units oversold) {
    Entry entry(context.state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::order_created);
    post_new_parts(fact, parts);
    entry.envelope_fields();
    if (event.channel != kNoChannel) fact.value(FieldTag::channel, event.channel.raw);
    new_part_fields(fact, context, parts, aside);
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    if (oversold > 0) raise(fact, kOversold);
    entry.end();
    return entry.finish();
}

Outcome order_sold_elsewhere(const Context& context, const RecordEvent& event) {
    const ForcedLines forced = plan_forced_lines(context, event);
    if (!forced.problems.empty()) return refused_lines(forced.problems);
    if (!within_level(context.state, forced.parts, context.arena))
        return refused(Refusal::level_out_of_range);
    if (forced.parts.size() > parts_per_reservation_max) return refused(Refusal::too_many_lines);
    return write_new_order(context, event, forced.parts, {}, forced.oversold);
}

Outcome order_holding_now(const Context& context, const RecordEvent& event) {
    if (event.channel == kNoChannel) return refused(Refusal::channel_required);
    const Plan plan = plan_lines(context.state, event.channel, event.lines, context.arena);
    const bool held = plan.problems.empty() || (event.partial && !plan.parts.empty());
    if (!held) return refused_lines(plan.problems);
    if (plan.parts.size() > parts_per_reservation_max) return refused(Refusal::too_many_lines);
    return write_new_order(context, event, plan.parts, plan.problems, 0);
}

/// What an order keeps of a hold, part by part, and what each of its lines wants beyond that. An
/// order without lines keeps everything; a line that it does not name keeps nothing.
struct KeptUnits {
    std::span<Units> of_part;
    std::span<Units> missing_of_line;
};
KeptUnits keep_of_hold(const RecordEvent& event, std::span<const Part> parts, bool late,
                       Arena& arena) {
    const KeptUnits kept{arena.array<Units>(parts.size()), arena.array<Units>(event.lines.size())};
    for (std::size_t i = 0; i < event.lines.size(); ++i)
        kept.missing_of_line[i] = event.lines[i].quantity;
    for (std::size_t p = 0; p < parts.size(); ++p) {
        const Units held = late ? parts[p].expired : parts[p].reserved;
        if (event.lines.empty()) kept.of_part[p] = held;
        for (std::size_t i = 0; i < event.lines.size(); ++i) {
            if (line_number(event.lines[i], i) != parts[p].line) continue;
            kept.of_part[p] = std::min(held, kept.missing_of_line[i]);
            kept.missing_of_line[i] -= kept.of_part[p];
        }
    }
    return kept;
}

/// Confirms the named hold: per line what the order wants, the rest released, an excess forced.
Outcome order_over_hold(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    const Reservation* reservation = state.reservations.find(event.reservation);
    if (reservation == nullptr) return refused(Refusal::unknown_reservation);
    const bool late = reservation->ended_by == FactType::reservation_expired;
    if (reservation->ended() && !late) return refused(Refusal::reservation_ended);
    if (reservation->confirmed) return refused(Refusal::reservation_already_confirmed);

    ArenaList<LineProblem> problems(context.arena, 0);
    const std::span<const bool> duplicate = duplicate_lines(event.lines, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        Refusal refusal = malformed_forced(state, event.lines[i]);
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (refusal != Refusal::none)
            problems.push_back({.line_index = i,
                                .refusal = refusal,
                                .sku = event.lines[i].sku,
                                .location = event.lines[i].location,
                                .requested = event.lines[i].quantity});
    }
    if (!problems.empty()) return refused_lines(problems.view());

    ReservationChanges changes(state, *reservation, context.arena);
    const KeptUnits kept = keep_of_hold(event, changes.parts(), late, context.arena);
    ArenaList<PlannedPart> taken(context.arena);
    Units late_forced = 0;
    if (late) late_forced = revive(context, *reservation, kept.of_part, changes, taken);
    for (std::size_t i = 0; i < changes.parts().size(); ++i)
        if (!late) changes.take(i, changes.left(i) - kept.of_part[i]);

    ArenaList<PlannedPart> forced(context.arena);
    Units oversold = 0;
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        if (kept.missing_of_line[i] == 0) continue;
        const ForcedPlan plan =
            plan_forced(state,
                        {.line_index = i,
                         .line = line_number(line, i),
                         .sku = line.sku,
                         .location = line.names_location ? line.location : kNoLocation,
                         .channel = reservation->channel,
                         .fallback = event.location,
                         .has_fallback = event.names_location,
                         .quantity = kept.missing_of_line[i]},
                        taken.view(), context.arena);
        if (plan.refusal != Refusal::none)
            problems.push_back({.line_index = i,
                                .refusal = plan.refusal,
                                .sku = line.sku,
                                .requested = line.quantity});
        for (const PlannedPart& part : plan.parts) {
            taken.push_back(part);
            forced.push_back(part);
        }
        oversold += plan.oversold;
    }
    if (!problems.empty()) return refused_lines(problems.view());
    if (!within_level(state, taken.view(), context.arena))
        return refused(Refusal::level_out_of_range);
    for (const PlannedPart& part : forced.view()) changes.add(part);
    if (!changes.fits()) return refused(Refusal::too_many_lines);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::order_created);
    changes.write_postings(fact);
    entry.envelope_fields();
    changes.write_fields(fact, reservation->id);
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    ArenaList<CaseKind> raises(context.arena);
    if (oversold > 0) raises.push_back(CaseKind::oversold_order);
    if (late_forced > 0) raises.push_back(CaseKind::late_confirm_without_stock);
    raise(fact, raises.view());
    entry.end();
    return entry.finish();
}

/// Takes what a shipped line was promised: at the location it left first, then elsewhere;
/// allocated before reserved.
class ShippedPromises {
  public:
    ShippedPromises(ReservationChanges& changes, Arena& arena)
        : changes_(changes),
          reserved_(arena.array<Units>(changes.parts().size())),
          allocated_(arena.array<Units>(changes.parts().size())) {
        for (std::size_t i = 0; i < changes.parts().size(); ++i) {
            reserved_[i] = changes.parts()[i].reserved;
            allocated_[i] = changes.parts()[i].allocated;
        }
    }
    void take(const Line& line, LocationId left_from, std::uint64_t number) {
        bool by_number = false;
        for (const Part& part : changes_.parts())
            by_number |= line.line != 0 && part.line == number && part.sku == line.sku;
        Units wanted = line.quantity;
        for (const bool here : {true, false})
            for (std::size_t i = 0; i < changes_.parts().size() && wanted > 0; ++i) {
                const Part& part = changes_.parts()[i];
                if (part.sku != line.sku || (part.location == left_from) != here) continue;
                if (by_number && part.line != number) continue;
                wanted -= take_from(i, wanted, Bucket::allocated, allocated_);
                wanted -= take_from(i, wanted, Bucket::reserved, reserved_);
            }
    }

  private:
    Units take_from(std::size_t part, Units wanted, Bucket bucket, std::span<Units> left) {
        const Units units = std::min(wanted, left[part]);
        if (units <= 0) return 0;
        left[part] -= units;
        changes_.post(part, bucket, -units);
        return units;
    }
    ReservationChanges& changes_;
    std::span<Units> reserved_;
    std::span<Units> allocated_;
};

}  // namespace

Outcome create_order(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.order.empty()) return refused(Refusal::order_required);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    if (event.lines.empty() && !event.names_reservation) return refused(Refusal::no_lines);
    const bool names_channel = event.channel != kNoChannel;
    if (names_channel && event.channel.raw >= state.channels.size())
        return refused(Refusal::unknown_channel);
    if (order_taken(state, event.order,
                    event.names_reservation ? event.reservation : ReservationId{}))
        return refused(Refusal::order_already_exists);
    if (event.names_reservation) return order_over_hold(context, event);
    if (state.reservations.size() >= state.limits.reservations_max)
        return refused(Refusal::table_full);
    return event.already_sold ? order_sold_elsewhere(context, event)
                              : order_holding_now(context, event);
}

Outcome cancel_order(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.order.empty()) return refused(Refusal::order_required);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    const Reservation* reservation =
        state.reservations.find_by_order(state.order_hash(event.order));
    if (reservation == nullptr) return refused(Refusal::unknown_order);

    ReservationChanges changes(state, *reservation, context.arena);
    ArenaList<LineProblem> problems(context.arena, 0);
    if (event.lines.empty())
        for (std::size_t i = 0; i < changes.parts().size(); ++i) changes.take(i, changes.left(i));
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const std::uint64_t number = line_number(line, i);
        Refusal refusal = Refusal::none;
        if (line.quantity < 1)
            refusal = Refusal::quantity_must_be_positive;
        else if (line.quantity > quantity_max)
            refusal = Refusal::quantity_too_large;
        else if (!changes.has_line(number))
            refusal = Refusal::unknown_line;
        if (refusal == Refusal::none)
            changes.take_from_line(number, line.quantity);
        else
            problems.push_back(
                {.line_index = i, .refusal = refusal, .sku = line.sku, .requested = line.quantity});
    }
    // A line that the order never held is told, but does not keep the others from being cancelled.
    if (changes.empty())
        return problems.empty() ? refused(Refusal::nothing_to_cancel)
                                : refused_lines(problems.view());

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::order_cancelled);
    changes.write_postings(fact);
    entry.envelope_fields();
    changes.write_fields(fact, reservation->id);
    new_part_fields(fact, context, {}, problems.view());
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    entry.end();
    return entry.finish();
}

Outcome post_shipment(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.lines.empty()) return refused(Refusal::no_lines);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    ArenaList<LineProblem> problems(context.arena, 0);
    ArenaList<Posting> physical(context.arena, event.lines.size());
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Refusal refusal = malformed_forced(state, line);
        const LocationId at = line.names_location ? line.location : event.location;
        if (refusal == Refusal::none && !line.names_location && !event.names_location)
            refusal = Refusal::location_required;
        if (refusal == Refusal::none && at.raw >= state.locations.size())
            refusal = Refusal::unknown_location;
        if (refusal == Refusal::none)
            physical.push_back({.sku = line.sku,
                                .place = Place{at},
                                .bucket = Bucket::sellable,
                                .delta = -line.quantity});
        else
            problems.push_back({.line_index = i,
                                .refusal = refusal,
                                .sku = line.sku,
                                .location = at,
                                .requested = line.quantity});
    }
    if (!problems.empty()) return refused_lines(problems.view());
    if (!levels_stay_in_range(state, physical.view(), context.arena))
        return refused(Refusal::level_out_of_range);

    static const Reservation kNone{};
    const Reservation* reservation =
        event.order.empty() ? nullptr
                            : state.reservations.find_by_order(state.order_hash(event.order));
    ReservationChanges changes(state, reservation == nullptr ? kNone : *reservation, context.arena);
    ShippedPromises promises(changes, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Posting& leaves = physical.view()[i];
        changes.post_outside(leaves);
        changes.post_outside({.sku = leaves.sku,
                              .place = Place{PlaceKind::customer},
                              .bucket = Bucket::external,
                              .delta = -leaves.delta});
        if (reservation != nullptr)
            promises.take(event.lines[i], leaves.place.location(), line_number(event.lines[i], i));
    }

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::shipment_posted);
    changes.write_postings(fact);
    entry.envelope_fields();
    if (reservation != nullptr) changes.write_fields(fact, reservation->id);
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    raise(fact, cases_of_decrease(state, physical.view(), changes.postings(), context.arena));
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
