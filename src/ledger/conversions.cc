// Goods that become other goods: kits made and taken apart, units sold as another SKU from now on.
// Both legs are in one fact, through `conversion`.
#include "ledger/movement.h"

namespace holdfast::ledger {

Outcome regrade_stock(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = header_refusal(state, event); r != Refusal::none) return refused(r);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none) refusal = position_refusal(state, event, line);
        if (refusal == Refusal::none && line.other_sku.raw >= state.items.size())
            refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && (line.other_sku == line.sku || !is_physical(line.bucket)))
            refusal = Refusal::value_out_of_range;
        problems.good(i, refusal);
    }
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    for (const Line& line : event.lines) {
        const LocationId at = place_of(event, line);
        movement.change(line.sku, at, line.bucket, -line.quantity, PlaceKind::conversion);
        movement.change(line.other_sku, at, line.bucket, line.quantity, PlaceKind::conversion);
    }
    return record_movement(context, event, movement);
}

}  // namespace holdfast::ledger
