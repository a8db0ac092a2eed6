// Compares what waits for supply: who, for when, in which order, and how much more may.
#include <fmt/format.h>

#include "ledger/backorders.h"
#include "ledger/twin_compare.h"

namespace holdfast::ledger {
namespace {

using Difference = std::optional<std::string>;

Difference turns(const State& state, const Twin& twin) {
    BackorderTable::Rows expected;
    for (const auto& [id, r] : twin.reservations)
        for (std::uint32_t p = 0; p < r.parts.size(); ++p) {
            const TwinPart& part = r.parts[p];
            if (part.backordered > 0)
                expected[{id, p}] = {.sku = part.sku,
                                     .location = part.location,
                                     .due = part.promised,
                                     .since = part.since,
                                     .units = part.backordered};
        }
    if (expected.size() != state.backorders.size())
        return fmt::format("parts that wait: ledger {}, twin {}", state.backorders.size(),
                           expected.size());
    for (const auto& [ref, twins] : expected) {
        const BackorderRow* row = state.backorders.find(ref);
        if (row == nullptr) return "the twin has a turn that the ledger has not";
        if (*row != twins)
            return fmt::format(
                "turn of reservation {} part {}: ledger {} due {} since {}, twin {} due {} since "
                "{}",
                ref.reservation, ref.part, row->units, row->due, row->since, twins.units, twins.due,
                twins.since);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> first_backorder_difference(const State& state, const Twin& twin) {
    if (auto d = turns(state, twin)) return d;
    for (const auto& [where, levels] : twin.positions) {
        const auto& [sku, at] = where;
        const Units ledgers = backorderable(state, sku, at, state.log_time);
        const Units twins = twin.backorderable(sku, at, state.log_time, {});
        if (ledgers != twins)
            return fmt::format("backorderable of sku {} at {}: ledger {}, twin {}", sku.raw, at.raw,
                               ledgers, twins);
    }
    return std::nullopt;
}

}  // namespace holdfast::ledger
