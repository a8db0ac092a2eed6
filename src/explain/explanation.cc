#include "explain/explanation.h"

#include <algorithm>

#include "explain/backorder_tree.h"
#include "explain/channel_tree.h"
#include "explain/kit_tree.h"
#include "explain/position_tree.h"
#include "explain/source_ages.h"

namespace holdfast::explain {

Explanation explain(Moment& moment, const Request& request) {
    Explanation answer{.of = request, .seq = moment.seq()};
    const readmodel::SoldBy& kit = moment.sold_by(request.sku);
    const bool is_kit = !kit.components.empty();
    if (request.location != kNoLocation) {
        PositionTree tree(moment, request.sku, request.location, Detail::full,
                          request.facts_per_bucket);
        answer.quantities = tree.quantities();
        if (is_kit) answer.quantities.back() = kits_promisable(moment, kit, request.location);
        const Node promisable{.name = "promisable", .value = answer.quantities.back().value};
        answer.quantities.push_back(backorderable(moment, request, answer.quantities));
        if (request.channel != kNoChannel)
            answer.quantities.push_back(
                is_kit ? kits_to_sell_here(moment, request.channel, kit, request.location)
                       : available_to_sell_here(moment, request.channel, request.sku,
                                                request.location, promisable));
    }
    if (request.channel != kNoChannel && (request.location == kNoLocation || request.pool))
        answer.quantities.push_back(is_kit
                                        ? kits_to_sell(moment, request.channel, kit)
                                        : available_to_sell(moment, request.channel, request.sku));
    answer.sources = sources_of(moment, answer.quantities);
    return answer;
}

std::optional<std::int64_t> value_of(const Explanation& explanation, std::string_view name) {
    const auto it = std::ranges::find(explanation.quantities, name, &Node::name);
    if (it == explanation.quantities.end()) return std::nullopt;
    return it->value;
}

}  // namespace holdfast::explain
