// Orders: created over a hold, sold elsewhere or holding now.
#include <algorithm>
#include <optional>

#include "base/planted.h"
#include "ledger/backorder_plan.h"
#include "ledger/kits.h"
#include "ledger/movement.h"
#include "ledger/parked.h"

namespace holdfast::ledger {
namespace {

/// A line of an order that must be promised whatever the stock: checked for shape only.
Refusal malformed_forced(const State& state, const Line& line) {
    if (line.quantity < 1) return Refusal::quantity_must_be_positive;
    if (line.quantity > quantity_max) return Refusal::quantity_too_large;
    if (line.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    if (const Refusal refusal = kit_refusal(state, line); refusal != Refusal::none) return refusal;
    if (line.names_location && line.location.raw >= state.locations.size())
        return Refusal::unknown_location;
    return Refusal::none;
}

ForcedRequest forced_request(const RecordEvent& event, const ComponentLine& of_line,
                             ChannelId channel, Units quantity) {
    const Line& line = event.lines[of_line.line_index];
    return {.line_index = of_line.line_index,
            .line = of_line.line,
            .sku = of_line.sku,
            .location = line.names_location ? line.location : kNoLocation,
            .channel = event.pinned ? kNoChannel : channel,  // no pool: it has one place
            .fallback = event.location,
            .has_fallback = event.names_location,
            .quantity = quantity,
            .recipe = of_line.recipe};
}

/// Forces the lines of one order; those of an order that may wait are promised from supply before
/// they are oversold.
class ForcedLines {
  public:
    ForcedLines(const Context& context, const RecordEvent& event, ChannelId channel)
        : forced_(context.state, channel, context.arena) {
        if (event.backorder)
            waiting_.emplace(context.state, context.stamp.now, forced_.taken(), forced_.budget(),
                             context.arena);
    }
    /// Plans the request, or tells why its units cannot be forced anywhere: of a line once,
    /// whatever its kit is made of. Components of kits do not wait.
    void force_or_tell(const ForcedRequest& request, const Line& line,
                       ArenaList<LineProblem>& problems) {
        const Refusal refusal = forced_.refusal(request);
        const bool may_wait = waiting_ && request.recipe == 0;
        if (refusal == Refusal::none)
            forced_.plan(request, may_wait ? &*waiting_ : nullptr);
        else if (problems.empty() || problems.view().back().line_index != request.line_index)
            problems.push_back({.line_index = request.line_index,
                                .refusal = refusal,
                                .sku = line.sku,
                                .location = request.location,
                                .requested = line.quantity});
    }
    [[nodiscard]] ForcedPlanner& planner() { return forced_; }

  private:
    ForcedPlanner forced_;
    std::optional<BackorderPlanner> waiting_;
};

/// Whether there is no room for so many more that wait.
bool too_many_wait(const State& state, std::span<const PlannedPart> parts) {
    const auto waiting = std::count_if(parts.begin(), parts.end(), [](const PlannedPart& part) {
        return part.bucket == Bucket::backordered;
    });
    return waiting > 0 && state.backorders.size() + static_cast<std::uint64_t>(waiting) >
                              state.limits.backorders_max;
}

/// What the order asks for, kits as their components; of an order that was awaited what is left.
std::span<const ComponentLine> lines_of(const Context& context, const RecordEvent& event,
                                        ReservationChanges* changes) {
    return context.settles != nullptr ? context.settles->parts
                                      : component_lines(context, event.lines, changes);
}

/// What is wrong with the shape of an order's lines, stock aside. Lines that were settled were
/// looked at before; those of a kit share their number.
std::span<const LineProblem> malformed_lines(const Context& context, const RecordEvent& event) {
    if (context.settles != nullptr) return {};
    ArenaList<LineProblem> problems(context.arena, 0);
    const std::span<const bool> duplicate = duplicate_lines(event.lines, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Refusal refusal = malformed_forced(context.state, line);
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (refusal != Refusal::none)
            problems.push_back({.line_index = i,
                                .refusal = refusal,
                                .sku = line.sku,
                                .location = line.location,
                                .requested = line.quantity});
    }
    return problems.view();
}

void pin(FactWriter& fact, const RecordEvent& event) {
    if (event.pinned) fact.value(FieldTag::pinned, std::uint8_t{1});
}

/// The event with the place of its lines filled in from the event's own: a pinned line has one.
RecordEvent with_places(const RecordEvent& event, Arena& arena) {
    const std::span<Line> lines = arena.array<Line>(event.lines.size());
    std::copy(event.lines.begin(), event.lines.end(), lines.begin());
    for (Line& line : lines)
        if (!line.names_location && event.names_location) {
            line.names_location = true;
            line.location = event.location;
        }
    RecordEvent placed = event;
    placed.lines = lines;
    return placed;
}

/// A line that was set aside because nobody knows what it asks for, or where: the shop sells what
/// the catalog has not, and goes on doing so until somebody looks.
bool names_unknown_code(std::span<const LineProblem> aside) {
    return std::ranges::any_of(aside, [](const LineProblem& problem) {
        return problem.refusal == Refusal::unknown_sku ||
               problem.refusal == Refusal::unknown_location;
    });
}

/// The order's own reservation, confirmed from the start.
Outcome write_new_order(const Context& context, const RecordEvent& event,
                        std::span<const PlannedPart> parts, std::span<const LineProblem> aside,
                        Units oversold) {
    Entry entry(context.state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::order_created);
    post_new_parts(fact, parts);
    entry.envelope_fields();
    if (event.channel != kNoChannel) fact.value(FieldTag::channel, event.channel.raw);
    const Settlement* settles = context.settles;
    new_part_fields(fact, context, parts,
                    settles == nullptr ? aside : of_own_lines(*settles, aside, context.arena));
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    pin(fact, event);
    ArenaList<CaseKind> raises(context.arena, 0);
    if (oversold > 0 && !planted(Bug::oversell_without_case))
        raises.push_back(CaseKind::oversold_order);
    if (names_unknown_code(aside)) raises.push_back(CaseKind::unknown_code);
    raise(fact, raises.view());
    entry.end();
    if (settles != nullptr) write_settlement(entry, context, event, nullptr);
    return entry.finish();
}

Outcome order_sold_elsewhere(const Context& context, const RecordEvent& event) {
    ForcedLines forced_lines(context, event, event.channel);
    ForcedPlanner& forced = forced_lines.planner();
    ArenaList<LineProblem> problems(context.arena, 0);
    const std::span<const LineProblem> malformed = malformed_lines(context, event);
    const std::span<const ComponentLine> lines = lines_of(context, event, nullptr);
    std::size_t next = 0, next_malformed = 0;
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const bool well_formed =
            next_malformed == malformed.size() || malformed[next_malformed].line_index != i;
        if (!well_formed) problems.push_back(malformed[next_malformed++]);
        for (; next < lines.size() && lines[next].line_index == i; ++next) {
            if (!well_formed) continue;
            const ForcedRequest request =
                forced_request(event, lines[next], event.channel, lines[next].quantity);
            forced_lines.force_or_tell(request, event.lines[i], problems);
        }
    }
    if (!problems.empty()) return refused_lines(problems.view());
    if (!forced.fits()) return refused(Refusal::too_many_lines);
    if (too_many_wait(context.state, forced.parts())) return refused(Refusal::table_full);
    if (!within_level(context.state, forced.parts(), context.arena))
        return refused(Refusal::level_out_of_range);
    return write_new_order(context, event, forced.parts(), {}, forced.oversold());
}

/// Components of kits that are settled share their line's number, which a plan would refuse: they
/// are planned by their place, and numbered when that is done.
std::span<const Line> unnumbered(const Context& context, std::span<const Line> settled) {
    const std::span<Line> lines = context.arena.array<Line>(settled.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        lines[i] = settled[i];
        lines[i].line = 0;
    }
    return lines;
}
std::span<const PlannedPart> numbered(const Context& context,
                                      std::span<const PlannedPart> planned) {
    const std::span<PlannedPart> parts = context.arena.array<PlannedPart>(planned.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i] = planned[i];
        parts[i].line = context.settles->parts[parts[i].line_index].line;
        parts[i].recipe = context.settles->parts[parts[i].line_index].recipe;
    }
    return parts;
}

Outcome order_holding_now(const Context& context, const RecordEvent& given) {
    if (given.channel == kNoChannel) return refused(Refusal::channel_required);
    RecordEvent event = given;
    if (context.settles != nullptr) event.lines = unnumbered(context, given.lines);
    Plan plan = plan_lines(context.state, event.channel, event.lines, context.arena);
    if (event.backorder && !plan.problems.empty())
        plan = plan_on_backorder(context.state, context.stamp.now, event.channel, event.lines, plan,
                                 context.arena);
    if (plan.parts.size() > parts_per_reservation_max) return refused(Refusal::too_many_lines);
    if (context.settles != nullptr) plan.parts = numbered(context, plan.parts);
    const bool held = plan.problems.empty() || (event.partial && !plan.parts.empty());
    if (!held) return refused_lines(plan.problems);
    if (too_many_wait(context.state, plan.parts)) return refused(Refusal::table_full);
    return write_new_order(context, event, plan.parts, plan.problems, 0);
}

/// What an order keeps of a hold, part by part, and what each of its lines (of a kit, each of its
/// components) wants beyond that. An order without lines keeps everything; a line that it does not
/// name, or names with another SKU, keeps nothing.
struct KeptUnits {
    std::span<Units> of_part;
    std::span<Units> missing_of_line;
};
KeptUnits keep_of_hold(std::span<const ComponentLine> lines, bool keeps_whole,
                       const ReservationChanges& changes, bool late, Arena& arena) {
    const std::span<const Part> parts = changes.parts();
    const KeptUnits kept{arena.array<Units>(parts.size()), arena.array<Units>(lines.size())};
    ArenaMap<std::uint32_t> line_of(arena);  // index + 1
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        kept.missing_of_line[i] = lines[i].quantity;
        line_of[{lines[i].line, lines[i].sku.raw}] = i + 1;
    }
    for (std::size_t p = 0; p < parts.size(); ++p) {
        const PartCounts& now = changes.now(p);
        const Units held = late ? now.expired : now.reserved + now.backordered;
        if (keeps_whole) kept.of_part[p] = held;
        const std::uint32_t line = line_of.get({parts[p].line, parts[p].sku.raw});
        if (line == 0) continue;
        kept.of_part[p] = std::min(held, kept.missing_of_line[line - 1]);
        kept.missing_of_line[line - 1] -= kept.of_part[p];
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

    if (const auto malformed = malformed_lines(context, event); !malformed.empty())
        return refused_lines(malformed);

    ReservationChanges changes(state, *reservation, context.arena);
    // Once something was settled, no line means that nothing is wanted any more.
    const bool keeps_whole = event.lines.empty() && context.settles == nullptr;
    const std::span<const ComponentLine> lines = lines_of(context, event, &changes);
    const KeptUnits kept = keep_of_hold(lines, keeps_whole, changes, late, context.arena);
    ArenaList<PlannedPart> taken(context.arena);
    Units late_forced = 0;
    if (late)
        late_forced = revive(context, *reservation, kept.of_part,
                             event.pinned ? Pinned::yes : Pinned::no, changes, taken);
    for (std::size_t i = 0; i < changes.parts().size(); ++i)
        if (!late) {
            const PartCounts& now = changes.now(i);
            changes.take_promised(i, now.reserved + now.backordered - kept.of_part[i]);
        }

    ForcedLines forced_lines(context, event, reservation->channel);
    ForcedPlanner& forced = forced_lines.planner();
    for (const PlannedPart& part : taken.view())
        forced.take(part.sku, part.location, part.quantity);
    ArenaList<LineProblem> problems(context.arena, 0);
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        if (kept.missing_of_line[i] == 0) continue;
        const ForcedRequest request =
            forced_request(event, lines[i], reservation->channel, kept.missing_of_line[i]);
        forced_lines.force_or_tell(request, event.lines[lines[i].line_index], problems);
    }
    if (!problems.empty()) return refused_lines(problems.view());
    if (!forced.fits()) return refused(Refusal::too_many_lines);
    if (too_many_wait(state, forced.parts())) return refused(Refusal::table_full);
    for (const PlannedPart& part : forced.parts()) {
        changes.add(part);
        taken.push_back(part);
    }
    changes.settle();
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    if (!within_level(state, taken.view(), context.arena))
        return refused(Refusal::level_out_of_range);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact =
        write_order_fact(entry, FactType::order_created, event, reservation, changes);
    pin(fact, event);
    ArenaList<CaseKind> raises(context.arena);
    if (forced.oversold() > 0) raises.push_back(CaseKind::oversold_order);
    if (late_forced > 0) raises.push_back(CaseKind::late_confirm_without_stock);
    raise(fact, raises.view());
    entry.end();
    if (context.settles != nullptr) write_settlement(entry, context, event, reservation);
    return entry.finish();
}

