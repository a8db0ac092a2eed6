#include "explain/backorder_tree.h"

#include <algorithm>
#include <limits>

#include "explain/position_tree.h"

namespace holdfast::explain {
namespace {

/// Dates told one by one; what is expected later is one number.
constexpr std::size_t kDatesMax = 100;
/// A longer horizon reaches as far as any date does.
constexpr std::int64_t kHorizonDaysMax = 4'000'000;
/// What is later cannot be written as a date: such a horizon has no end that could be told.
constexpr Instant kLastDate = instant_from_raw(253'402'300'799'000'000);  // the year 9999

Node named(const std::vector<Node>& told, std::string_view name) {
    const auto it = std::ranges::find(told, name, &Node::name);
    return {.name = name, .value = it == told.end() ? 0 : it->value};
}

/// What is expected inside the horizon, date by date.
Node expected(Moment& moment, const Request& request) {
    Node node{.name = "expected", .formula = "sum(due)"};
    const auto rows = moment.policies(PolicyKind::backorder_horizon, request.sku, request.location);
    // Supply without a date is within no horizon, not even an endless one; it is not kept.
    Instant until = instant_from_raw(std::numeric_limits<std::int64_t>::max() - 1);
    if (const auto days = first_value(rows)) {
        node.from = request.now != Instant{} ? request.now : moment.at().value_or(Instant{});
        until = *node.from + std::chrono::hours(24) * std::min(*days, kHorizonDaysMax);
        if (until <= kLastDate) node.until = until;
        node.inputs.push_back({.name = "backorder_horizon",
                               .value = *days,
                               .formula = "first(row)",
                               .inputs = row_nodes(rows)});
    }
    const auto dates = moment.reader().expected(request.sku, request.location, until, moment.seq());
    Node later{.name = "due"};
    for (std::size_t i = 0; i < dates.size(); ++i) {
        const readmodel::DatedSupply& date = dates[i];
        node.value += date.units;
        if (i < kDatesMax) {
            node.inputs.push_back(
                {.name = "due", .value = date.units, .fact = date.seq, .due = date.due});
            continue;
        }
        later.value += date.units;
        later.fact = std::max(later.fact, date.seq);
        ++later.facts;
    }
    if (later.facts != 0) node.inputs.push_back(std::move(later));
    return node;
}

}  // namespace

Node backorderable(Moment& moment, const Request& request, const std::vector<Node>& told) {
    const Node coming = expected(moment, request);
    const Node inbound = named(told, "inbound"), in_transit = named(told, "in_transit");
    // What came before anybody said that it left is missing on its lane, and covers nothing.
    const Node supply{.name = "supply",
                      .value = std::min(coming.value, inbound.value + in_transit.value),
                      .formula = "min(expected, inbound + in_transit)",
                      .inputs = {coming, inbound, in_transit}};
    PositionTree tree(moment, request.sku, request.location, Detail::full, 0);
    const Node open = setting("location_open", moment.location_open(request.location)),
               enabled = tree.sku_enabled(),
               limit = tree.policy("backorder_limit", PolicyKind::backorder_limit),
               waiting = named(told, "backordered"), missing = named(told, "oversold");
    return {.name = "backorderable",
            .value = open.value * enabled.value *
                     std::max<Units>(0, std::min(limit.value - waiting.value,
                                                 supply.value - waiting.value - missing.value)),
            .formula =
                "location_open * sku_enabled * max(0, min(backorder_limit - backordered, "
                "supply - backordered - oversold))",
            .inputs = {open, enabled, limit, waiting, supply, missing}};
}

}  // namespace holdfast::explain
