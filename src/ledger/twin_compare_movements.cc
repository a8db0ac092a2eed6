// Compares the tables of goods that move: purchase orders, lanes, and what is expected.
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

Difference lanes(const State& state, const Twin& twin) {
    if (state.lanes.size() != twin.lanes.size())
        return fmt::format("lanes: ledger {}, twin {}", state.lanes.size(), twin.lanes.size());
    for (std::uint32_t number = 0; number < state.lanes.size(); ++number) {
        const Lane& lane = state.lanes.lane(number);
        if (TwinLane{lane.source, lane.destination} != twin.lanes[number])
            return fmt::format("lane {} goes elsewhere", number);
        for (std::uint32_t sku = 0; sku < twin.items.size(); ++sku) {
            const auto row = twin.lane_levels.find({number, SkuId{sku}});
            const Units expected = row == twin.lane_levels.end() ? 0 : row->second;
            if (const Units level = state.lanes.level(SkuId{sku}, number); level != expected)
                return fmt::format("sku {} on lane {}: ledger {}, twin {}", sku, number, level,
                                   expected);
        }
    }
    return std::nullopt;
}

Difference transfers(const State& state, const Twin& twin) {
    for (const auto& [document, id] : twin.reservation_of_transfer) {
        const Reservation* r =
            state.reservations.find_by_order(state.document_hash(DocumentKind::transfer, document))
                .reservation;
        if (r == nullptr || r->id.raw != id)
            return fmt::format("transfer {}: ledger {}, twin {}", document, r ? r->id.raw : 0, id);
        const std::int64_t due = twin.reservations.at(id).due;
        if (state.transfers.due(r->id) != due)
            return fmt::format("transfer {} due: ledger {}, twin {}", document,
                               state.transfers.due(r->id), due);
    }
    return std::nullopt;
}

Difference returns(const State& state, const Twin& twin) {
    if (state.returns.size() != twin.returns.size())
        return fmt::format("lines of announced returns: ledger {}, twin {}", state.returns.size(),
                           twin.returns.size());
    for (const auto& [key, expected] : twin.returns) {
        const AnnouncedLine* row = state.returns.find(
            {state.document_hash(DocumentKind::announced_return, key.first), key.second});
        if (row == nullptr || row->sku != expected.sku || row->announced != expected.announced ||
            row->received != expected.received || row->generation != expected.generation + 1)
            return fmt::format("line {} of return {} differs", key.second, key.first);
    }
    return std::nullopt;
}

Difference counts(const State& state, const Twin& twin) {
    if (state.counts.oldest_known() != twin.counts_known_from)
        return fmt::format("counts are known from: ledger {}, twin {}", state.counts.oldest_known(),
                           twin.counts_known_from);
    if (state.counts.size() != twin.count_rows.size())
        return fmt::format("rows of counts: ledger {}, twin {}", state.counts.size(),
                           twin.count_rows.size());
    for (const auto& [where, expected] : twin.counts) {
        const CountTable::Applied last = state.counts.last(where.first, where.second);
        const std::string which =
            fmt::format("last count of sku {} at location {}", where.first.raw, where.second.raw);
        if (last.cut == nullptr || last.count != expected.seq)
            return fmt::format("{}: ledger {}, twin {}", which, last.count, expected.seq);
        std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> includes;
        for (const IncludedSourceField& source : last.cut->includes)
            includes[std::string(state.names.code(source.source))] = {source.epoch, source.seq};
        if (last.cut->seq != expected.cut || includes != expected.includes ||
            last.cut->counted_at != expected.counted_at.value_or(0))
            return which + ": its cut differs";
    }
    return std::nullopt;
}

/// Asked at each date that something is due on, and a moment before and after it.
Difference supply(const State& state, const Twin& twin) {
    std::set<ExpectedSupply::Key> asked;
    for (const auto& [key, line] : twin.inbound) asked.insert({line.sku, line.location, line.due});
    for (const auto& [id, r] : twin.reservations)
        if (r.transfer && r.due != due_unknown)
            for (const TwinPart& part : r.parts) asked.insert({part.sku, r.destination, r.due});
    for (const auto& [sku, at, due] : asked)
        for (const std::int64_t until : {due - 1, due, due + 1}) {
            const Units ledgers = expected(state, sku, at, instant_from_raw(until));
            const Units twins = twin.expected(sku, at, until);
            if (ledgers != twins)
                return fmt::format("expected of sku {} at location {} until {}: ledger {}, twin {}",
                                   sku.raw, at.raw, until, ledgers, twins);
        }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> first_movement_difference(const State& state, const Twin& twin) {
    if (auto d = inbound(state, twin)) return d;
    if (auto d = lanes(state, twin)) return d;
    if (auto d = counts(state, twin)) return d;
    if (auto d = returns(state, twin)) return d;
    if (auto d = transfers(state, twin)) return d;
    return supply(state, twin);
}

}  // namespace holdfast::ledger
