// Compares the tables of goods that move: purchase orders and what is expected.
#include <fmt/format.h>

#include "ledger/expected_supply.h"
#include "ledger/twin_compare.h"

namespace holdfast::ledger {
namespace {

using Difference = std::optional<std::string>;

std::string describe(const InboundLine& line) {
    return fmt::format("sku {} at {} due {} ordered {} received {} ended in {}", line.sku.raw,
                       line.location.raw, line.due, line.ordered, line.received,
                       line.ended_generation);
}

Difference inbound(const State& state, const Twin& twin) {
    if (state.inbound.size() != twin.inbound.size())
        return fmt::format("lines of purchase orders: ledger {}, twin {}", state.inbound.size(),
                           twin.inbound.size());
    for (const auto& [key, expected] : twin.inbound) {
        const std::string which = fmt::format("line {} of {}", key.second, key.first);
        const InboundLine* row = state.inbound.find(
            {state.document_hash(DocumentKind::purchase_order, key.first), key.second});
        if (row == nullptr) return which + ": unknown to the ledger";
        InboundLine twins{expected.sku, expected.location, expected.due, expected.ordered,
                          expected.received};
        if (expected.ended_generation)
            twins.ended_generation = static_cast<std::int32_t>(*expected.ended_generation) + 1;
        if (describe(*row) != describe(twins))
            return fmt::format("{}: ledger {}, twin {}", which, describe(*row), describe(twins));
    }
    return std::nullopt;
}

/// Asked at each date that something is due on, and a moment before it.
Difference supply(const State& state, const Twin& twin) {
    for (const auto& [key, line] : twin.inbound)
        for (const std::int64_t until : {line.due - 1, line.due, line.due + 1}) {
            const Units ledgers = expected(state, line.sku, line.location, instant_from_raw(until));
            const Units twins = twin.expected(line.sku, line.location, until);
            if (ledgers != twins)
                return fmt::format("expected of sku {} at location {} until {}: ledger {}, twin {}",
                                   line.sku.raw, line.location.raw, until, ledgers, twins);
        }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> first_movement_difference(const State& state, const Twin& twin) {
    if (auto d = inbound(state, twin)) return d;
    return supply(state, twin);
}

}  // namespace holdfast::ledger
