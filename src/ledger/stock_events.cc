// Counts, adjustments, till sales and returns: what is on the shelves changed. Never refused for
// lack of stock.
#include <algorithm>

#include "base/planted.h"
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

/// A count may be zero, an adjustment negative.
Refusal event_quantity_refusal(FactType type, std::int64_t quantity) {
    switch (type) {
        case FactType::stock_counted: return quantity_refusal(quantity, 0);
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

Units delta_of(const State& state, FactType type, const Line& line, LocationId at) {
    switch (type) {
        case FactType::pos_sale: return -line.quantity;
        case FactType::stock_counted:
            if (planted(Bug::count_added_to_the_book)) return line.quantity;
            return line.quantity - state.positions.level(line.sku, at, Bucket::sellable);
        default: return line.quantity;
    }
}

/// A position counted twice in one command has no one answer.
void refuse_counted_twice(const RecordEvent& event, EventProblems& problems, Arena& arena) {
    if (event.lines.size() < 2) return;
    const std::span<std::uint32_t> order = arena.array<std::uint32_t>(event.lines.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto position = [&](std::uint32_t i) {
        return std::pair(event.lines[i].sku, place_of(event, event.lines[i]));
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(position(a), a) < std::pair(position(b), b);
    });
    const std::span<bool> again = arena.array<bool>(order.size());
    for (std::size_t i = 1; i < order.size(); ++i)
        again[order[i]] = position(order[i]) == position(order[i - 1]);
    for (std::uint32_t i = 0; i < again.size(); ++i)
        if (again[i]) problems.good(i, Refusal::duplicate_line);
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
    if (problems.empty() && event.type == FactType::stock_counted)
        refuse_counted_twice(event, problems, context.arena);
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event.lines.size());
    for (const Line& line : event.lines) {
        const LocationId at = place_of(event, line);
        movement.change(line.sku, at, line.bucket, delta_of(state, event.type, line, at),
                        counterpart(event.type));
    }
    return record_movement(context, event, movement);
}

}  // namespace holdfast::ledger
