// Re-sourcing: units of a reservation are promised from another location.
#include "ledger/resource.h"

#include "ledger/kits.h"
#include "ledger/movement.h"

namespace holdfast::ledger {

Units free_for_orders(const State& state, const Position& row) {
    return state.enabled(row.location) ? std::max<Units>(0, row.free()) : 0;
}

Units MovePlanner::left(const Position& row, bool beneath_safety) const {
    const Units limit = beneath_safety ? free_for_orders(state_, row) : promisable_at(state_, row);
    return limit - taken_.get(position_key(row.sku, row.location.raw));
}

/// What the positions that may be moved to still have.
void MovePlanner::gather(const MoveRequest& request, bool beneath_safety) {
    offers_.clear();
    const PoolId pool_id = state_.channel_row(request.channel).pool;
    const PoolRow* pool = pool_id == kNoPool ? nullptr : &state_.pool_rows[pool_id.raw];
    const std::span<const Position> rows = state_.positions.of(request.sku);
    for (std::uint32_t r = 0; r < rows.size(); ++r) {
        const LocationId at = rows[r].location;
        if (at == request.from) continue;
        if (request.target != kNoLocation && at != request.target) continue;
        const std::uint16_t rank = pool != nullptr ? pool->rank(at) : std::uint16_t{0};
        if (request.target == kNoLocation && (pool == nullptr || rank == PoolRow::kNotInPool))
            continue;
        const Units units = left(rows[r], beneath_safety);
        if (units > 0) offers_.push_back({.row = r, .rank = rank, .units = units});
    }
}

void MovePlanner::add(const MoveRequest& request, LocationId at, Units units) {
    take(request.sku, at, units);
    moves_.push_back({.to = at, .units = units});
}

bool MovePlanner::take_whole(const MoveRequest& request) {
    const Offer* whole = nullptr;
    for (const Offer& offer : offers_.view())
        if (offer.units >= request.quantity && (whole == nullptr || offer.rank < whole->rank))
            whole = &offer;
    if (whole == nullptr) return false;
    add(request, state_.positions.of(request.sku)[whole->row].location, request.quantity);
    return true;
}

MovePlanner::Answer MovePlanner::plan(const MoveRequest& request) {
    moves_.clear();
    gather(request, false);
    if (take_whole(request)) return {.moves = moves_.view()};
    if (request.beneath_safety) gather(request, true);
    if (take_whole(request)) return {.moves = moves_.view()};

    Units sum = 0, largest = 0;
    for (const Offer& offer : offers_.view()) {
        sum += offer.units;
        largest = std::max(largest, offer.units);
    }
    const bool splits = state_.channel_row(request.channel).splits;
    if (sum < request.quantity && !request.some_will_do)
        return {.moves = {},
                .refusal = Refusal::insufficient_stock,
                .available_to_sell = splits ? sum : largest};
    if (!splits && !request.some_will_do)
        return {.moves = {}, .refusal = Refusal::split_not_allowed, .available_to_sell = largest};
    const std::span<const Position> rows = state_.positions.of(request.sku);
    if (splits)
        take_offers(offers_.view(), request.quantity, largest_first,
                    [&](const Offer& offer, Units units) {
                        add(request, rows[offer.row].location, units);
                        return moves_.size() <= parts_per_reservation_max;
                    });
    return {.moves = moves_.view()};
}

namespace {

/// What stands against the line before any stock is looked at.
Refusal line_refusal(const State& state, ChannelId channel, ReservationChanges& changes,
                     const Line& line, std::uint64_t number) {
    if (line.quantity < 1) return Refusal::quantity_must_be_positive;
    if (line.quantity > quantity_max) return Refusal::quantity_too_large;
    if (!changes.has_line(number)) return Refusal::unknown_line;
    return place_refusal(state, channel, line);
}

/// The parts in the order in which they give units: those whose location no longer covers its
/// promises first.
std::span<const std::uint32_t> givers(const Context& context, ReservationChanges& changes,
                                      std::span<const std::uint32_t> parts) {
    const std::span<std::uint32_t> order = context.arena.array<std::uint32_t>(parts.size());
    std::copy(parts.begin(), parts.end(), order.begin());
    const auto uncovered = [&](std::uint32_t i) {
        const Part& part = changes.parts()[i];
        const Position* row = context.state.positions.find(part.sku, part.location);
        return row == nullptr || row->oversold() > 0;
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const bool x = uncovered(a), y = uncovered(b);
        return x != y ? x : a < b;
    });
    return order;
}

class Resourcing {
  public:
    Resourcing(const Context& context, const Reservation& reservation)
        : context_(context),
          reservation_(reservation),
          changes_(context.state, reservation, context.arena),
          planner_(context.state, context.arena),
          added_(context.arena) {}

