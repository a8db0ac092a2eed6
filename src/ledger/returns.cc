// Goods that come back from customers: announced, received, looked at. Only received goods move
// stock; money is nobody's here.
#include <algorithm>

#include "base/planted.h"
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

/// The lines of the announced return that goods came for, while they are taken in.
class AnnouncedReturn {
  public:
    AnnouncedReturn(const Context& context, const RecordEvent& event) : rows_(context.arena, 0) {
        if (event.reference.empty()) return;
        context.state.returns.for_each_of(
            context.state.document_hash(DocumentKind::announced_return, event.reference),
            [&](std::uint64_t number, const AnnouncedLine& line) {
                rows_.push_back({.number = number, .line = line});
            });
    }
    /// What of a line nobody announced, and what is more of it than was announced.
    struct Beyond {
        Units unknown = 0;
        Units too_much = 0;
    };
    Beyond receive(const Line& line) {
        Row* last = nullptr;
        Units rest = line.quantity;
        for (Row& row : rows_.view()) {
            if (row.line.sku != line.sku || (line.line != 0 && row.number != line.line)) continue;
            last = &row;
            const Units units = std::min(rest, row.line.open());
            take(row, units);
            rest -= units;
        }
        if (last == nullptr) return {.unknown = rest};
        take(*last, rest);
        return {.too_much = rest};
    }
    void write_fields(FactWriter& fact, Arena& arena) const {
        write_received<Row>(fact, arena, rows_.view());
    }

  private:
    struct Row {
        std::uint64_t number = 0;
        AnnouncedLine line;
        Units change = 0;  ///< of what was received, by this event
    };
    static void take(Row& row, Units units) {
        row.line.received += units;
        row.change += units;
    }
    ArenaList<Row> rows_;
};

}  // namespace

Outcome announce_return(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.document.empty()) return refused(Refusal::document_required);
    if (const Refusal r = header_refusal(state, event); r != Refusal::none) return refused(r);
    const std::uint64_t document =
        state.document_hash(DocumentKind::announced_return, event.document);
    std::size_t known = 0;
    state.returns.for_each_of(document, [&](auto, const auto&) { ++known; });
    if (known + event.lines.size() > document_lines_max) return refused(Refusal::too_many_lines);
    if (state.returns.size() + event.lines.size() > state.limits.return_lines_max)
        return refused(Refusal::table_full);

    EventProblems problems(event, context.arena);
    ArenaList<std::uint64_t> lines(context.arena, event.lines.size());
    ArenaList<std::uint32_t> skus(context.arena, event.lines.size());
    ArenaList<Units> announced(context.arena, event.lines.size());
    const std::span<const bool> duplicate = duplicate_lines(event.lines, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const std::uint64_t number = line_number(line, i);
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none && line.sku.raw >= state.items.size())
            refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (refusal == Refusal::none && state.returns.find({document, number}) != nullptr)
            refusal = Refusal::document_already_exists;
        if (!problems.good(i, refusal)) continue;
        lines.push_back(number);
        skus.push_back(line.sku.raw);
        announced.push_back(line.quantity);
    }
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event.lines.size());
    if (planted(Bug::restock_on_refund))
        for (const Line& line : event.lines)
            if (place_of(event, line).raw < state.locations.size())
                movement.change(line.sku, place_of(event, line), line.bucket, line.quantity,
                                PlaceKind::customer);
    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    movement.write_postings(fact);
    write_event_fields(entry, fact, event);
    fact.list<std::uint64_t>(FieldTag::document_lines, lines.view());
    fact.list<Units>(FieldTag::ordered_changes, announced.view());
    fact.list<std::uint32_t>(FieldTag::skus, skus.view());
    entry.end();
    return entry.finish();
}

Outcome receive_return(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = header_refusal(state, event); r != Refusal::none) return refused(r);
    EventProblems problems = checked_lines(context, event, [](const Line& line) {
        // What nobody keeps was not taken in: it is dispositioned once it is there.
        const bool kept = line.goes_to == PlaceKind::location && takes_goods(line.bucket);
        return kept ? Refusal::none : Refusal::value_out_of_range;
    });
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    AnnouncedReturn announced(context, event);
    for (const Line& line : event.lines) {
        movement.change(line.sku, place_of(event, line), line.bucket, line.quantity,
                        PlaceKind::customer);
        // An order's number is a reference too: its own goods come back.
        if (event.reference.empty() && !event.order.empty()) continue;
        const AnnouncedReturn::Beyond beyond = announced.receive(line);
        if (beyond.unknown > 0) movement.raises(CaseKind::unreferenced_return);
        if (beyond.too_much > 0) movement.raises(CaseKind::over_receipt);
    }
    if (!movement.in_range()) return refused(Refusal::level_out_of_range);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    movement.write_postings(fact);
    write_event_fields(entry, fact, event);
    announced.write_fields(fact, context.arena);
    movement.write_cases(fact);
    entry.end();
    return entry.finish();
}

Outcome dispose_return(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = header_refusal(state, event); r != Refusal::none) return refused(r);
    EventProblems problems = checked_lines(context, event, [](const Line& line) {
        const bool leaves = line.goes_to == PlaceKind::loss || line.goes_to == PlaceKind::supplier;
        const bool stays = line.goes_to == PlaceKind::location &&
                           (line.bucket == Bucket::sellable || line.bucket == Bucket::damaged);
        return leaves || stays ? Refusal::none : Refusal::value_out_of_range;
    });
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    for (const Line& line : event.lines) {
        const LocationId at = place_of(event, line);
        if (line.goes_to == PlaceKind::location)
            movement.turn(line.sku, at, Bucket::quarantine, line.bucket, line.quantity);
        else
            movement.change(line.sku, at, Bucket::quarantine, -line.quantity, line.goes_to);
    }
    return record_movement(context, event, movement);
}

}  // namespace holdfast::ledger
