// Goods moved between the retailer's own locations: asked for, called off, sent, taken in, closed.
// A transfer is a promise to its destination, held like an order's until the goods leave.
#include <algorithm>

#include "ledger/backorder_fill.h"
#include "ledger/transfer_changes.h"

namespace holdfast::ledger {
namespace {

const Reservation* find_transfer(const State& state, std::string_view document) {
    return state.reservations.find_by_order(state.document_hash(DocumentKind::transfer, document))
        .reservation;
}

/// What stands against a destination, if it is named.
Refusal destination_refusal(const State& state, const RecordEvent& event) {
    if (!event.names_destination) return Refusal::destination_required;
    return event.destination.raw < state.locations.size() ? Refusal::none
                                                          : Refusal::unknown_location;
}

Refusal source_refusal(const RecordEvent& event, const Line& line, LocationId destination) {
    return place_of(event, line) == destination ? Refusal::same_location : Refusal::none;
}

/// A movement on lanes, written with the transfer's own fields.
Outcome record_transfer(const Context& context, const RecordEvent& event, Movement& movement,
                        TransferChanges& changes) {
    if (!changes.fits()) return refused(Refusal::too_many_lines);
    if (!changes.number_lanes()) return refused(Refusal::table_full);
    changes.post_to(movement);
    BackorderFills fills(context);
    if (event.type == FactType::transfer_received) fills.fill(movement.postings());
    if (fills.more()) movement.raises(CaseKind::backorder_unfilled);
    if (!movement.in_range(fills.postings())) return refused(Refusal::level_out_of_range);
    Entry entry(context.state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    movement.write_postings(fact);
    write_event_fields(entry, fact, event);
    changes.write_fields(fact);
    if (event.due != Instant{} && event.type == FactType::transfer_shipped)
        fact.value(FieldTag::due, to_raw(event.due));
    movement.write_cases(fact, fills.postings(), changes.destination());
    entry.end();
    fills.write(entry);
    return entry.finish();
}

/// Takes up to `units` of what the row's promise has with its node, then of what it holds.
Units take_promise(TransferChanges::Row& row, Units units) {
    const Units allocated = std::min(units, row.now.allocated);
    row.now.allocated -= allocated;
    row.now.picked -= std::min(allocated, row.now.picked);
    const Units reserved = std::min(units - allocated, row.now.reserved);
    row.now.reserved -= reserved;
    return allocated + reserved;
}

/// Goods of one line left from there: they are on the lane, and the line's promise ends: there
/// first, then elsewhere.
void ship(TransferChanges& changes, const Line& line, std::uint64_t number, LocationId source) {
    const bool by_number = changes.has_number(line);
    Units rest = line.quantity;
    for (const bool here : {true, false})
        for (TransferChanges::Row& row : changes.rows()) {
            if (!changes.serves(row, line, by_number) || (row.location == source) != here) continue;
            rest -= take_promise(row, rest);
        }
    changes.row_from(line, number, by_number, source).now.shipped += line.quantity;
}

/// Units of one line came in: those on the lane first, then those that were written off, and what
/// nobody sent yet takes the lane below zero. Returns how many came back from loss.
Units take_in(TransferChanges& changes, const Line& line, std::uint64_t number, LocationId source,
              bool completed) {
    const bool by_number = changes.has_number(line);
    Units rest = line.quantity;
    TransferChanges::Row* first = nullptr;
    const auto serves = [&](const TransferChanges::Row& row) {
        return changes.serves(row, line, by_number) &&
               (source == kNoLocation || row.location == source);
    };
    for (TransferChanges::Row& row : changes.rows()) {
        if (!serves(row)) continue;
        if (first == nullptr) first = &row;
        const Units units = std::clamp<Units>(row.now.in_transit(), 0, rest);
        row.now.received += units;
        rest -= units;
    }
    Units from_loss = 0;
    const auto back = [&](TransferChanges::Row& row, Units units) {
        row.now.lost -= units;
        row.now.received += units;
        row.back_from_loss += units;
        from_loss += units;
        rest -= units;
    };
    for (TransferChanges::Row& row : changes.rows())
        if (serves(row)) back(row, std::clamp<Units>(row.now.lost, 0, rest));
    if (rest == 0) return from_loss;
    if (first == nullptr) {
        const LocationId from = source != kNoLocation ? source : changes.rows().front().location;
        first = &changes.row_from(line, number, by_number, from);
    }
    // Nothing comes on the lane of a transfer that was closed: what is too much was lost elsewhere.
    if (completed)
        back(*first, rest);
    else
        first->now.received += rest;
    return from_loss;
}

}  // namespace

Outcome request_transfer(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.document.empty()) return refused(Refusal::document_required);
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    if (const Refusal r = destination_refusal(state, event); r != Refusal::none) return refused(r);
    if (find_transfer(state, event.document) != nullptr)
        return refused(Refusal::document_already_exists);
    if (state.reservations.size() >= state.limits.reservations_max)
        return refused(Refusal::table_full);

