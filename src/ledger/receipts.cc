// Goods from suppliers, and what the receipt says of the purchase order they came for. Never
// refused for lack of an order: what came has come.
#include <algorithm>

#include "base/planted.h"
#include "ledger/backorder_fill.h"
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

/// The lines of the purchase order that a receipt names, while it takes from them.
class PurchaseOrder {
  public:
    PurchaseOrder(const Context& context, const RecordEvent& event)
        : rows_(context.arena, 0), touched_(context.arena, 0) {
        if (event.reference.empty()) return;
        context.state.inbound.for_each_of(
            context.state.document_hash(DocumentKind::purchase_order, event.reference),
            [&](std::uint64_t number, const InboundLine& row) {
                rows_.push_back({.number = number, .line = row, .open_before = row.open()});
            });
    }
    [[nodiscard]] bool known() const { return !rows_.empty(); }

    /// `units` came in for the line; returns those that nobody expected.
    Units receive(const Line& line, LocationId at, Units units) {
        const std::span<const std::uint32_t> candidates = candidates_for(line, at);
        for (const std::uint32_t i : candidates) {
            const Units taken = std::min(units, rows_.view()[i].line.open());
            count(i, taken);
            units -= taken;
        }
        // A later correction must take back what was too much before it opens a line again.
        if (units > 0 && !candidates.empty()) count(candidates.front(), units);
        return units;
    }
    /// `units` of the line did not come in after all: first what was too much, then what was due
    /// last.
    void take_back(const Line& line, LocationId at, Units units) {
        const std::span<const std::uint32_t> candidates = candidates_for(line, at);
        for (const std::uint32_t i : candidates) {
            const InboundLine& row = rows_.view()[i].line;
            const Units back = std::min(units, std::max<Units>(0, row.received - row.ordered));
            count(i, -back);
            units -= back;
        }
        for (std::size_t n = candidates.size(); n-- > 0;) {
            const Units back = std::min(units, rows_.view()[candidates[n]].line.received);
            count(candidates[n], -back);
            units -= back;
        }
    }
    void post_to(Movement& movement) const {
        for (const Row& row : rows_.view())
            if (row.change != 0)
                movement.post({.sku = row.line.sku,
                               .place = Place{row.line.location},
                               .bucket = Bucket::inbound,
                               .delta = row.line.open() - row.open_before});
    }
    void write_fields(FactWriter& fact, Arena& arena) const {
        write_received<Row>(fact, arena, rows_.view());
    }

  private:
    struct Row {
        std::uint64_t number = 0;
        InboundLine line;
        Units open_before = 0;
        Units change = 0;  ///< of what was received
    };
    void count(std::uint32_t row, Units units) {
        rows_.view()[row].line.received += units;
        rows_.view()[row].change += units;
    }
    /// Rows that a line of a receipt may be about. One with a number names its line; one without
    /// takes from all lines of its SKU: those expected where it came in first, then by date.
    std::span<const std::uint32_t> candidates_for(const Line& line, LocationId at) {
        touched_.clear();
        const std::span<const Row> rows = rows_.view();
        for (std::uint32_t i = 0; i < rows.size(); ++i)
            if (rows[i].line.sku == line.sku && (line.line == 0 || rows[i].number == line.line))
                touched_.push_back(i);
        std::sort(touched_.view().begin(), touched_.view().end(),
                  [&](std::uint32_t a, std::uint32_t b) {
                      const bool a_here = rows[a].line.location == at;
                      const bool b_here = rows[b].line.location == at;
                      if (a_here != b_here) return a_here;
                      if (rows[a].line.due != rows[b].line.due)
                          return rows[a].line.due < rows[b].line.due;
                      return a < b;
                  });
        return touched_.view();
    }

    ArenaList<Row> rows_;
    ArenaList<std::uint32_t> touched_;
};

/// A receipt is of something; a correction of a receipt goes either way.
Refusal receipt_quantity_refusal(FactType type, std::int64_t quantity) {
    if (type == FactType::receipt_posted) return quantity_refusal(quantity, 1);
    if (quantity == 0) return Refusal::nothing_to_adjust;
    return quantity_refusal(quantity, -quantity_max);
}

}  // namespace

Outcome record_receipt(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    if (event.channel != kNoChannel && event.channel.raw >= state.channels.size())
        return refused(Refusal::unknown_channel);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Refusal refusal = receipt_quantity_refusal(event.type, line.quantity);
        if (refusal == Refusal::none) refusal = position_refusal(state, event, line);
        if (refusal == Refusal::none && !takes_goods(line.bucket))
            refusal = Refusal::value_out_of_range;
        problems.good(i, refusal);
    }
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    PurchaseOrder order(context, event);
    for (const Line& line : event.lines) {
        const LocationId at = place_of(event, line);
        movement.change(line.sku, at, line.bucket, line.quantity, PlaceKind::supplier);
        if (!order.known()) continue;
        if (line.quantity < 0)
            order.take_back(line, at, -line.quantity);
        else if (order.receive(line, at, line.quantity) > 0)
            movement.raises(CaseKind::over_receipt);
    }
    order.post_to(movement);
    // What a correction makes sellable was there all along: nobody's turn comes by it.
    BackorderFills fills(context);
    if (event.type == FactType::receipt_posted || planted(Bug::fill_backorder_from_correction))
        fills.fill(movement.postings());
    if (fills.more()) movement.raises(CaseKind::backorder_unfilled);
    if (!movement.in_range(fills.postings())) return refused(Refusal::level_out_of_range);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    movement.write_postings(fact);
    write_event_fields(entry, fact, event);
    order.write_fields(fact, context.arena);
    movement.write_cases(fact, fills.postings());
    entry.end();
    fills.write(entry);
    return entry.finish();
}

}  // namespace holdfast::ledger
