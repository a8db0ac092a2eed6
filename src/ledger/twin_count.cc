// The twin's counts: what was found against what was believed at that moment, and what the shelf
// had shown before anybody told of it.
#include <algorithm>

#include "ledger/count_table.h"
#include "ledger/twin.h"

namespace holdfast::ledger {

/// Whether a count of the position that holds for a later moment was applied already.
bool Twin::counted_later(const RecordEvent& c, const TwinPlace& where) const {
    const bool says_cut = c.cut_seq != 0;
    if (says_cut && c.cut_seq < counts_known_from) return true;
    const auto last = counts.find(where);
    if (last == counts.end()) return false;
    if (!says_cut)
        return c.envelope.occurred_at != Instant{} && last->second.counted_at &&
               to_raw(c.envelope.occurred_at) < *last->second.counted_at;
    if (c.cut_seq < last->second.cut) return true;
    const auto corrected = count_corrections.find(where);
    if (corrected == count_corrections.end()) return false;
    const auto behind = std::count_if(corrected->second.begin(), corrected->second.end(),
                                      [&](const auto& row) { return row.first > c.cut_seq; });
    return behind >= static_cast<std::ptrdiff_t>(overlapping_counts_max);
}

/// Whether the shelf was counted after what the envelope tells of.
bool Twin::counted_since(const Envelope& envelope, const TwinPlace& where) const {
    const auto last = counts.find(where);
    if (last == counts.end()) return false;
    const TwinCount& count = last->second;
    const auto included = count.includes.find(std::string(envelope.source));
    if (envelope.source_seq != 0 && included != count.includes.end())
        return std::pair(envelope.source_epoch, envelope.source_seq) <= included->second;
    return count.counted_at && envelope.occurred_at != Instant{} &&
           to_raw(envelope.occurred_at) <= *count.counted_at;
}

/// What a count has seen moves back in the same fact.
void Twin::see_counts(Draft& draft, const Envelope& envelope) const {
    const auto told = draft.postings;
    for (const auto& [where, delta] : told) {
        const auto& [sku, place, bucket] = where;
        const bool counted = bucket == Bucket::sellable || bucket == Bucket::suspect;
        if (!counted || delta == 0 || place.kind() != PlaceKind::location) continue;
        if (!counted_since(envelope, {sku, place.location()})) continue;
        draft.post(sku, place, bucket, -delta);
        draft.post(sku, Place(PlaceKind::external), Bucket::external, delta);
    }
}

void Twin::begin_count_generation(Instant now, std::uint64_t first_seq) {
    const std::int64_t number = to_raw(now) / count_generation.count();
    if (!count_generations_begun.empty() && count_generations_begun.back().first >= number) return;
    count_generations_begun.emplace_back(number, first_seq);
    while (count_generations_begun.size() > count_generations) {
        const std::int64_t oldest = count_generations_begun.front().first;
        std::erase_if(counts, [&](const auto& row) { return row.second.generation == oldest; });
        std::erase_if(count_rows, [&](const auto& row) { return row.first == oldest; });
        count_generations_begun.erase(count_generations_begun.begin());
        counts_known_from = count_generations_begun.front().second;
    }
}

TwinOutcome Twin::stock_counted(const RecordEvent& c, Instant now) {
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    if (c.cut_seq > seq) return twin_refused(Refusal::value_out_of_range);
    TwinCount count;
    if (c.includes.size() > count_sources_max) return twin_refused(Refusal::too_many_lines);
    for (const SourceCut& cut : c.includes) {
        const std::string source(cut.source);
        if (!sources.contains(source)) return twin_refused(Refusal::unknown_source);
        if (!count.includes.emplace(source, std::pair(cut.epoch, cut.seq)).second)
            return twin_refused(Refusal::duplicate_line);
    }
    if (count_rows.size() + c.lines.size() > limits_.count_rows_max)
        return twin_refused(Refusal::table_full);
    std::vector<TwinProblem> problems = check_event_lines(c);
    if (!problems.empty()) return twin_refused(problems);

    if (c.envelope.occurred_at != Instant{}) count.counted_at = to_raw(c.envelope.occurred_at);
    Draft draft;
    draft.type = FactType::stock_counted;
    std::vector<std::pair<TwinPlace, Units>> corrected;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const TwinPlace where{line.sku, line.names_location ? line.location : c.location};
        if (counted_later(c, where)) {
            draft.set_aside.push_back({i, Refusal::older_than_last_count, 0});
            continue;
        }
        const auto here = [&](Bucket bucket) { return level(where.first, where.second, bucket); };
        Units book = here(Bucket::sellable) - (c.picked_included ? 0 : here(Bucket::picked));
        if (line.names_book) {
            book = line.book;
            // The book of that moment lacks what other counts of earlier moments brought since.
            if (c.cut_seq != 0)
                for (const auto& [fact, delta] : count_corrections[where])
                    if (fact > c.cut_seq) book += delta;
        }
        draft.move(where.first, where.second, Bucket::sellable, line.quantity - book,
                   PlaceKind::external);
        const Units missing = line.names_book ? std::min(line.book_suspect, here(Bucket::suspect))
                                              : here(Bucket::suspect);
        if (missing > 0)
            draft.move(where.first, where.second, Bucket::suspect, -missing, PlaceKind::external);
        corrected.emplace_back(where, line.quantity - book);
    }
    draft.upsert = [this, count, corrected, now, said = c.cut_seq]() mutable {
        begin_count_generation(now, seq);
        count.seq = seq;
        count.cut = said != 0 ? said : seq;
        count.generation = count_generations_begun.back().first;
        for (const auto& [where, delta] : corrected) {
            counts[where] = count;
            count_rows.insert({count.generation, where});
            count_corrections[where].emplace_back(seq, delta);
        }
    };
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