    // A line that cannot be looked at takes nothing, but the others are still checked: every
    // failing line is told.
    EventProblems problems(event, context.arena);
    ArenaList<Line> lines(context.arena, event.lines.size());
    ArenaList<std::uint32_t> index(context.arena, event.lines.size());
    const std::span<const bool> duplicate = duplicate_lines(event.lines, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        Line line = event.lines[i];
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none) refusal = position_refusal(state, event, line);
        if (refusal == Refusal::none) refusal = source_refusal(event, line, event.destination);
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (!problems.good(i, refusal)) continue;
        line.line = line_number(line, i);
        line.location = place_of(event, line);
        line.names_location = true;
        lines.push_back(line);
        index.push_back(i);
    }
    const Plan plan = plan_lines(state, kNoChannel, lines.view(), context.arena);
    for (const LineProblem& problem : plan.problems)
        problems.add(index.view()[problem.line_index], problem);
    if (!problems.empty()) return problems.outcome();
    if (!within_level(state, plan.parts, context.arena))
        return refused(Refusal::level_out_of_range);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    post_new_parts(fact, plan.parts);
    write_event_fields(entry, fact, event);
    new_part_fields(fact, context, plan.parts, {});
    fact.value(FieldTag::destination, event.destination.raw);
    if (event.due != Instant{}) fact.value(FieldTag::due, to_raw(event.due));
    entry.end();
    return entry.finish();
}

Outcome cancel_transfer(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.document.empty()) return refused(Refusal::document_required);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    const Reservation* const transfer = find_transfer(state, event.document);
    if (transfer == nullptr) return refused(Refusal::unknown_document);
    TransferChanges changes(context, transfer, kNoLocation);
    bool any = false;
    const auto give_back = [&](TransferChanges::Row& row, Units units) {
        row.now.reserved -= units;
        any |= units > 0;
    };
    if (event.lines.empty())
        for (TransferChanges::Row& row : changes.rows()) give_back(row, row.now.reserved);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Line numbered = line;
        numbered.line = line_number(line, i);
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none && !changes.has_number(numbered))
            refusal = Refusal::unknown_line;
        if (!problems.good(i, refusal)) continue;
        Units rest = line.quantity;
        for (TransferChanges::Row& row : changes.rows()) {
            if (!changes.serves(row, numbered, true)) continue;
            const Units units = std::min(rest, row.now.reserved);
            give_back(row, units);
            rest -= units;
        }
    }
    if (!problems.empty()) return problems.outcome();
    if (!any) return refused(Refusal::nothing_to_cancel);
    Movement movement(context);
    return record_transfer(context, event, movement, changes);
}

