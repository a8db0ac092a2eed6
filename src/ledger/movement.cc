#include "ledger/movement.h"

#include <algorithm>

#include "base/planted.h"
#include "ledger/arena_map.h"
#include "ledger/backorders.h"

namespace holdfast::ledger {
namespace {

bool before(const Posting& a, const Posting& b) {
    if (a.sku != b.sku) return a.sku < b.sku;
    if (a.place != b.place) return a.place < b.place;
    return a.bucket < b.bucket;
}

/// What one fact changes at one position.
struct Change {
    Units sellable = 0;
    Units damaged = 0;
    Units quarantine = 0;
    Units suspect = 0;
    Units promised = 0;
    Units on_lane = 0;

    void add(const Posting& posting) {
        switch (posting.bucket) {
            case Bucket::in_transit: on_lane += posting.delta; break;
            case Bucket::sellable: sellable += posting.delta; break;
            case Bucket::damaged: damaged += posting.delta; break;
            case Bucket::quarantine: quarantine += posting.delta; break;
            case Bucket::suspect: suspect += posting.delta; break;
            case Bucket::reserved:
            case Bucket::allocated: promised += posting.delta; break;
            default: break;
        }
    }
};

/// Whether a level falls, and below zero.
bool falls_below_zero(Units level, Units delta) { return delta < 0 && level + delta < 0; }

/// Nothing is counted of the world outside.
bool keeps_levels(Place place) {
    return place.kind() == PlaceKind::location || place.kind() == PlaceKind::lane;
}

/// What the posting's bucket stands at.
Units level_of(const State& state, const Posting& posting) {
    switch (posting.place.kind()) {
        case PlaceKind::location:
            return state.positions.level(posting.sku, posting.place.location(), posting.bucket);
        case PlaceKind::lane: return state.lanes.level(posting.sku, posting.place.number());
        default: return 0;
    }
}

}  // namespace

Refusal line_count_refusal(const RecordEvent& event) {
    if (event.lines.empty()) return Refusal::no_lines;
    if (event.lines.size() > lines_per_request_max) return Refusal::too_many_lines;
    return Refusal::none;
}

Refusal header_refusal(const State& state, const RecordEvent& event) {
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return r;
    if (event.channel != kNoChannel && event.channel.raw >= state.channels.size())
        return Refusal::unknown_channel;
    return Refusal::none;
}

Refusal position_refusal(const State& state, const RecordEvent& event, const Line& line) {
    if (line.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    if (!names_place(event, line)) return Refusal::location_required;
    if (place_of(event, line).raw >= state.locations.size()) return Refusal::unknown_location;
    return Refusal::none;
}

bool EventProblems::good(std::uint32_t index, Refusal refusal, Units available_to_sell) {
    if (refusal == Refusal::none) return true;
    const Line& line = event_.lines[index];
    problems_.push_back({.line_index = index,
                         .refusal = refusal,
                         .sku = line.sku,
                         .location = place_of(event_, line),
                         .requested = line.quantity,
                         .available_to_sell = available_to_sell});
    return false;
}

Outcome EventProblems::outcome() {
    std::sort(
        problems_.view().begin(), problems_.view().end(),
        [](const LineProblem& a, const LineProblem& b) { return a.line_index < b.line_index; });
    return refused_lines(problems_.view());
}

void Movement::raises(CaseKind kind) {
    for (const CaseKind known : raises_.view())
        if (known == kind) return;
    raises_.push_back(kind);
}

void Movement::move_back(const Posting& posting) {
    const MovedBack back = moved_back(posting);
    postings_.push_back(back.position);
    postings_.push_back(back.outside);
}

bool Movement::in_range(std::span<const Posting> besides) const {
    return levels_stay_in_range(context_.state, with(besides), context_.arena);
}

std::span<const Posting> Movement::with(std::span<const Posting> besides) const {
    if (besides.empty()) return postings();
    const std::span<Posting> all = context_.arena.array<Posting>(postings_.size() + besides.size());
    std::copy(besides.begin(), besides.end(),
              std::copy(postings().begin(), postings().end(), all.begin()));
    return all;
}

void Movement::write_cases(FactWriter& fact, std::span<const Posting> besides, LocationId lane_to) {
    if (leaves_uncovered(context_.state, with(besides), lane_to, context_.arena))
        raises(CaseKind::backorder_uncovered);
    for (const CaseKind kind :
         cases_of_decrease(context_.state, postings(), postings(), context_.arena))
        raises(kind);
    raise(fact, raises_.view());
}

void write_event_fields(Entry& entry, FactWriter& fact, const RecordEvent& event) {
    entry.envelope_fields();
    if (event.channel != kNoChannel) fact.value(FieldTag::channel, event.channel.raw);
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    fact.text(FieldTag::reference, event.reference);
}

Outcome record_movement(const Context& context, const RecordEvent& event, Movement& movement) {
    if (!movement.in_range()) return refused(Refusal::level_out_of_range);
    Entry entry(context.state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    movement.write_postings(fact);
    write_event_fields(entry, fact, event);
    movement.write_cases(fact);
    entry.end();
    return entry.finish();
}

bool levels_stay_in_range(const State& state, std::span<const Posting> postings, Arena& arena) {
    const std::span<Posting> sorted = arena.array<Posting>(postings.size());
    std::copy(postings.begin(), postings.end(), sorted.begin());
    std::sort(sorted.begin(), sorted.end(), before);
    for (std::size_t i = 0; i < sorted.size();) {
        const Posting& first = sorted[i];
        Units change = 0;
        for (; i < sorted.size() && !before(first, sorted[i]); ++i) change += sorted[i].delta;
        if (!keeps_levels(first.place)) continue;
        const Units level = level_of(state, first) + change;
        if (level > level_max || level < -level_max) return false;
    }
    return true;
}

std::span<const CaseKind> cases_of_decrease(const State& state, std::span<const Posting> physical,
                                            std::span<const Posting> all, Arena& arena) {
    ArenaMap<Change> changes(arena);  // several lines of one fact may cancel out
    for (const Posting& posting : all)
        if (keeps_levels(posting.place))
            changes[position_key(posting.sku, posting.place.raw())].add(posting);
    bool negative = false, at_risk = false, other_negative = false;
    for (const Posting& leaves : physical) {
        if (leaves.place.kind() == PlaceKind::lane && leaves.delta < 0) {
            const Change change = changes.get(position_key(leaves.sku, leaves.place.raw()));
            other_negative |= falls_below_zero(level_of(state, leaves), change.on_lane);
            continue;
        }
        if (leaves.place.kind() != PlaceKind::location || !is_physical(leaves.bucket) ||
            leaves.delta >= 0)
            continue;
        const LocationId at = leaves.place.location();
        const Change change = changes.get(position_key(leaves.sku, leaves.place.raw()));
        if (leaves.bucket != Bucket::sellable) {
            const RareBuckets rare = state.positions.rare(leaves.sku, at);
            other_negative |= falls_below_zero(rare.damaged, change.damaged) ||
                              falls_below_zero(rare.quarantine, change.quarantine) ||
                              falls_below_zero(rare.suspect, change.suspect);
            continue;
        }
        if (change.sellable >= 0) continue;
        const Position* row = state.positions.find(leaves.sku, at);
        const Units sellable = (row == nullptr ? 0 : row->sellable) + change.sellable;
        const Units promised =
            (row == nullptr ? 0 : row->reserved + row->allocated) + change.promised;
        negative |= sellable < 0;
        at_risk |= promised > 0 && sellable < promised;
    }
    ArenaList<CaseKind> kinds(arena, 3);
    if (negative) kinds.push_back(CaseKind::negative_sellable);
    if (at_risk && !planted(Bug::loss_under_a_promise_without_case))
        kinds.push_back(CaseKind::reservation_at_risk);
    if (other_negative) kinds.push_back(CaseKind::negative_bucket);
    return kinds.view();
}

}  // namespace holdfast::ledger