Outcome decide_order(const Context& context, const RecordEvent& event) {
    if (event.names_reservation) return order_over_hold(context, event);
    return event.already_sold ? order_sold_elsewhere(context, event)
                              : order_holding_now(context, event);
}

/// Less what left or was cancelled before anybody told of the order.
Outcome decide_settled_order(const Context& context, const RecordEvent& event) {
    if (const auto malformed = malformed_lines(context, event); !malformed.empty())
        return refused_lines(malformed);
    RecordEvent rest = event;
    const Settlement& settlement = settlement_of(context, event);
    rest.lines = settlement.rest;
    Context settling{context.state, context.stamp, context.arena, context.writer, &settlement};
    Outcome outcome = decide_order(settling, rest);
    outcome.problems = of_own_lines(settlement, outcome.problems, context.arena);
    return outcome;
}

}  // namespace

Outcome create_order(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.order.empty()) return refused(Refusal::order_required);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    if (event.lines.empty() && !event.names_reservation) return refused(Refusal::no_lines);
    const bool names_channel = event.channel != kNoChannel;
    if (names_channel && event.channel.raw >= state.channels.size())
        return refused(Refusal::unknown_channel);
    const Reservation* hold =
        event.names_reservation ? state.reservations.find(event.reservation) : nullptr;
    if (order_taken(state, event.order, hold != nullptr ? hold->channel : event.channel,
                    hold != nullptr ? hold->id : ReservationId{}))
        return refused(Refusal::order_already_exists);
    const RecordEvent placed = event.pinned ? with_places(event, context.arena) : event;
    const bool all_placed = std::all_of(placed.lines.begin(), placed.lines.end(),
                                        [](const Line& line) { return line.names_location; });
    if (event.pinned && !all_placed && !event.names_reservation)
        return refused(Refusal::location_required);
    if (!event.names_reservation && state.reservations.size() >= state.limits.reservations_max)
        return refused(Refusal::table_full);
    const bool awaited = is_awaited(state, placed) && !planted(Bug::promise_what_had_left);
    return awaited ? decide_settled_order(context, placed) : decide_order(context, placed);
}

}  // namespace holdfast::ledger
