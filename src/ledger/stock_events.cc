// Corrections, till sales, goods that go back to their supplier: what is on the shelves changed.
// Never refused for lack of stock.
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

bool bucket_fits(FactType type, Bucket bucket) {
    const bool any = type == FactType::stock_adjusted || type == FactType::supplier_return;
    return any ? is_physical(bucket) : bucket == Bucket::sellable;
}

PlaceKind counterpart(FactType type) {
    switch (type) {
        case FactType::stock_adjusted: return PlaceKind::loss;
        case FactType::supplier_return: return PlaceKind::supplier;
        default: return PlaceKind::customer;
    }
}

/// A correction may be negative.
Refusal event_quantity_refusal(FactType type, std::int64_t quantity) {
    if (type != FactType::stock_adjusted) return quantity_refusal(quantity, 1);
    if (quantity == 0) return Refusal::nothing_to_adjust;
    return quantity_refusal(quantity, -quantity_max);
}

Refusal stock_line_refusal(const State& state, const RecordEvent& event, const Line& line) {
    Refusal refusal = event_quantity_refusal(event.type, line.quantity);
    if (refusal == Refusal::none) refusal = position_refusal(state, event, line);
    if (refusal == Refusal::none && !bucket_fits(event.type, line.bucket))
        refusal = Refusal::value_out_of_range;
    return refusal;
}

/// Goods leave the shelf with a positive quantity.
bool leaves(FactType type) {
    return type == FactType::pos_sale || type == FactType::supplier_return;
}

}  // namespace

Outcome record_stock_event(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    const bool explained = event.type == FactType::pos_sale || event.type == FactType::pos_void ||
                           !event.envelope.reason.empty();
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    if (!explained) return refused(Refusal::reason_required);
    if (event.type == FactType::supplier_return && event.document.empty())
        return refused(Refusal::document_required);
    if (event.channel != kNoChannel && event.channel.raw >= state.channels.size())
        return refused(Refusal::unknown_channel);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i)
        problems.good(i, stock_line_refusal(state, event, event.lines[i]));
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    for (const Line& line : event.lines)
        movement.change(line.sku, place_of(event, line), line.bucket,
                        leaves(event.type) ? -line.quantity : line.quantity,
                        counterpart(event.type));
    return record_movement(context, event, movement);
}

}  // namespace holdfast::ledger
