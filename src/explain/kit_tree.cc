#include "explain/kit_tree.h"

#include <algorithm>
#include <map>

#include "explain/channel_tree.h"

namespace holdfast::explain {
namespace {

using readmodel::SoldBy;

constexpr std::string_view kScarcest = "min(of_component)";

/// Says of every place, group and channel inside that the number is of this item.
void set_sku(Node& node, SkuId sku) {
    if (node.location != kNoLocation || node.group != kNoId || node.channel != kNoChannel)
        node.sku = sku;
    for (Node& input : node.inputs) set_sku(input, sku);
}

/// How many kits so many units of a component are enough for.
Node of_component(const SoldBy& kit, const SoldBy::Component& component, Node there,
                  std::string_view formula) {
    set_sku(there, component.sku);
    Node node{.name = "of_component", .value = there.value / component.units, .formula = formula};
    node.sku = component.sku;
    node.inputs.push_back(std::move(there));
    node.inputs.push_back({.name = "units", .value = component.units, .fact = kit.recipe});
    return node;
}

void add_component(Node& kits, Node component) {
    kits.value = kits.inputs.empty() ? component.value : std::min(kits.value, component.value);
    kits.inputs.push_back(std::move(component));
}

/// At each of the locations, what the components that are there are enough for.
std::vector<Node> kits_at(Moment& moment, const SoldBy& kit, const std::vector<LocationId>& places,
                          std::string_view name) {
    std::vector<Node> kits(places.size(), Node{.name = name, .formula = kScarcest});
    for (const SoldBy::Component& component : kit.components) {
        (void)moment.levels(component.sku);  // remembered for all locations
        for (std::size_t i = 0; i < places.size(); ++i)
            add_component(kits[i], of_component(kit, component,
                                                nested_promisable(moment, component.sku, places[i]),
                                                "promisable / units"));
    }
    return kits;
}

/// What a group leaves the channel of the components that it keeps together or shares out.
std::optional<Node> left_in_group(Moment& moment, ChannelId channel, const SoldBy& kit,
                                  std::uint32_t group) {
    Node left{.name = "kits_left", .formula = kScarcest, .group = group, .channel = channel};
    for (const SoldBy::Component& component : kit.components) {
        if (!has_group_limits(moment, component.sku, group)) continue;
        Node share = group_share(moment, channel, component.sku, group);
        const std::string_view formula =
            share.name == "group_pool" ? "group_pool / units" : "group_share / units";
        add_component(left, of_component(kit, component, std::move(share), formula));
    }
    if (left.inputs.empty()) return std::nullopt;
    return left;
}

}  // namespace

Node kits_promisable(Moment& moment, const SoldBy& kit, LocationId at) {
    return kits_at(moment, kit, {at}, "promisable").front();
}

Node kits_to_sell_here(Moment& moment, ChannelId channel, const SoldBy& kit, LocationId at) {
    Node node{.name = "available_to_sell_here", .formula = kScarcest};
    for (const SoldBy::Component& component : kit.components) {
        Node here = available_to_sell_here(moment, channel, component.sku, at,
                                           nested_promisable(moment, component.sku, at));
        add_component(
            node, of_component(kit, component, std::move(here), "available_to_sell_here / units"));
    }
    return node;
}

Node kits_to_sell(Moment& moment, ChannelId channel, const SoldBy& kit) {
    const Channel& of = moment.channel(channel);
    if (of.pool == kNoPool) return nothing_to_sell(of);
    const Members& pool = moment.pool(of.pool);
    // Where the first component never was there are no kits.
    const std::vector<LocationId> places = stocked(moment, kit.components.front().sku, pool);
    std::vector<Node> kits = kits_at(moment, kit, places, "kits");
    std::map<std::uint32_t, std::vector<Node>> grouped;
    for (std::size_t i = 0; i < places.size(); ++i) {
        kits[i].location = places[i];
        grouped[moment.group_of(places[i])].push_back(std::move(kits[i]));
    }
    Node node{.name = "available_to_sell", .inputs = pool_settings(of, pool)};
    std::int64_t sum = 0, largest = 0;
    bool limited = false;
    const auto count = [&](Node part) {
        sum += part.value;
        largest = std::max(largest, part.value);
        node.inputs.push_back(std::move(part));
    };
    for (auto& [group, together] : grouped) {
        std::optional<Node> left;
        if (group != kNoId) left = left_in_group(moment, channel, kit, group);
        if (!left) {
            for (Node& here : together) count(std::move(here));
            continue;
        }
        limited = true;
        std::int64_t all = 0, most = 0;
        for (const Node& here : together) {
            all += here.value;
            most = std::max(most, here.value);
        }
        Node from{.name = "from_group",
                  .value = std::min(of.splits ? all : most, left->value),
                  .formula = of.splits ? "min(sum(kits), kits_left)" : "min(max(kits), kits_left)",
                  .inputs = std::move(together),
                  .group = group};
        from.inputs.push_back(std::move(*left));
        count(std::move(from));
    }
    node.value = of.splits ? sum : largest;
    if (limited)
        node.formula =
            of.splits ? "sum(kits) + sum(from_group)" : "max(0, max(kits), max(from_group))";
    else
        node.formula = of.splits ? "sum(kits)" : "max(kits)";
    return node;
}

}  // namespace holdfast::explain
