#include "explain/business_time.h"

#include <algorithm>

#include "explain/position_tree.h"
#include "explain/source_ages.h"

namespace holdfast::explain {
namespace {

class BusinessTree {
  public:
    BusinessTree(Moment& moment, const Request& request, Instant at, std::uint64_t recorded)
        : moment_(moment), request_(request), at_(at), recorded_(recorded) {}

    std::vector<Node> quantities() {
        std::vector<Node> nodes;
        for (const Bucket which : kBuckets)
            nodes.push_back(which == Bucket::in_transit
                                ? in_transit()
                                : bucket(name(which), Place(request_.location), which));
        for (Node& sum : sums_of_buckets(nodes)) nodes.push_back(std::move(sum));
        return nodes;
    }

  private:
    Node bucket(std::string_view called, Place place, Bucket which) {
        readmodel::Reader& reader = moment_.reader();
        const readmodel::Level then = reader.level(request_.sku, place, which, recorded_);
        const readmodel::LateChanges late = reader.late_changes(
            request_.sku, place, which, at_, moment_.seq(), request_.facts_per_bucket);
        Node node{
            .name = called, .value = then.units + late.units, .formula = "recorded + sum(late)"};
        Node recorded{.name = "recorded", .value = then.units, .fact = then.seq};
        if (then.seq != 0) recorded.facts_before = then.seq + 1;
        node.inputs.push_back(recorded);
        Units others = late.units;
        for (const readmodel::LateChange& change : late.newest) {
            Node told{.name = "late", .value = change.units, .fact = change.seq};
            const readmodel::FactRow* fact = moment_.fact(change.seq);
            if (fact != nullptr && change.until < fact->recorded_at) told.until = change.until;
            node.inputs.push_back(told);
            others -= change.units;
        }
        if (late.facts > late.newest.size())
            node.inputs.push_back({.name = "late",
                                   .value = others,
                                   .fact = late.newest_other,
                                   .facts = late.facts - late.newest.size()});
        return node;
    }

    Node in_transit() {
        Node node{.name = "in_transit", .formula = "sum(on_lane)"};
        for (const readmodel::Lane& lane : moment_.reader().lanes_to(request_.location)) {
            Node on_lane =
                bucket("on_lane", Place(PlaceKind::lane, lane.number), Bucket::in_transit);
            if (on_lane.inputs.size() == 1 && on_lane.inputs.front().fact == 0) continue;
            on_lane.location = lane.source;
            node.value += on_lane.value;
            node.inputs.push_back(std::move(on_lane));
        }
        return node;
    }

    Moment& moment_;
    const Request& request_;
    Instant at_;
    std::uint64_t recorded_;
};

}  // namespace

Explanation explain_by_business_time(Moment& moment, const Request& request, Instant at) {
    const std::uint64_t recorded = std::min(moment.reader().seq_at(at), moment.seq());
    Explanation answer{
        .of = request, .seq = moment.seq(), .business_time = at, .recorded_seq = recorded};
    answer.quantities = BusinessTree(moment, request, at, recorded).quantities();
    answer.sources = sources_of(moment, answer.quantities);
    return answer;
}

}  // namespace holdfast::explain
