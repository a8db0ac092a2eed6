// Counts: what somebody found on a shelf, compared with what the ledger held at the count's own
// moment. Rules: docs/decisions/counts_and_late_facts.md.
#include <algorithm>

#include "base/planted.h"
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

/// A position counted twice in one command has no one answer.
void refuse_counted_twice(const RecordEvent& event, EventProblems& problems, Arena& arena) {
    if (event.lines.size() < 2) return;
    const std::span<std::uint32_t> order = arena.array<std::uint32_t>(event.lines.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto position = [&](std::uint32_t i) {
        return std::pair(event.lines[i].sku, place_of(event, event.lines[i]));
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(position(a), a) < std::pair(position(b), b);
    });
    const std::span<bool> again = arena.array<bool>(order.size());
    for (std::size_t i = 1; i < order.size(); ++i)
        again[order[i]] = position(order[i]) == position(order[i - 1]);
    for (std::uint32_t i = 0; i < again.size(); ++i)
        if (again[i]) problems.good(i, Refusal::duplicate_line);
}

Refusal line_refusal(const State& state, const RecordEvent& event, const Line& line) {
    Refusal refusal = quantity_refusal(line.quantity, 0);
    if (refusal == Refusal::none) refusal = position_refusal(state, event, line);
    if (refusal == Refusal::none && line.bucket != Bucket::sellable)
        refusal = Refusal::value_out_of_range;
    const bool book_fits = line.book <= level_max && line.book >= -level_max &&
                           line.book_suspect <= level_max && line.book_suspect >= -level_max;
    if (refusal == Refusal::none && line.names_book && !book_fits)
        refusal = Refusal::level_out_of_range;
    return refusal;
}

/// What stands against the sources that the count says it includes.
Refusal includes_refusal(const State& state, const RecordEvent& event, Arena& arena,
                         std::span<IncludedSourceField>& includes) {
    if (event.includes.size() > count_sources_max) return Refusal::too_many_lines;
    includes = arena.array<IncludedSourceField>(event.includes.size());
    for (std::size_t i = 0; i < includes.size(); ++i) {
        const SourceCut& cut = event.includes[i];
        const NameId source{state.names.find(cut.source)};
        if (state.sources.find(source) == nullptr) return Refusal::unknown_source;
        includes[i] = {.source = source.raw, .epoch = cut.epoch, .seq = cut.seq};
        for (std::size_t before = 0; before < i; ++before)
            if (includes[before].source == includes[i].source) return Refusal::duplicate_line;
    }
    return Refusal::none;
}

/// The moment that a count holds for, and how it compares with the counts before it.
class Cut {
  public:
    Cut(const Context& context, const RecordEvent& event)
        : state_(context.state),
          seq_(event.cut_seq),
          counted_at_(to_raw(event.envelope.occurred_at)) {}

    /// Whether a later count of the position was applied, or may have been and is forgotten: then
    /// this one is evidence and nothing more.
    [[nodiscard]] bool overtaken(SkuId sku, LocationId at) const {
        if (seq_ != 0 && seq_ < state_.counts.oldest_known()) return true;
        const CountTable::Applied last = state_.counts.last(sku, at);
        if (last.cut == nullptr) return false;
        if (seq_ == 0)
            return counted_at_ != 0 && last.cut->counted_at != 0 &&
                   counted_at_ < last.cut->counted_at;
        return seq_ < last.cut->seq || corrections_behind(sku, at) >= overlapping_counts_max;
    }
    /// What counts corrected after the cut, although they hold for a moment before it: the book at
    /// the cut knows nothing of it yet.
    [[nodiscard]] Units corrected_since(SkuId sku, LocationId at) const {
        Units units = 0;
        for (const CountCorrection& c : state_.counts.corrections(sku, at))
            if (seq_ != 0 && c.seq > seq_) units += c.delta;
        return units;
    }

  private:
    [[nodiscard]] std::size_t corrections_behind(SkuId sku, LocationId at) const {
        const auto list = state_.counts.corrections(sku, at);
        return static_cast<std::size_t>(std::count_if(
            list.begin(), list.end(), [&](const CountCorrection& c) { return c.seq > seq_; }));
    }
    const State& state_;
    std::uint64_t seq_;
    std::int64_t counted_at_;
};

/// What the ledger held of the position at the cut, counted as the count counts.
Units book_of(const State& state, const RecordEvent& event, const Line& line, LocationId at,
              const Cut& cut) {
    if (planted(Bug::count_added_to_the_book)) return 0;
    if (line.names_book && !planted(Bug::count_without_its_position))
        return line.book + cut.corrected_since(line.sku, at);
    const Units picked =
        event.picked_included ? 0 : state.positions.level(line.sku, at, Bucket::picked);
    return state.positions.level(line.sku, at, Bucket::sellable) - picked;
}

}  // namespace

Outcome record_count(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    if (event.channel != kNoChannel && event.channel.raw >= state.channels.size())
        return refused(Refusal::unknown_channel);
    if (event.cut_seq > state.seq) return refused(Refusal::value_out_of_range);
    std::span<IncludedSourceField> includes;
    if (const Refusal r = includes_refusal(state, event, context.arena, includes);
        r != Refusal::none)
        return refused(r);
    if (state.counts.size() + event.lines.size() > state.limits.count_rows_max)
        return refused(Refusal::table_full);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i)
        problems.good(i, line_refusal(state, event, event.lines[i]));
    if (problems.empty()) refuse_counted_twice(event, problems, context.arena);
    if (!problems.empty()) return problems.outcome();

    const Cut cut(context, event);
    EventProblems evidence(event, context.arena);
    Movement movement(context, event.lines.size());
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        const LocationId at = place_of(event, line);
        if (cut.overtaken(line.sku, at)) {
            evidence.good(i, Refusal::older_than_last_count);
            continue;
        }
        const auto correct = [&](Bucket bucket, Units delta) {
            movement.change(line.sku, at, bucket, delta, PlaceKind::external);
        };
        correct(Bucket::sellable, line.quantity - book_of(state, event, line, at, cut));
        // What was missing has been looked for: it is in the count, or it is not there.
        const Units missing_now = state.positions.level(line.sku, at, Bucket::suspect);
        const Units missing =
            line.names_book ? std::min(line.book_suspect, missing_now) : missing_now;
        if (missing > 0) correct(Bucket::suspect, -missing);
    }
    if (!movement.in_range()) return refused(Refusal::level_out_of_range);

    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    movement.write_postings(fact);
    write_event_fields(entry, fact, event);
    fact.value(FieldTag::count_cut,
               CountCutField{event.cut_seq, to_raw(event.envelope.occurred_at)});
    if (!includes.empty()) fact.list<IncludedSourceField>(FieldTag::count_includes, includes);
    new_part_fields(fact, context, {}, evidence.view());
    movement.write_cases(fact);
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
