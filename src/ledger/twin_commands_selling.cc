// Random policies, quotas, nodes, groups, units of measure and kits.
#include <fmt/format.h>

#include "ledger/twin_commands.h"

namespace holdfast::ledger {
namespace {

constexpr std::uint64_t kGroups = 3;
constexpr std::uint64_t kKits = 3;
constexpr std::string_view kUnits[] = {"pack", "case"};
constexpr std::int64_t kMinute = 60'000'000;

}  // namespace

Command CommandStream::selling(DrawnCommand& d, const Twin& twin) {
    const std::uint64_t kind = random_.below(100);
    if (kind < 15) return group(d, twin);
    if (kind < 35) return node_status(d, twin);
    if (kind < 55) return quota(d, twin);
    if (kind < 70) return kit(d, twin);
    return policy(d, twin);
}

Command CommandStream::kit(DrawnCommand& d, const Twin& twin) {
    UpsertItem c;
    c.envelope = envelope(d);
    // Of its own code, so that mostly nothing of it ever stood on a shelf.
    c.code = text(d, random_.percent(90) ? fmt::format("kit-{}", random_.below(kKits))
                                         : fmt::format("item-{}", random_.below(items_)));
    c.sets_components = random_.percent(95);
    c.assembled = random_.percent(12);
    const std::uint64_t components = random_.percent(6) ? 0 : 1 + random_.below(3);
    for (std::uint64_t i = 0; i < components; ++i)
        d.components.push_back({sku(twin), random_.between(random_.percent(4) ? 0 : 1, 3)});
    if (random_.percent(2)) d.components.push_back({sku(twin), kit_units_max + 1});
    if (random_.percent(4)) d.components.push_back({sku(twin), kit_units_max});
    if (random_.percent(1)) d.components.resize(kit_components_max + 1, {sku(twin), 1});
    c.components = d.components;
    return c;
}

/// Makes some lines of a request ask for kits.
void CommandStream::ask_for_kits(DrawnCommand& d, const Twin& twin) {
    if (twin.kits.empty() || random_.percent(50)) return;
    for (Line& line : d.lines) {
        if (!random_.percent(40)) continue;
        const auto kit = std::next(twin.kits.begin(),
                                   static_cast<std::ptrdiff_t>(random_.below(twin.kits.size())));
        line.sku = kit->first;
        line.unit = {};
    }
}

void CommandStream::item_units(DrawnCommand& d, UpsertItem& c) {
    c.sets_units = random_.percent(50);
    for (const std::string_view code : kUnits)
        if (random_.percent(50))
            d.units.push_back({code, random_.between(1, 3), random_.between(1, 2)});
    if (random_.percent(3)) d.units.push_back({"pack", 1, 1});
    if (random_.percent(3)) d.units.push_back({"ton", 1, unit_factor_max + 1});
    if (random_.percent(2)) d.units.push_back({"", 1, 1});
    if (random_.percent(1)) d.units.resize(item_units_max + 1, {"pack", 1, 1});
    c.units = d.units;
}

/// Of a line: mostly none.
std::string_view CommandStream::unit() {
    if (!random_.percent(5)) return {};
    return random_.percent(4) ? "ton" : random_.pick(kUnits);
}

GroupId CommandStream::any_group(const Twin& twin) {
    if (twin.groups.empty() || random_.percent(4)) return kNoGroup;
    return GroupId{static_cast<std::uint32_t>(random_.below(twin.groups.size()))};
}

Command CommandStream::group(DrawnCommand& d, const Twin& twin) {
    UpsertGroup c;
    c.envelope = envelope(d);
    const std::uint64_t number = random_.below(kGroups);
    c.code = text(d, random_.percent(4) ? std::string{} : fmt::format("group-{}", number));
    c.title = text(d, "a region");
    // Mostly what is free or its own already; a location of another group now and then.
    for (std::uint32_t i = 0; i < twin.locations.size(); ++i) {
        const GroupId of = twin.group_of(LocationId{i});
        const bool other = of != kNoGroup && twin.groups[of.raw].code != c.code;
        if (random_.percent(other ? 20 : 60)) d.locations.push_back(LocationId{i});
    }
    if (!d.locations.empty() && random_.percent(5)) d.locations.push_back(d.locations.front());
    if (random_.percent(3)) d.locations.push_back(kNoLocation);
    c.locations = d.locations;
    return c;
}

Command CommandStream::node_status(DrawnCommand& d, const Twin& twin) {
    SetNodeStatus c;
    c.envelope = envelope(d);
    c.location = place(twin);
    c.online = random_.percent(60);
    if (random_.percent(50)) c.since = now_ - Microseconds{random_.between(-1, 5) * kMinute};
    return c;
}

Command CommandStream::quota(DrawnCommand& d, const Twin& twin) {
    SetQuota c;
    c.envelope = envelope(d);
    c.group = any_group(twin);
    c.channel = any_channel(twin);
    c.names_sku = random_.percent(60);
    if (c.names_sku) c.sku = sku(twin);
    if (random_.percent(70)) c.guarantee = random_.between(0, 8);
    if (random_.percent(40)) c.cap = random_.between(1, 12);
    c.priority = random_.between(0, 2);
    c.refill = random_.percent(30);
    if (random_.percent(2)) c.priority = random_.percent(50) ? -1 : quota_priority_max + 1;
    if (random_.percent(2)) c.cap = policy_value_max + random_.between(0, 1);
    return c;
}

Command CommandStream::policy(DrawnCommand& d, const Twin& twin) {
    static constexpr PolicyKind kKinds[] = {PolicyKind::safety_stock,
                                            PolicyKind::safety_stock,
                                            PolicyKind::buffer,
                                            PolicyKind::buffer,
                                            PolicyKind::enabled,
                                            PolicyKind::backorder_limit,
                                            PolicyKind::backorder_limit,
                                            PolicyKind::backorder_limit,
                                            PolicyKind::backorder_horizon,
                                            PolicyKind::offline_buffer,
                                            PolicyKind::group_safety_stock,
                                            PolicyKind::offline_buffer,
                                            PolicyKind::group_safety_stock};
    SetPolicy c;
    c.envelope = envelope(d);
    c.kind = random_.pick(kKinds);
    if (random_.percent(1)) c.kind = PolicyKind::quota;
    c.names_sku = random_.percent(60);
    if (c.names_sku) c.sku = sku(twin);
    const bool of_group = (c.kind == PolicyKind::group_safety_stock) != random_.percent(2);
    c.names_group = of_group && random_.percent(60);
    if (c.names_group) c.group = any_group(twin);
    c.names_location = !of_group && random_.percent(60);
    if (c.names_location) c.location = place(twin);
    c.value = random_.between(-1, 4);
    if (c.kind == PolicyKind::enabled) c.value = random_.percent(40) ? 0 : random_.between(-1, 2);
    if (c.kind == PolicyKind::backorder_limit && random_.percent(80)) c.value += 10;
    if (random_.percent(3)) c.value = policy_value_max + random_.between(0, 1);
    return c;
}

}  // namespace holdfast::ledger
