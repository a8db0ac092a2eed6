#include "explain/position_tree.h"

#include <algorithm>

namespace holdfast::explain {
namespace {

constexpr std::string_view kFirstRow = "first(row)";

std::int64_t value_in(const std::vector<Node>& nodes, std::string_view name) {
    const auto it = std::ranges::find(nodes, name, &Node::name);
    return it == nodes.end() ? 0 : it->value;
}

}  // namespace

std::vector<Node> row_nodes(const std::vector<readmodel::PolicyVersion>& rows) {
    std::vector<Node> nodes;
    for (const readmodel::PolicyVersion& row : rows) {
        const bool removed = row.value < 0;
        const bool of_group = row.kind == PolicyKind::group_safety_stock;
        RowScope scope{.sku = row.sku};
        if (of_group)
            scope.group = row.location.raw;
        else
            scope.location = row.location;
        nodes.push_back({.name = removed ? "removed" : "row",
                         .value = removed ? 0 : row.value,
                         .fact = row.seq,
                         .row = scope,
                         .removed = removed});
    }
    return nodes;
}

std::optional<std::int64_t> first_value(const std::vector<readmodel::PolicyVersion>& rows) {
    const auto it = std::ranges::find_if(
        rows, [](const readmodel::PolicyVersion& row) { return row.value >= 0; });
    if (it == rows.end()) return std::nullopt;
    return it->value;
}

Node setting(std::string_view name, const Setting& value) {
    return {.name = name, .value = value.on ? 1 : 0, .fact = value.fact};
}

PositionTree::PositionTree(Moment& moment, SkuId sku, LocationId at, Detail detail,
                           std::size_t facts_per_bucket)
    : moment_(moment), sku_(sku), at_(at), detail_(detail), facts_per_bucket_(facts_per_bucket) {}

Node PositionTree::input(const Node& node) const {
    if (detail_ == Detail::nested || node.formula.empty()) return node;
    return {.name = node.name, .value = node.value};
}

/// The newest facts of a bucket and, as one number, all before them.
Node PositionTree::bucket(Bucket which) {
    return bucket_at(Place(at_), which, moment_.level(sku_, at_, which));
}

Node PositionTree::bucket_at(Place place, Bucket which, readmodel::Level now) {
    const std::size_t told = detail_ == Detail::full ? facts_per_bucket_ : 0;
    Node node{.name = name(which), .value = now.units, .formula = "earlier + sum(change)"};
    Node earlier{.name = "earlier"};
    if (now.seq != 0 && told > 0) {
        std::vector<readmodel::Level> newest =
            moment_.reader().postings(sku_, place, which, moment_.seq() + 1, told + 1);
        // Of what is no longer kept one by one, the newest change stands for all before it.
        const bool more =
            newest.size() > told ||
            (!newest.empty() && newest.back().seq < moment_.reader().cursor().first_seq);
        if (more) {
            earlier = {.name = "earlier",
                       .value = newest.back().units,
                       .fact = newest.back().seq,
                       .facts_before = newest.back().seq + 1};
            newest.pop_back();
        }
        node.inputs.push_back(earlier);
        for (const readmodel::Level& change : newest)
            node.inputs.push_back({.name = "change",
                                   .value = change.delta,
                                   .fact = change.seq,
                                   .balance = change.units});
        return node;
    }
    if (now.seq != 0)
        earlier = {
            .name = "earlier", .value = now.units, .fact = now.seq, .facts_before = now.seq + 1};
    node.inputs.push_back(earlier);
    return node;
}

/// Goods on the lanes that lead here.
Node PositionTree::in_transit() {
    Node node{.name = "in_transit", .formula = "sum(on_lane)"};
    for (const readmodel::Lane& lane : moment_.reader().lanes_to(at_)) {
        const Place road(PlaceKind::lane, lane.number);
        const readmodel::Level now =
            moment_.reader().level(sku_, road, Bucket::in_transit, moment_.seq());
        if (now.seq == 0) continue;
        Node on_lane = bucket_at(road, Bucket::in_transit, now);
        on_lane.name = "on_lane";
        on_lane.location = lane.source;
        node.value += on_lane.value;
        node.inputs.push_back(std::move(on_lane));
    }
    return node;
}

Node PositionTree::policy(std::string_view name, PolicyKind kind) {
    const auto rows = moment_.policies(kind, sku_, at_);
    return {.name = name,
            .value = first_value(rows).value_or(0),
            .formula = kFirstRow,
            .inputs = row_nodes(rows)};
}

/// Safety stock is kept back once: by the group, where it has a row for the SKU.
Node PositionTree::safety_stock() {
    if (moment_.any_policy(PolicyKind::group_safety_stock)) {
        const std::uint32_t group = moment_.group_of(at_);
        const auto rows = group == kNoId ? std::vector<readmodel::PolicyVersion>{}
                                         : moment_.policies(PolicyKind::group_safety_stock, sku_,
                                                            LocationId{group});
        if (first_value(rows)) {
            Node kept{.name = "kept_by_group",
                      .value = *first_value(rows),
                      .formula = kFirstRow,
                      .inputs = row_nodes(rows),
                      .group = group};
            return {.name = "safety_stock", .value = 0, .formula = "0", .inputs = {kept}};
        }
    }
    return policy("safety_stock", PolicyKind::safety_stock);
}

Node PositionTree::sku_enabled() {
    const auto rows = moment_.policies(PolicyKind::enabled, sku_, at_);
    const auto value = first_value(rows);
    if (!value) return {.name = "sku_enabled", .value = 1, .formula = "1"};
    return {.name = "sku_enabled",
            .value = *value == 0 ? 0 : 1,
            .formula = "min(1, first(row))",
            .inputs = row_nodes(rows)};
}

Node PositionTree::free() {
    Node node{.name = "free", .formula = "sellable - reserved - allocated"};
    for (const Bucket b : {Bucket::sellable, Bucket::reserved, Bucket::allocated})
        node.inputs.push_back(input(bucket(b)));
    node.value = value_in(node.inputs, "sellable") - value_in(node.inputs, "reserved") -
                 value_in(node.inputs, "allocated");
    return node;
}

Node PositionTree::promisable() {
    const Setting& online = moment_.location_online(at_);
    const Node open = setting("location_open", moment_.location_open(at_));
    const Node enabled = sku_enabled(), units = free(), kept = safety_stock(),
               stale = policy("buffer", PolicyKind::buffer);
    Node node{.name = "promisable"};
    if (detail_ == Detail::nested) node.location = at_;
    node.inputs = {open,        setting("node_online", online), enabled, input(units), input(kept),
                   input(stale)};
    std::int64_t switches = open.value * enabled.value;
    Units withheld = kept.value + stale.value;
    if (online.on) {
        node.formula =
            "location_open * node_online * sku_enabled * max(0, free - safety_stock - buffer)";
    } else if (first_value(moment_.policies(PolicyKind::offline_buffer, sku_, at_))) {
        // Of a silent node only what a buffer of its own leaves is promised.
        const Node silent = policy("offline_buffer", PolicyKind::offline_buffer);
        node.inputs.push_back(silent);
        node.formula =
            "location_open * sku_enabled * "
            "max(0, free - safety_stock - max(buffer, offline_buffer))";
        withheld = kept.value + std::max(stale.value, silent.value);
    } else {
        node.formula = "node_online";
        switches = 0;
    }
    node.value = switches * std::max<Units>(0, units.value - withheld);
    return node;
}

std::vector<Node> sums_of_buckets(const std::vector<Node>& nodes) {
    const auto named = [&](std::string_view name) {
        return Node{.name = name, .value = value_in(nodes, name)};
    };
    const Node s = named("sellable"), d = named("damaged"), q = named("quarantine"),
               x = named("suspect"), r = named("reserved"), a = named("allocated");
    const Node free{.name = "free", .value = s.value - r.value - a.value};
    return {{.name = "on_hand",
             .value = s.value + d.value + q.value + x.value,
             .formula = "sellable + damaged + quarantine + suspect",
             .inputs = {s, d, q, x}},
            {.name = "free",
             .value = free.value,
             .formula = "sellable - reserved - allocated",
             .inputs = {s, r, a}},
            {.name = "oversold",
             .value = std::max<Units>(0, -free.value),
             .formula = "max(0, 0 - free)",
             .inputs = {free}}};
}

std::vector<Node> PositionTree::quantities() {
    std::vector<Node> nodes;
    for (const Bucket b : kBuckets)
        nodes.push_back(b == Bucket::in_transit ? in_transit() : bucket(b));
    for (Node& sum : sums_of_buckets(nodes)) nodes.push_back(std::move(sum));
    nodes.push_back(safety_stock());
    nodes.push_back(policy("buffer", PolicyKind::buffer));
    nodes.push_back(promisable());
    return nodes;
}

}  // namespace holdfast::explain
