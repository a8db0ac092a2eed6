// Adjustments, till sales and returns: what is on the shelves changed. Never refused for lack of
// stock.
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

bool bucket_fits(FactType type, Bucket bucket) {
    switch (type) {
        case FactType::stock_adjusted: return is_physical(bucket);
        case FactType::return_received:
            return bucket == Bucket::sellable || bucket == Bucket::damaged ||
                   bucket == Bucket::quarantine;
        default: return bucket == Bucket::sellable;
    }
}

PlaceKind counterpart(FactType type) {
    switch (type) {
        case FactType::return_received:
        case FactType::pos_sale:
        case FactType::pos_void: return PlaceKind::customer;
        case FactType::stock_adjusted: return PlaceKind::loss;
        default: return PlaceKind::external;
    }
}

/// An adjustment may be negative.
Refusal event_quantity_refusal(FactType type, std::int64_t quantity) {
    switch (type) {
        case FactType::stock_adjusted:
            if (quantity == 0) return Refusal::nothing_to_adjust;
            return quantity_refusal(quantity, -quantity_max);
        default: return quantity_refusal(quantity, 1);
    }
}

Refusal line_refusal(const State& state, const RecordEvent& event, const Line& line) {
    Refusal refusal = event_quantity_refusal(event.type, line.quantity);
    if (refusal == Refusal::none) refusal = position_refusal(state, event, line);
    if (refusal == Refusal::none && !bucket_fits(event.type, line.bucket))
        refusal = Refusal::value_out_of_range;
    return refusal;
}

}  // namespace

Outcome record_stock_event(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    if (event.type == FactType::stock_adjusted && event.envelope.reason.empty())
        return refused(Refusal::reason_required);
    if (event.channel != kNoChannel && event.channel.raw >= state.channels.size())
        return refused(Refusal::unknown_channel);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i)
        problems.good(i, line_refusal(state, event, event.lines[i]));
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    for (const Line& line : event.lines) {
        const LocationId at = place_of(event, line);
        const Units delta = event.type == FactType::pos_sale ? -line.quantity : line.quantity;
        movement.change(line.sku, at, line.bucket, delta, counterpart(event.type));
    }
    return record_movement(context, event, movement);
}

}  // namespace holdfast::ledger
