// What must hold after every fact, whatever happened outside.
#include <fmt/format.h>

#include <map>

#include "ledger/state.h"

namespace holdfast::ledger {
namespace {

struct Promised {
    Units reserved = 0;
    Units allocated = 0;
};
using PromisedByPosition = std::map<std::pair<SkuId, LocationId>, Promised>;

std::optional<std::string> check_parts(const State& state, PromisedByPosition& promised) {
    std::optional<std::string> fault;
    state.reservations.for_each([&](const Reservation& r) {
        Units open = 0;
        for (const Part& part : state.reservations.parts(r)) {
            promised[{part.sku, part.location}].reserved += part.reserved;
            promised[{part.sku, part.location}].allocated += part.allocated;
            open += part.open();
            if (part.reserved < 0 || part.allocated < 0 || part.shipped < 0 || part.ended < 0 ||
                part.expired < 0)
                fault = fmt::format("reservation {} line {} is below zero", r.id.raw, part.line);
            if (part.created != part.open() + part.shipped + part.ended + part.expired)
                fault = fmt::format(
                    "reservation {} line {}: created {} is not open {} + shipped {} + ended {} + "
                    "expired {}",
                    r.id.raw, part.line, part.created, part.open(), part.shipped, part.ended,
                    part.expired);
        }
        if (r.ended() != (open == 0))
            fault = fmt::format("reservation {} has {} open units but is {}", r.id.raw, open,
                                r.ended() ? "ended" : "open");
        if (r.confirmed && r.expires_at != 0)
            fault = fmt::format("reservation {} is confirmed and would expire", r.id.raw);
    });
    return fault;
}

}  // namespace

std::optional<std::string> State::check_invariants() const {
    PromisedByPosition promised;
    if (auto fault = check_parts(*this, promised)) return fault;
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
        const Promised lines = it == promised.end() ? Promised{} : it->second;
        if (lines.reserved != p.reserved)
            fault = fmt::format("{}: reserved {} but its lines hold {}", at, p.reserved,
                                lines.reserved);
        if (lines.allocated != p.allocated)
            fault = fmt::format("{}: allocated {} but its lines hold {}", at, p.allocated,
                                lines.allocated);
        if (it != promised.end()) promised.erase(it);
        if (p.safety_stock != policies.effective(PolicyKind::safety_stock, p.sku, p.location) ||
            p.buffer != policies.effective(PolicyKind::buffer, p.sku, p.location))
            fault = at + ": a cached policy is stale";
    });
    for (const auto& [position, lines] : promised)
        if (lines.reserved != 0 || lines.allocated != 0)
            fault =
                fmt::format("{}: promised where no position is", items.code(position.first.raw));
    return fault;
}

}  // namespace holdfast::ledger