    /// Moves one line's units, all or none of them.
    LineProblem move(const Line& line, std::uint64_t number, bool duplicate) {
        LineProblem problem{.sku = line.sku,
                            .location = line.names_location ? line.location : kNoLocation,
                            .requested = line.quantity};
        problem.refusal =
            line_refusal(context_.state, reservation_.channel, changes_, line, number);
        if (problem.refusal == Refusal::none && duplicate)
            problem.refusal = Refusal::duplicate_line;
        if (problem.refusal != Refusal::none) return problem;
        const std::size_t before = added_.size();
        visit_components(context_, changes_, changes_.parts_of_line(number), line.quantity,
                         [&](std::span<const std::uint32_t> parts, Units units) {
                             move_units(givers(context_, changes_, parts), units, line, problem);
                             return problem.refusal == Refusal::none;
                         });
        // A line that fails leaves to the next ones what it would have taken.
        if (problem.refusal != Refusal::none)
            for (const PlannedPart& part : added_.view().subspan(before))
                planner_.forget(part.sku, part.location, part.quantity);
        return problem;
    }
    ReservationChanges& changes() { return changes_; }
    [[nodiscard]] std::span<const PlannedPart> added() const { return added_.view(); }
    /// New parts are added last: until then every part of the line has its number.
    void add_all() {
        for (const PlannedPart& part : added_.view()) changes_.add(part);
    }

  private:
    void move_units(std::span<const std::uint32_t> parts, Units units, const Line& line,
                    LineProblem& problem) {
        Units movable = 0;
        for (const std::uint32_t part : parts) movable += movable_of(part, line);
        if (movable < units) problem.refusal = Refusal::nothing_to_move;
        for (const std::uint32_t part : parts) {
            if (problem.refusal != Refusal::none || units == 0) break;
            units -= move_part(part, std::min(units, movable_of(part, line)), line, problem);
        }
    }
    [[nodiscard]] Units movable_of(std::uint32_t part, const Line& line) const {
        const bool stays = line.names_location && changes_.parts()[part].location == line.location;
        return stays ? 0 : changes_.now(part).reserved;
    }
    Units move_part(std::uint32_t index, Units units, const Line& line, LineProblem& problem) {
        if (units == 0) return 0;
        const Part& part = changes_.parts()[index];
        const MovePlanner::Answer answer =
            planner_.plan({.sku = part.sku,
                           .from = part.location,
                           .target = line.names_location ? line.location : kNoLocation,
                           .channel = reservation_.channel,
                           .quantity = units,
                           .beneath_safety = reservation_.confirmed});
        problem.sku = part.sku;
        problem.refusal = answer.refusal;
        problem.available_to_sell = answer.available_to_sell;
        if (answer.refusal != Refusal::none) return 0;
        changes_.take(index, Bucket::reserved, units);
        for (const MovePlanner::Move& move : answer.moves)
            added_.push_back({.line = part.line,
                              .sku = part.sku,
                              .location = move.to,
                              .quantity = move.units,
                              .recipe = part.recipe});
        return units;
    }

    const Context& context_;
    const Reservation& reservation_;
    ReservationChanges changes_;
    MovePlanner planner_;
    ArenaList<PlannedPart> added_;
};

}  // namespace

Outcome resource(const Context& context, const StepReservation& command) {
    const State& state = context.state;
    const Reservation* reservation = state.reservations.find(command.reservation);
    if (reservation == nullptr) return refused(Refusal::unknown_reservation);
    if (reservation->ended()) return refused(Refusal::reservation_ended);
    if (command.lines.empty()) return refused(Refusal::no_lines);
    if (command.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    if (reservation->pinned || reservation->kind != PromiseKind::order)
        return refused(Refusal::nothing_to_move);

    Resourcing resourcing(context, *reservation);
    ArenaList<LineProblem> problems(context.arena, 0);
    const std::span<const bool> duplicate = duplicate_lines(command.lines, context.arena);
    for (std::uint32_t i = 0; i < command.lines.size(); ++i) {
        const Line& line = command.lines[i];
        LineProblem problem =
            resourcing.move(line, line_number(line, i), !duplicate.empty() && duplicate[i]);
        problem.line_index = i;
        if (problem.refusal != Refusal::none) problems.push_back(problem);
    }
    if (!problems.empty()) return refused_lines(problems.view());
    resourcing.add_all();
    ReservationChanges& changes = resourcing.changes();
    changes.settle();
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    if (!within_level(state, resourcing.added(), context.arena))
        return refused(Refusal::level_out_of_range);
    return write_change(context, command.envelope, FactType::reservation_resourced, *reservation,
                        changes, {});
}

}  // namespace holdfast::ledger
