#include "explain/explanation.h"

#include <algorithm>
#include <set>

#include "explain/channel_tree.h"
#include "explain/position_tree.h"

namespace holdfast::explain {
namespace {

/// The newest word of each source that a told fact came from.
std::vector<SourceAge> sources_of(Moment& moment, const std::vector<Node>& quantities) {
    std::set<std::uint32_t> seen;
    std::vector<SourceAge> ages;
    for (const Node& quantity : quantities) {
        for (const Node& leaf : quantity.inputs) {
            const readmodel::FactRow* fact = moment.fact(leaf.fact);
            if (fact == nullptr || fact->source == kNoId || !seen.insert(fact->source).second)
                continue;
            ages.push_back({.source = fact->source,
                            .fact = moment.reader().source_seen(fact->source, moment.seq())});
        }
    }
    return ages;
}

}  // namespace

Explanation explain(Moment& moment, const Request& request) {
    Explanation answer{.of = request, .seq = moment.seq()};
    if (request.location != kNoLocation) {
        PositionTree tree(moment, request.sku, request.location, Detail::full,
                          request.facts_per_bucket);
        answer.quantities = tree.quantities();
        if (request.channel != kNoChannel) {
            const Node promisable = answer.quantities.back();
            answer.quantities.push_back(available_to_sell_here(moment, request.channel, request.sku,
                                                               request.location, promisable));
        }
    }
    if (request.channel != kNoChannel && (request.location == kNoLocation || request.pool))
        answer.quantities.push_back(available_to_sell(moment, request.channel, request.sku));
    answer.sources = sources_of(moment, answer.quantities);
    return answer;
}

std::optional<std::int64_t> value_of(const Explanation& explanation, std::string_view name) {
    const auto it = std::ranges::find(explanation.quantities, name, &Node::name);
    if (it == explanation.quantities.end()) return std::nullopt;
    return it->value;
}

}  // namespace holdfast::explain
