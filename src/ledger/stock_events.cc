// Counts, receipts, adjustments, till sales and returns: what is on the shelves changed. Never
// refused for lack of stock.
#include "ledger/stock_events.h"

#include <algorithm>

#include "base/planted.h"
#include "ledger/arena_list.h"
#include "ledger/arena_map.h"

namespace holdfast::ledger {
namespace {

bool before(const Posting& a, const Posting& b) {
    if (a.sku != b.sku) return a.sku < b.sku;
    if (a.place != b.place) return a.place < b.place;
    return a.bucket < b.bucket;
}

bool bucket_fits(FactType type, Bucket bucket) {
    switch (type) {
        case FactType::stock_adjusted: return is_physical(bucket);
        case FactType::receipt_posted:
        case FactType::return_received:
            return bucket == Bucket::sellable || bucket == Bucket::damaged ||
                   bucket == Bucket::quarantine;
        default: return bucket == Bucket::sellable;
    }
}

PlaceKind counterpart(FactType type) {
    switch (type) {
        case FactType::receipt_posted: return PlaceKind::supplier;
        case FactType::return_received:
        case FactType::pos_sale:
        case FactType::pos_void: return PlaceKind::customer;
        case FactType::stock_adjusted: return PlaceKind::loss;
        default: return PlaceKind::external;
    }
}

/// The quantity's own bounds: a count may be zero, an adjustment negative.
Refusal quantity_refusal(FactType type, std::int64_t quantity) {
    if (quantity > quantity_max || quantity < -quantity_max) return Refusal::quantity_too_large;
    switch (type) {
        case FactType::stock_counted:
            return quantity < 0 ? Refusal::quantity_must_be_positive : Refusal::none;
        case FactType::stock_adjusted:
            return quantity == 0 ? Refusal::nothing_to_adjust : Refusal::none;
        default: return quantity < 1 ? Refusal::quantity_must_be_positive : Refusal::none;
    }
}

Refusal line_refusal(const State& state, const RecordEvent& event, const Line& line) {
    if (const Refusal r = quantity_refusal(event.type, line.quantity); r != Refusal::none) return r;
    if (line.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    if (!line.names_location && !event.names_location) return Refusal::location_required;
    const LocationId at = line.names_location ? line.location : event.location;
    if (at.raw >= state.locations.size()) return Refusal::unknown_location;
    if (!bucket_fits(event.type, line.bucket)) return Refusal::value_out_of_range;
    return Refusal::none;
}

Units delta_of(const State& state, FactType type, const Line& line, LocationId at) {
    switch (type) {
        case FactType::pos_sale: return -line.quantity;
        case FactType::stock_counted:
            if (planted(Bug::count_added_to_the_book)) return line.quantity;
            return line.quantity - state.positions.level(line.sku, at, Bucket::sellable);
        default: return line.quantity;
    }
}

}  // namespace

bool levels_stay_in_range(const State& state, std::span<const Posting> postings, Arena& arena) {
    const std::span<Posting> sorted = arena.array<Posting>(postings.size());
    std::copy(postings.begin(), postings.end(), sorted.begin());
    std::sort(sorted.begin(), sorted.end(), before);
    for (std::size_t i = 0; i < sorted.size();) {
        const Posting& first = sorted[i];
        Units level = state.positions.level(first.sku, first.place.location(), first.bucket);
        for (; i < sorted.size() && !before(first, sorted[i]); ++i) level += sorted[i].delta;
        if (level > level_max || level < -level_max) return false;
    }
    return true;
}

std::span<const CaseKind> cases_of_decrease(const State& state, std::span<const Posting> physical,
                                            std::span<const Posting> all, Arena& arena) {
    struct Change {
        Units sellable = 0;
        Units promised = 0;
    };
    ArenaMap<Change> changes(arena);  // several lines of one fact may cancel out
    for (const Posting& posting : all) {
        Change& change = changes[position_key(posting.sku, posting.place.raw())];
        if (posting.bucket == Bucket::sellable) change.sellable += posting.delta;
        if (posting.bucket == Bucket::reserved || posting.bucket == Bucket::allocated)
            change.promised += posting.delta;
    }
    bool negative = false, at_risk = false;
    for (const Posting& leaves : physical) {
        if (leaves.bucket != Bucket::sellable || leaves.delta >= 0) continue;
        const Change change = changes.get(position_key(leaves.sku, leaves.place.raw()));
        if (change.sellable >= 0) continue;
        const Position* row = state.positions.find(leaves.sku, leaves.place.location());
        const Units sellable = (row == nullptr ? 0 : row->sellable) + change.sellable;
        const Units promised =
            (row == nullptr ? 0 : row->reserved + row->allocated) + change.promised;
        negative |= sellable < 0;
        at_risk |= promised > 0 && sellable < promised;
    }
    ArenaList<CaseKind> kinds(arena, 2);
    if (negative) kinds.push_back(CaseKind::negative_sellable);
    if (at_risk && !planted(Bug::loss_under_a_promise_without_case))
        kinds.push_back(CaseKind::reservation_at_risk);
    return kinds.view();
}

Outcome record_stock_event(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.lines.empty()) return refused(Refusal::no_lines);
    if (event.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    if (event.type == FactType::stock_adjusted && event.envelope.reason.empty())
        return refused(Refusal::reason_required);
    if (event.channel != kNoChannel && event.channel.raw >= state.channels.size())
        return refused(Refusal::unknown_channel);

    ArenaList<LineProblem> problems(context.arena, 0);
    const std::span<Posting> postings = context.arena.array<Posting>(event.lines.size());
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const LocationId at = line.names_location ? line.location : event.location;
        const Refusal refusal = line_refusal(state, event, line);
        if (refusal != Refusal::none) {
            problems.push_back({.line_index = i,
                                .refusal = refusal,
                                .sku = line.sku,
                                .location = at,
                                .requested = line.quantity});
            continue;
        }
        postings[i] = {.sku = line.sku,
                       .place = Place{at},
                       .bucket = line.bucket,
                       .delta = delta_of(state, event.type, line, at)};
    }
    if (problems.empty() && event.type == FactType::stock_counted && event.lines.size() > 1) {
        // A position counted twice in one command has no one answer.
        const std::span<std::uint32_t> order = context.arena.array<std::uint32_t>(postings.size());
        for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            if (before(postings[a], postings[b])) return true;
            if (before(postings[b], postings[a])) return false;
            return a < b;
        });
        for (std::size_t i = 1; i < order.size(); ++i)
            if (!before(postings[order[i - 1]], postings[order[i]]))
                problems.push_back({.line_index = order[i],
                                    .refusal = Refusal::duplicate_line,
                                    .sku = postings[order[i]].sku,
                                    .location = postings[order[i]].place.location(),
                                    .requested = event.lines[order[i]].quantity});
        std::sort(
            problems.view().begin(), problems.view().end(),
            [](const LineProblem& a, const LineProblem& b) { return a.line_index < b.line_index; });
    }
    if (!problems.empty()) return refused_lines(problems.view());
    if (!levels_stay_in_range(state, postings, context.arena))
        return refused(Refusal::level_out_of_range);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    for (const Posting& posting : postings) {
        fact.post(posting);
        fact.post({.sku = posting.sku,
                   .place = Place{counterpart(event.type)},
                   .bucket = Bucket::external,
                   .delta = -posting.delta});
    }
    entry.envelope_fields();
    if (event.channel != kNoChannel) fact.value(FieldTag::channel, event.channel.raw);
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    raise(fact, cases_of_decrease(state, postings, postings, context.arena));
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