Outcome ship_transfer(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.document.empty()) return refused(Refusal::document_required);
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    const Reservation* const transfer = find_transfer(state, event.document);
    if (transfer == nullptr || event.names_destination)
        if (const Refusal r = destination_refusal(state, event); r != Refusal::none)
            return refused(r);
    if (transfer != nullptr && event.names_destination &&
        event.destination != transfer->destination)
        return refused(Refusal::value_out_of_range);
    if (transfer == nullptr && state.reservations.size() >= state.limits.reservations_max)
        return refused(Refusal::table_full);

    TransferChanges changes(context, transfer, event.destination);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none) refusal = position_refusal(state, event, line);
        if (refusal == Refusal::none) refusal = source_refusal(event, line, changes.destination());
        problems.good(i, refusal);
    }
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const LocationId source = place_of(event, line);
        movement.post({.sku = line.sku,
                       .place = Place{source},
                       .bucket = Bucket::sellable,
                       .delta = -line.quantity});
        ship(changes, line, line_number(line, i), source);
    }
    return record_transfer(context, event, movement, changes);
}

Outcome receive_transfer(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.document.empty()) return refused(Refusal::document_required);
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    const Reservation* const transfer = find_transfer(state, event.document);
    if (transfer == nullptr && !event.names_destination) return refused(Refusal::unknown_document);
    if (event.names_destination)
        if (const Refusal r = destination_refusal(state, event); r != Refusal::none)
            return refused(r);
    if (transfer == nullptr && state.reservations.size() >= state.limits.reservations_max)
        return refused(Refusal::table_full);
    const LocationId came_to = event.names_destination ? event.destination : transfer->destination;
    TransferChanges changes(context, transfer, came_to);

    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const bool knows_source = names_place(event, line);
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none && (transfer == nullptr || knows_source))
            refusal = position_refusal(state, event, line);
        if (refusal == Refusal::none && line.sku.raw >= state.items.size())
            refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && knows_source)
            refusal = source_refusal(event, line, changes.destination());
        if (refusal == Refusal::none && !takes_goods(line.bucket))
            refusal = Refusal::value_out_of_range;
        problems.good(i, refusal);
    }
    if (!problems.empty()) return problems.outcome();

    const bool completed =
        transfer != nullptr && transfer->ended_by == FactType::transfer_completed;
    Movement movement(context, event);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const LocationId source = names_place(event, line) ? place_of(event, line) : kNoLocation;
        movement.post({.sku = line.sku,
                       .place = Place{came_to},
                       .bucket = line.bucket,
                       .delta = line.quantity});
        const Units from_loss = take_in(changes, line, line_number(line, i), source, completed);
        if (from_loss != 0)
            movement.post({.sku = line.sku,
                           .place = Place{PlaceKind::loss},
                           .bucket = Bucket::external,
                           .delta = -from_loss});
    }
    return record_transfer(context, event, movement, changes);
}

Outcome complete_transfer(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.document.empty()) return refused(Refusal::document_required);
    if (!event.lines.empty()) return refused(Refusal::value_out_of_range);
    const Reservation* const transfer = find_transfer(state, event.document);
    if (transfer == nullptr) return refused(Refusal::unknown_document);
    if (transfer->ended()) return refused(Refusal::document_ended);
    TransferChanges changes(context, transfer, kNoLocation);
    Movement movement(context);
    bool any = false;
    for (TransferChanges::Row& row : changes.rows()) {
        const Units rest = row.now.in_transit();
        any |= rest != 0 || row.now.reserved != 0;
        row.now.reserved = 0;
        row.now.lost += rest;
        if (rest == 0) continue;
        movement.post({.sku = row.sku,
                       .place = Place{PlaceKind::loss},
                       .bucket = Bucket::external,
                       .delta = rest});
        movement.raises(CaseKind::transfer_residue);
    }
    if (!any) return refused(Refusal::nothing_to_move);
    return record_transfer(context, event, movement, changes);
}

}  // namespace holdfast::ledger
