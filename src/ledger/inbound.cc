// What suppliers are to deliver: scheduled, changed, cancelled. No stock moves; what can be
// promised from supply does.
#include <algorithm>

#include "ledger/backorders.h"
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

/// What one fact changes of a purchase order, one item a line.
class InboundChange {
  public:
    InboundChange(const Context& context, const RecordEvent& event)
        : context_(context),
          event_(event),
          document_(context.state.document_hash(DocumentKind::purchase_order, event.document)),
          movement_(context, event.lines.size()),
          lines_(context.arena),
          ordered_(context.arena),
          supply_(context.arena) {}

    [[nodiscard]] const InboundLine* line(std::uint64_t number) const {
        return context_.state.inbound.find({document_, number});
    }
    [[nodiscard]] std::size_t lines_of_document() const {
        std::size_t count = 0;
        context_.state.inbound.for_each_of(document_, [&](auto, const auto&) { ++count; });
        return count;
    }
    template <class Visit>
    void for_each_line(Visit&& visit) const {
        context_.state.inbound.for_each_of(document_, visit);
    }
    /// `ordered` units more or less; `open` is what that makes of the units still to come. `row` is
    /// the line before.
    void change(std::uint64_t number, const InboundLine& row, Units ordered, Units open) {
        const std::int64_t due = changes_due() ? to_raw(event_.due) : row.due;
        supply_.push_back({row.sku, row.location, row.due, -row.open()});
        supply_.push_back({row.sku, row.location, due, row.open() + open});
        begin(number, row.sku, row.location, ordered, open);
    }
    void begin(std::uint64_t number, SkuId sku, LocationId at, Units ordered, Units open) {
        movement_.post({.sku = sku, .place = Place{at}, .bucket = Bucket::inbound, .delta = open});
        lines_.push_back(number);
        ordered_.push_back(ordered);
    }
    [[nodiscard]] bool empty() const { return lines_.empty(); }

    Outcome record() {
        if (!movement_.in_range()) return refused(Refusal::level_out_of_range);
        Entry entry(context_.state, context_.stamp, &event_.envelope, context_.writer);
        FactWriter& fact = entry.begin(event_.type);
        movement_.write_postings(fact);
        write_event_fields(entry, fact, event_);
        fact.list<std::uint64_t>(FieldTag::document_lines, lines_.view());
        fact.list<Units>(FieldTag::ordered_changes, ordered_.view());
        if (changes_due()) fact.value(FieldTag::due, to_raw(event_.due));
        if (leaves_late(context_.state, supply_.view(), context_.arena))
            movement_.raises(CaseKind::promise_slipped);
        movement_.write_cases(fact);
        entry.end();
        return entry.finish();
    }

  private:
    [[nodiscard]] bool changes_due() const {
        return event_.due != Instant{} && event_.type != FactType::inbound_cancelled;
    }

    const Context& context_;
    const RecordEvent& event_;
    std::uint64_t document_;
    Movement movement_;
    ArenaList<std::uint64_t> lines_;
    ArenaList<Units> ordered_;
    ArenaList<SupplyChange> supply_;
};

/// What the line with the quantity `ordered` in all would have open.
Units open_of(Units ordered, const InboundLine& row) {
    return std::max<Units>(0, ordered - row.received);
}

/// The line that a change or cancellation names, or why there is none.
Refusal named_line_refusal(const InboundLine* row, const Line& line) {
    if (row == nullptr || row->sku != line.sku) return Refusal::unknown_line;
    return row->open() == 0 ? Refusal::document_ended : Refusal::none;
}

}  // namespace

Outcome schedule_inbound(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.document.empty()) return refused(Refusal::document_required);
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    if (event.due == Instant{}) return refused(Refusal::due_required);
    InboundChange change(context, event);
    if (change.lines_of_document() + event.lines.size() > document_lines_max)
        return refused(Refusal::too_many_lines);
    if (state.inbound.size() + event.lines.size() > state.limits.inbound_lines_max)
        return refused(Refusal::table_full);

    EventProblems problems(event, context.arena);
    const std::span<const bool> duplicate = duplicate_lines(event.lines, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const std::uint64_t number = line_number(line, i);
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none) refusal = position_refusal(state, event, line);
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (refusal == Refusal::none && change.line(number) != nullptr)
            refusal = Refusal::document_already_exists;
        if (problems.good(i, refusal))
            change.begin(number, line.sku, place_of(event, line), line.quantity, line.quantity);
    }
    if (!problems.empty()) return problems.outcome();
    return change.record();
}

Outcome change_inbound(const Context& context, const RecordEvent& event) {
    if (event.document.empty()) return refused(Refusal::document_required);
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    InboundChange change(context, event);
    if (change.lines_of_document() == 0) return refused(Refusal::unknown_document);

    EventProblems problems(event, context.arena);
    const std::span<const bool> duplicate = duplicate_lines(event.lines, context.arena);
    bool changes = false;
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const std::uint64_t number = line_number(line, i);
        const InboundLine* const row = change.line(number);
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none) refusal = named_line_refusal(row, line);
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (!problems.good(i, refusal)) continue;
        changes |= line.quantity != row->ordered ||
                   (event.due != Instant{} && to_raw(event.due) != row->due);
        change.change(number, *row, line.quantity - row->ordered,
                      open_of(line.quantity, *row) - row->open());
    }
    if (!problems.empty()) return problems.outcome();
    if (!changes) return refused(Refusal::nothing_to_adjust);
    return change.record();
}

Outcome cancel_inbound(const Context& context, const RecordEvent& event) {
    if (event.document.empty()) return refused(Refusal::document_required);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    InboundChange change(context, event);
    if (change.lines_of_document() == 0) return refused(Refusal::unknown_document);
    const auto cancel = [&](std::uint64_t number, const InboundLine& row, Units units) {
        change.change(number, row, -units, -units);
    };
    if (event.lines.empty()) {
        change.for_each_line([&](std::uint64_t number, const InboundLine& row) {
            if (row.open() > 0) cancel(number, row, row.open());
        });
        return change.empty() ? refused(Refusal::document_ended) : change.record();
    }
    EventProblems problems(event, context.arena);
    const std::span<const bool> duplicate = duplicate_lines(event.lines, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const std::uint64_t number = line_number(line, i);
        const InboundLine* const row = change.line(number);
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none) refusal = named_line_refusal(row, line);
        if (refusal == Refusal::none && !duplicate.empty() && duplicate[i])
            refusal = Refusal::duplicate_line;
        if (problems.good(i, refusal)) cancel(number, *row, std::min(line.quantity, row->open()));
    }
    if (!problems.empty()) return problems.outcome();
    return change.record();
}

}  // namespace holdfast::ledger
