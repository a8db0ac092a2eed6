#include "explain/ledger_check.h"

#include "explain/position_tree.h"
#include "ledger/availability.h"
#include "ledger/backorders.h"
#include "ledger/kit_availability.h"
#include "ledger/plan.h"

namespace holdfast::explain {

LedgerNumbers numbers_of(const ledger::State& state, const Request& request) {
    LedgerNumbers numbers{.seq = state.seq};
    auto& values = numbers.values;
    const Instant now = request.now != Instant{} ? request.now : state.log_time;
    const std::uint32_t recipe = state.kits.sold_by(request.sku);
    if (request.location != kNoLocation) {
        for (const Bucket bucket : kBuckets)
            values.emplace_back(name(bucket),
                                state.positions.level(request.sku, request.location, bucket));
        if (const ledger::Position* row = state.positions.find(request.sku, request.location)) {
            values.emplace_back("free", row->free());
            values.emplace_back("oversold", row->oversold());
            values.emplace_back("safety_stock", row->safety_stock);
            values.emplace_back("buffer", row->buffer);
            if (recipe == 0) values.emplace_back("promisable", ledger::promisable_at(state, *row));
        }
        values.emplace_back("backorderable",
                            ledger::backorderable(state, request.sku, request.location, now));
        if (recipe != 0)
            values.emplace_back(
                "promisable",
                ledger::kits_promisable(state, state.kits.recipe(recipe), request.location).units);
        if (request.channel != kNoChannel)
            values.emplace_back(
                "available_to_sell_here",
                ledger::available_to_sell(state, request.channel, request.sku, request.location)
                    .units);
    }
    if (request.channel != kNoChannel && (request.location == kNoLocation || request.pool))
        values.emplace_back("available_to_sell",
                            ledger::available_to_sell(state, request.channel, request.sku).units);
    return numbers;
}

std::vector<Difference> differences(const Explanation& explanation, const LedgerNumbers& numbers) {
    std::vector<Difference> found;
    for (const auto& [name, value] : numbers.values) {
        const auto explained = value_of(explanation, name);
        if (!explained || *explained != value)
            found.push_back({.name = name, .explained = explained.value_or(0), .ledger = value});
    }
    return found;
}

}  // namespace holdfast::explain
