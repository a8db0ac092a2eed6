#include "explain/source_ages.h"

#include <set>

namespace holdfast::explain {

std::vector<SourceAge> sources_of(Moment& moment, const std::vector<Node>& quantities) {
    std::set<std::uint32_t> seen;
    std::vector<SourceAge> ages;
    std::vector<const Node*> open;  // the tree, depth first, each node before its inputs
    for (auto node = quantities.rbegin(); node != quantities.rend(); ++node) open.push_back(&*node);
    while (!open.empty()) {
        const Node& node = *open.back();
        open.pop_back();
        for (auto in = node.inputs.rbegin(); in != node.inputs.rend(); ++in) open.push_back(&*in);
        const readmodel::FactRow* fact = moment.fact(node.fact);
        if (fact == nullptr || fact->source == kNoId || !seen.insert(fact->source).second) continue;
        ages.push_back({.source = fact->source,
                        .fact = moment.reader().source_seen(fact->source, moment.seq())});
    }
    return ages;
}

}  // namespace holdfast::explain
