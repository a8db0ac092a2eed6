// The twin's shelves: units that change their state, go back to their supplier or become another
// item, kits that are made or taken apart.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

Refusal more_than_nothing(std::int64_t quantity) {
    if (quantity > quantity_max || quantity < -quantity_max) return Refusal::quantity_too_large;
    return quantity < 1 ? Refusal::quantity_must_be_positive : Refusal::none;
}

}  // namespace

TwinOutcome Twin::shelf_changed(const RecordEvent& c, Instant now) {
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.type == FactType::supplier_return) {
        if (c.envelope.reason.empty()) return twin_refused(Refusal::reason_required);
        if (c.document.empty()) return twin_refused(Refusal::document_required);
    }
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    std::vector<TwinProblem> problems;
    Draft draft;
    draft.type = c.type;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const LocationId at = line.names_location ? line.location : c.location;
        const Units q = line.quantity;
        Refusal refusal = more_than_nothing(q);
        if (refusal == Refusal::none) refusal = no_place(c, line);
        const bool regrades = c.type == FactType::stock_regraded;
        if (refusal == Refusal::none && regrades && !known(line.other_sku))
            refusal = Refusal::unknown_sku;
        bool possible = is_physical(line.bucket);
        if (c.type == FactType::stock_status_changed)
            possible = possible && is_physical(line.from_bucket) && line.from_bucket != line.bucket;
        if (regrades) possible = possible && line.other_sku != line.sku;
        if (refusal == Refusal::none && !possible) refusal = Refusal::value_out_of_range;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        switch (c.type) {
            case FactType::supplier_return:
                draft.move(line.sku, at, line.bucket, -q, PlaceKind::supplier);
                break;
            case FactType::stock_regraded:
                draft.move(line.sku, at, line.bucket, -q, PlaceKind::conversion);
                draft.move(line.other_sku, at, line.bucket, q, PlaceKind::conversion);
                break;
            default:
                draft.post(line.sku, Place(at), line.from_bucket, -q);
                draft.post(line.sku, Place(at), line.bucket, q);
                if (line.from_bucket == Bucket::suspect && line.bucket == Bucket::sellable &&
                    counts.contains({line.sku, at}) && !counted_since(c.envelope, {line.sku, at}))
                    draft.raises.insert(CaseKind::recount_needed);
        }
    }
    if (!problems.empty()) return twin_refused(problems);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::kit_changed(const RecordEvent& given, Instant now) {
    RecordEvent c = given;
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    std::vector<KitComponent> entered;
    if (const auto kit = kits.find(c.lines.front().sku); kit != kits.end())
        for (const auto& [sku, units] : recipes[kit->second.first - 1].components)
            entered.push_back({sku, units});
    if (c.components.empty()) c.components = entered;
    if (c.components.empty()) return twin_refused(Refusal::components_required);
    const std::size_t legs = c.lines.size() + c.lines.size() * c.components.size();
    if (c.components.size() > kit_components_max || legs > lines_per_request_max)
        return twin_refused(Refusal::too_many_lines);
    std::map<SkuId, Units> in_one;
    for (const KitComponent& component : c.components) {
        if (!known(component.sku)) return twin_refused(Refusal::unknown_sku);
        const Refusal refusal = more_than_nothing(component.quantity);
        if (refusal != Refusal::none) return twin_refused(refusal);
        if (!in_one.emplace(component.sku, component.quantity).second)
            return twin_refused(Refusal::duplicate_line);
    }
    std::vector<TwinProblem> problems;
    Draft draft;
    draft.type = c.type;
    const SkuId kit = c.lines.front().sku;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const LocationId at = line.names_location ? line.location : c.location;
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none) refusal = no_place(c, line);
        if (refusal == Refusal::none && (line.sku != kit || !is_physical(line.bucket)))
            refusal = Refusal::value_out_of_range;
        for (const KitComponent& component : c.components) {
            if (refusal != Refusal::none) break;
            if (component.sku == kit)
                refusal = Refusal::value_out_of_range;
            else if (component.quantity * line.quantity > quantity_max)
                refusal = Refusal::quantity_too_large;
        }
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        const Units made = c.type == FactType::kit_broken ? -line.quantity : line.quantity;
        draft.move(kit, at, line.bucket, made, PlaceKind::conversion);
        for (const auto& [sku, units] : in_one)
            draft.move(sku, at, line.bucket, -made * units, PlaceKind::conversion);
    }
    if (!problems.empty()) return twin_refused(problems);
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
