// The twin's shelves: units that change their state, go back to their supplier or become another
// item.
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

}  // namespace holdfast::ledger
