// Back-orders that somebody makes or fills: units of an order are promised from supply instead, or
// from stock again.
#include "ledger/backorder_plan.h"
#include "ledger/line_parts.h"
#include "ledger/movement.h"
#include "ledger/resource.h"

namespace holdfast::ledger {
namespace {

/// The order that an event speaks of, while it can be changed.
OrderOf open_order(const State& state, const RecordEvent& event) {
    if (event.order.empty()) return {.refusal = Refusal::order_required};
    const OrderOf order = order_of(state, event);
    if (order.refusal != Refusal::none) return order;
    if (order.reservation == nullptr) return {.refusal = Refusal::unknown_order};
    if (order.reservation->ended()) return {.refusal = Refusal::reservation_ended};
    return order;
}

Refusal line_refusal(const State& state, const Line& line) {
    if (const Refusal r = quantity_refusal(line.quantity, 1); r != Refusal::none) return r;
    if (line.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    const bool known = !line.names_location || line.location.raw < state.locations.size();
    return known ? Refusal::none : Refusal::unknown_location;
}

/// Promised units that are to wait for supply, at their own place or where the line says.
class OnBackorder {
  public:
    OnBackorder(const Context& context, const Reservation& order)
        : context_(context),
          order_(order),
          changes_(context.state, order, context.arena),
          parts_(changes_.parts(), context.arena),
          ahead_(context.arena),
          moves_(context.arena),
          added_(context.arena) {}

    /// All of the line or nothing of it.
    Refusal move(const Line& line) {
        if (const Refusal r = line_refusal(context_.state, line); r != Refusal::none) return r;
        if (line.names_location && !order_.pinned)
            if (const Refusal r = place_refusal(context_.state, order_.channel, line);
                r != Refusal::none)
                return r;
        moves_.clear();
        Units rest = line.quantity;
        Refusal refusal = Refusal::none;
        // Units that nobody has are the first to wait.
        for (const bool oversold : {true, false})
            parts_.visit(line, [&](std::uint32_t part) {
                if (rest == 0 || refusal != Refusal::none) return false;
                if (is_oversold(part) != oversold) return true;
                const Units units = std::min(rest, changes_.now(part).reserved);
                if (units == 0) return true;
                refusal = move_part(part, line, units);
                rest -= units;
                return true;
            });
        if (refusal == Refusal::none && rest > 0) refusal = Refusal::nothing_to_move;
        if (refusal == Refusal::none) {
            for (const Move& move : moves_.view()) {
                changes_.take(move.part, Bucket::reserved, move.planned.quantity);
                added_.push_back(move.planned);
            }
        } else {
            for (const Move& move : moves_.view()) count(move, -move.planned.quantity);
        }
        return refusal;
    }
    /// New parts are added last: until then every part of a line has its number.
    void add_all() {
        for (const PlannedPart& planned : added_.view()) changes_.add(planned);
        changes_.settle();
    }
    [[nodiscard]] ReservationChanges& changes() { return changes_; }
    [[nodiscard]] std::span<const PlannedPart> added() const { return added_.view(); }

  private:
    struct Move {
        std::uint32_t part = 0;
        PlannedPart planned;
    };
    [[nodiscard]] bool is_oversold(std::uint32_t index) const {
        const Part& part = changes_.parts()[index];
        const Position* row = context_.state.positions.find(part.sku, part.location);
        return row == nullptr || row->oversold() > 0;
    }
    Refusal move_part(std::uint32_t index, const Line& line, Units units) {
        const Part& part = changes_.parts()[index];
        const LocationId at = line.names_location ? line.location : part.location;
        if (order_.pinned && at != part.location) return Refusal::nothing_to_move;
        // Units that wait are promised from the shelf no more, which may have been short of them.
        ahead_[position_key(part.sku, part.location.raw)].returned += units;
        const BackordersAhead ahead = ahead_.get(position_key(part.sku, at.raw));
        const Instant now = context_.stamp.now;
        const bool room = backorderable(context_.state, part.sku, at, now, ahead) >= units;
        moves_.push_back(
            {.part = index,
             .planned = {.line = part.line,
                         .sku = part.sku,
                         .location = at,
                         .quantity = units,
                         .bucket = Bucket::backordered,
                         .due = promise_date(context_.state, part.sku, at, now, units, ahead),
                         .recipe = part.recipe}});
        ahead_[position_key(part.sku, at.raw)].waiting += units;
        return room ? Refusal::none : Refusal::backorder_limit_reached;
    }
    void count(const Move& move, Units units) {
        const Part& part = changes_.parts()[move.part];
        ahead_[position_key(part.sku, part.location.raw)].returned += units;
        ahead_[position_key(part.sku, move.planned.location.raw)].waiting += units;
    }

    const Context& context_;
    const Reservation& order_;
    ReservationChanges changes_;
    LineParts parts_;
    ArenaMap<BackordersAhead> ahead_;
    ArenaList<Move> moves_;  // of one line
    ArenaList<PlannedPart> added_;
};

/// Units that wait and can be had after all.
class Filled {
  public:
    Filled(const Context& context, const Reservation& order)
        : context_(context),
          changes_(context.state, order, context.arena),
          parts_(changes_.parts(), context.arena),
          taken_(context.arena) {}

    /// All of the line, or why not and how many there are.
    LineProblem fill_line(const RecordEvent& event, const Line& line) {
        LineProblem problem{.refusal = line_refusal(context_.state, line),
                            .sku = line.sku,
                            .requested = line.quantity};
        if (problem.refusal != Refusal::none) return problem;
        Units waiting = 0;
        Units there = 0;
        const auto visit = [&](auto&& each) {
            if (names_place(event, line))
                parts_.visit(line, place_of(event, line), true, each);
            else
                parts_.visit(line, each);
        };
        visit([&](std::uint32_t part) {
            waiting += changes_.now(part).backordered;
            return true;
        });
        if (waiting < line.quantity) {
            problem.refusal = Refusal::nothing_backordered;
            return problem;
        }
        visit([&](std::uint32_t part) {
            there += fill_part(part, line.quantity - there);
            return there < line.quantity;
        });
        if (there == line.quantity) return problem;
        problem.refusal = Refusal::insufficient_stock;
        problem.available_to_sell = there;
        return problem;
    }
    /// As many as there are.
    Units fill_part(std::uint32_t index, Units wanted) {
        const Part& part = changes_.parts()[index];
        const Position* row = context_.state.positions.find(part.sku, part.location);
        Units& taken = taken_[position_key(part.sku, part.location.raw)];
        const Units free = row == nullptr ? 0 : free_for_orders(context_.state, *row) - taken;
        const Units units = changes_.move(index, Bucket::backordered, Bucket::reserved,
                                          std::min(wanted, std::max<Units>(0, free)));
        taken += units;
        return units;
    }
    [[nodiscard]] ReservationChanges& changes() { return changes_; }

  private:
    const Context& context_;
    ReservationChanges changes_;
    LineParts parts_;
    TakenUnits taken_;
};

Outcome write(const Context& context, const RecordEvent& event, const Reservation* order,
              const ReservationChanges& changes) {
    Entry entry(context.state, context.stamp, &event.envelope, context.writer);
    write_order_fact(entry, event.type, event, order, changes);
    entry.end();
    return entry.finish();
}

}  // namespace

Outcome create_backorder(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    const auto [order, refusal] = open_order(state, event);
    if (refusal != Refusal::none) return refused(refusal);
    OnBackorder waiting(context, *order);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i)
        problems.good(i, waiting.move(event.lines[i]));
    if (!problems.empty()) return problems.outcome();
    waiting.add_all();
    const ReservationChanges& changes = waiting.changes();
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    if (state.backorders.size() + waiting.added().size() > state.limits.backorders_max)
        return refused(Refusal::table_full);
    if (!within_level(state, waiting.added(), context.arena))
        return refused(Refusal::level_out_of_range);
    return write(context, event, order, changes);
}

Outcome fill_backorder(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    if (event.names_location && event.location.raw >= state.locations.size())
        return refused(Refusal::unknown_location);
    const auto [order, refusal] = open_order(state, event);
    if (refusal != Refusal::none) return refused(refusal);
    Filled filled(context, *order);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const LineProblem problem = filled.fill_line(event, event.lines[i]);
        if (problem.refusal != Refusal::none) problems.add(i, problem);
    }
    if (!problems.empty()) return problems.outcome();
    if (event.lines.empty()) {
        bool waits = false;
        const ReservationChanges& changes = filled.changes();
        for (std::uint32_t i = 0; i < changes.parts().size(); ++i) {
            if (event.names_location && changes.parts()[i].location != event.location) continue;
            waits |= changes.now(i).backordered > 0;
            filled.fill_part(i, level_max);
        }
        if (!waits) return refused(Refusal::nothing_backordered);
    }
    ReservationChanges& changes = filled.changes();
    if (changes.empty()) return refused(Refusal::insufficient_stock);
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    if (!levels_stay_in_range(state, changes.postings(), context.arena))
        return refused(Refusal::level_out_of_range);
    return write(context, event, order, changes);
}

}  // namespace holdfast::ledger
