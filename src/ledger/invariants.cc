// What must hold after every fact, whatever happened outside.
#include <fmt/format.h>

#include <map>

#include "ledger/availability.h"

namespace holdfast::ledger {
namespace {

/// Units expected per position and date, summed from the documents.
using SupplyByDate = std::map<ExpectedSupply::Key, Units>;
using UnitsByPosition = std::map<std::pair<SkuId, LocationId>, Units>;
using PromisedByPosition = std::map<std::pair<SkuId, LocationId>, PartCounts>;

void add(PartCounts& sum, const PartCounts& counts) {
    sum.reserved += counts.reserved;
    sum.allocated += counts.allocated;
    sum.picked += counts.picked;
    sum.backordered += counts.backordered;
    sum.erp_held += counts.erp_held;
}

std::optional<std::string> fault_of(const PartCounts& c) {
    for (const Units units :
         {c.created, c.reserved, c.allocated, c.picked, c.backordered, c.shipped, c.ended,
          c.expired, c.erp_held, c.cancel_pending, c.received})
        if (units < 0) return "a count is below zero";
    if (c.created != c.open() + c.shipped + c.ended + c.expired)
        return fmt::format("created {} is not open {} + shipped {} + ended {} + expired {}",
                           c.created, c.open(), c.shipped, c.ended, c.expired);
    if (c.picked > c.allocated) return "more picked than allocated";
    if (c.cancel_pending > c.allocated) return "more to cancel than allocated";
    if (c.erp_held > c.reserved + c.allocated) return "the ERP holds more than is promised";
    return std::nullopt;
}

/// A part of a kit's line holds a component of that kit.
std::optional<std::string> fault_of_recipe(const State& state, const Part& part) {
    if (part.recipe == 0) return std::nullopt;
    if (part.recipe > state.kits.recipes())
        return fmt::format("its kit has no recipe {}", part.recipe);
    for (const Component& component : state.kits.recipe(part.recipe).components)
        if (component.sku == part.sku) return std::nullopt;
    return fmt::format("recipe {} has no SKU {}", part.recipe, part.sku.raw);
}

/// What can be sold of a kit is computed from its components: none of them is a kit itself.
std::optional<std::string> check_kits(const State& state) {
    std::optional<std::string> fault;
    state.kits.for_each([&](SkuId sku, const KitRow& kit) {
        for (const Component& component : state.kits.recipe(kit.recipe).components)
            if (state.kits.row(component.sku).recipe != 0 ||
                !state.kits.is_component(component.sku))
                fault =
                    fmt::format("kit {} is made of {}, which is a kit or not known as a component",
                                sku.raw, component.sku.raw);
    });
    return fault;
}

std::optional<std::string> check_parts(const State& state, PromisedByPosition& promised) {
    std::optional<std::string> fault;
    state.reservations.for_each([&](const Reservation& r) {
        Units open = 0;
        for (const Part& part : state.reservations.parts(r)) {
            const PartCounts counts = state.reservations.counts(part);
            add(promised[{part.sku, part.location}], counts);
            open += r.kept_open_by(counts) ? 1 : 0;
            if (const auto wrong = fault_of_recipe(state, part))
                fault = fmt::format("reservation {} line {}: {}", r.id.raw, part.line, *wrong);
            if (const auto wrong = fault_of(counts))
                fault = fmt::format("reservation {} line {}: {}", r.id.raw, part.line, *wrong);
        }
        if (r.ended() != (open == 0))
            fault = fmt::format("reservation {} has {} open parts but is {}", r.id.raw, open,
                                r.ended() ? "ended" : "open");
        if (r.confirmed && r.expires_at != 0)
            fault = fmt::format("reservation {} is confirmed and would expire", r.id.raw);
    });
    return fault;
}

/// Whoever waits has a turn, and for nobody else.
std::optional<std::string> check_backorders(const State& state) {
    std::optional<std::string> fault;
    std::size_t waiting = 0;
    std::map<ExpectedSupply::Key, Units> promised;
    state.reservations.for_each([&](const Reservation& r) {
        const auto parts = state.reservations.parts(r);
        for (std::uint32_t i = 0; i < parts.size(); ++i) {
            const Units units = state.reservations.counts(parts[i]).backordered;
            if (units == 0) continue;
            ++waiting;
            const BackorderRow* row = state.backorders.find({r.id.raw, i});
            if (row == nullptr || row->units != units || row->sku != parts[i].sku ||
                row->location != parts[i].location) {
                fault = fmt::format("reservation {} part {} waits without a turn", r.id.raw, i);
                continue;
            }
            promised[{row->sku, row->location, row->due}] += units;
        }
    });
    if (fault) return fault;
    if (waiting != state.backorders.size()) return "somebody has a turn who does not wait";
    if (promised != state.backorders.promised().rows())
        return "units promised by date are not those that wait";
    return std::nullopt;
}

/// Lanes, and what is in transit to each position, are what the parts of the transfers say.
std::optional<std::string> check_lanes(const State& state, UnitsByPosition& in_transit,
                                       SupplyByDate& supply) {
    std::map<std::pair<std::uint32_t, SkuId>, Units> levels;
    std::optional<std::string> fault;
    state.reservations.for_each([&](const Reservation& r) {
        if (r.kind != PromiseKind::transfer) return;
        if (r.ended() && state.transfers.due(r.id) != due_unknown)
            fault = fmt::format("transfer {} has ended and has a date", r.id.raw);
        for (const Part& part : state.reservations.parts(r)) {
            const Units moving = state.reservations.counts(part).in_transit();
            if (moving == 0) continue;
            levels[{state.lanes.find({part.location, r.destination}), part.sku}] += moving;
            in_transit[{part.sku, r.destination}] += moving;
            supply[{part.sku, r.destination, state.transfers.due(r.id)}] += moving;
        }
    });
    std::erase_if(levels, [](const auto& row) { return row.second == 0; });
    std::size_t lanes = 0;
    state.lanes.for_each_level([&](std::uint32_t lane, SkuId sku, Units level) {
        ++lanes;
        const auto row = levels.find({lane, sku});
        if (row == levels.end() || row->second != level)
            fault = fmt::format("{} on lane {}: {} units that its transfers do not have",
                                state.items.code(sku.raw), lane, level);
    });
    if (lanes != levels.size()) fault = "a transfer's units are on no lane";
    return fault;
}

std::optional<std::string> check_inbound(const State& state, UnitsByPosition& open,
                                         SupplyByDate& supply) {
    std::optional<std::string> fault;
    for (const auto& [key, line] : state.inbound.rows()) {
        open[{line.sku, line.location}] += line.open();
        supply[{line.sku, line.location, line.due}] += line.open();
        if (line.ordered < 0 || line.received < 0)
            fault = fmt::format("line {} of a purchase order counts below zero", key.line);
        if ((line.open() == 0) != (line.ended_generation != 0))
            fault = fmt::format("line {} of a purchase order has {} open but is {}", key.line,
                                line.open(), line.ended_generation != 0 ? "ended" : "open");
    }
    return fault;
}

std::optional<std::string> check_sources(const State& state) {
    for (const auto& [source, row] : state.sources.rows()) {
        const auto fault = [&](std::string_view what) {
            return fmt::format("source {}: {}", state.names.code(source.raw), what);
        };
        if (row.gaps.size() > source_gaps_max) return fault("more gaps than its bound");
        if (!row.numbered && !row.gaps.empty()) return fault("gaps before its first number");
        std::uint64_t below = row.given_up;
        for (const SourceGap& gap : row.gaps) {
            if (gap.first <= below) return fault("its gaps overlap or touch what is settled");
            if (gap.last < gap.first) return fault("a gap is empty");
            below = gap.last + 1;
        }
        if (row.numbered && !row.gaps.empty() && below > row.position.seq)
            return fault("a gap above its highest number");
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> State::check_invariants() const {
    PromisedByPosition promised;
    if (auto fault = check_parts(*this, promised)) return fault;
    if (auto fault = check_kits(*this)) return fault;
    if (auto fault = check_backorders(*this)) return fault;
    UnitsByPosition inbound_open;
    SupplyByDate supply;
    if (auto fault = check_inbound(*this, inbound_open, supply)) return fault;
    if (!counts.whole()) return "a position was counted by a count that nobody knows";
    UnitsByPosition in_transit;
    if (auto fault = check_lanes(*this, in_transit, supply)) return fault;
    std::erase_if(supply, [](const auto& row) { return row.second == 0; });
    if (supply != expected.rows()) return "expected supply is not what its documents say";
    if (auto fault = check_sources(*this)) return fault;
    std::size_t waiting = 0;
    for (const auto& [parked_seq, event] : parked.rows()) {
        waiting += event.size();
        if (event.told == parked.untold().contains(parked_seq))
            return fmt::format("parked event {} is told and untold", parked_seq);
    }
    if (waiting != parked.size()) return "parked lines are not counted right";
    std::optional<std::string> fault;
    positions.for_each([&](const Position& p) {
        const RareBuckets rare = positions.rare(p.sku, p.location);
        const auto at =
            fmt::format("{} at {}", items.code(p.sku.raw), locations.code(p.location.raw));
        if (p.reserved < 0 || p.allocated < 0 || rare.picked < 0 || rare.backordered < 0 ||
            rare.inbound < 0 || rare.erp_held < 0)
            fault = at + ": a promise is below zero";
        if (rare.picked > p.allocated) fault = at + ": more picked than allocated";
        if (rare.erp_held > p.reserved + p.allocated) fault = at + ": ERP holds more than promised";
        const auto it = promised.find({p.sku, p.location});
        const PartCounts lines = it == promised.end() ? PartCounts{} : it->second;
        const auto compare = [&](Bucket bucket, Units level, Units held) {
            if (level != held)
                fault =
                    fmt::format("{}: {} {} but its lines hold {}", at, name(bucket), level, held);
        };
        compare(Bucket::reserved, p.reserved, lines.reserved);
        compare(Bucket::allocated, p.allocated, lines.allocated);
        compare(Bucket::picked, rare.picked, lines.picked);
        compare(Bucket::backordered, rare.backordered, lines.backordered);
        compare(Bucket::erp_held, rare.erp_held, lines.erp_held);
        if (it != promised.end()) promised.erase(it);
        const auto sum_at = [&](const UnitsByPosition& sums) {
            const auto row = sums.find({p.sku, p.location});
            return row == sums.end() ? Units{0} : row->second;
        };
        compare(Bucket::inbound, rare.inbound, sum_at(inbound_open));
        compare(Bucket::in_transit, rare.in_transit, sum_at(in_transit));
        Position fresh = p;
        refresh_policies(*this, fresh);
        if (p.safety_stock != fresh.safety_stock || p.buffer != fresh.buffer ||
            p.disabled != fresh.disabled)
            fault = at + ": a cached policy is stale";
    });
    for (const auto& [position, lines] : promised)
        if (lines.open() != 0)
            fault =
                fmt::format("{}: promised where no position is", items.code(position.first.raw));
    quotas.for_each_used([&](const QuotaScope& scope, Units units) {
        if (units <= 0 || units > level_max)
            fault = fmt::format("a quota of {} has {} used", groups.code(scope.group.raw), units);
        if (quotas.find(scope) == nullptr)
            fault =
                fmt::format("use of {} is counted where no quota is", groups.code(scope.group.raw));
    });
    return fault;
}

}  // namespace holdfast::ledger
