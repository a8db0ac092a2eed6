// The twin's sources: every number that was heard, and the gaps as what is missing between them.
#include <algorithm>

#include "ledger/parked_table.h"
#include "ledger/source_table.h"
#include "ledger/twin.h"

namespace holdfast::ledger {

std::uint64_t TwinSource::highest() const {
    return numbers.empty() ? begins_after : std::max(begins_after, *numbers.rbegin());
}

std::vector<TwinSource::Gap> TwinSource::gaps() const {
    std::vector<Gap> list;
    std::uint64_t before = begins_after;
    for (const std::uint64_t number : numbers) {
        Gap gap{.first = before + 1, .last = number - 1};
        before = number;
        if (gap.first > gap.last || gap.last <= given_up) continue;
        gap.first = std::max(gap.first, given_up + 1);
        gap.opened_at = highest_at.upper_bound(gap.last)->second;
        const auto lies_in = [&](const auto& range) {
            return range.first <= gap.first && gap.last <= range.second;
        };
        gap.told = std::any_of(told.begin(), told.end(), lies_in);
        gap.overdue = std::any_of(overdue.begin(), overdue.end(), lies_in);
        list.push_back(gap);
    }
    return list;
}

void TwinSource::begin_epoch(std::uint64_t next_epoch) {
    epoch = next_epoch;
    begins_after = given_up = 0;
    numbered = false;
    numbers.clear();
    highest_at.clear();
    told.clear();
    overdue.clear();
}

void TwinSource::hear_number(std::uint64_t number, std::int64_t now) {
    // What was said before the hub was told of the source is missed by nobody.
    if (!numbered) told.emplace_back(1, number - 1);
    numbered = true;
    if (number > highest()) highest_at[number] = now;
    numbers.insert(number);
    for (auto open = gaps(); open.size() > source_gaps_max; open = gaps())
        given_up = open.front().last;
}

Refusal Twin::refusal_of_number(const Envelope& envelope) const {
    const auto row = sources.find(std::string(envelope.source));
    if (row == sources.end()) return Refusal::none;
    const TwinSource& source = row->second;
    if (envelope.source_epoch < source.epoch) return Refusal::stale_source_epoch;
    if (envelope.source_epoch > source.epoch)
        return source.announced_only ? Refusal::source_epoch_not_announced : Refusal::none;
    const std::uint64_t number = envelope.source_seq;
    if (number > source.highest()) return Refusal::none;
    if (number <= source.given_up) return Refusal::sequence_given_up;
    return source.numbers.contains(number) ? Refusal::already_recorded : Refusal::none;
}

/// A numbered source that speaks of a later epoch without notice: recorded before what it says.
void Twin::begin_epoch_unannounced(const Envelope& envelope, TwinOutcome& outcome) {
    if (envelope.source.empty() || envelope.source_seq == 0) return;
    TwinSource& source = sources[std::string(envelope.source)];
    if (!source.numbered || envelope.source_epoch <= source.epoch) return;
    source.begin_epoch(envelope.source_epoch);
    TwinFact fact;
    fact.type = FactType::source_epoch_changed;
    fact.seq = ++seq;
    fact.raises = {CaseKind::source_epoch_unannounced};
    if (!has_name(envelope.reason)) fact.reason_text = envelope.reason;
    outcome.facts.push_back(fact);
}

void Twin::hear_source(const Envelope& envelope, Instant now) {
    if (envelope.source.empty()) return;
    TwinSource& source = sources[std::string(envelope.source)];
    source.heard_at = to_raw(now);
    if (envelope.source_seq == 0) return;
    source.epoch = envelope.source_epoch;
    source.hear_number(envelope.source_seq, to_raw(now));
}

TwinOutcome Twin::on(const ChangeSourceEpoch& c, Instant now) {
    const std::string name(c.source);
    const bool control = std::any_of(name.begin(), name.end(), [](char ch) {
        return static_cast<unsigned char>(ch) < 32 || ch == 127;
    });
    if (name.empty() || name.size() > code_bytes_max || control)
        return twin_refused(Refusal::code_not_allowed);
    if (c.envelope.source_seq != 0 && c.envelope.source == c.source)
        return twin_refused(Refusal::value_out_of_range);
    if (c.first == 0) return twin_refused(Refusal::value_out_of_range);
    if (!has_name(name) && names.size() >= limits_.source_names_max)
        return twin_refused(Refusal::table_full);
    const auto row = sources.find(name);
    const TwinSource known = row == sources.end() ? TwinSource{} : row->second;
    if (c.epoch < known.epoch) return twin_refused(Refusal::stale_source_epoch);
    if (c.epoch == known.epoch && c.first <= known.highest())
        return twin_refused(Refusal::value_out_of_range);
    Draft draft;
    draft.type = FactType::source_epoch_changed;
    draft.subject = name;
    draft.upsert = [&] {
        TwinSource& source = sources[name];
        source.begin_epoch(c.epoch);
        source.begins_after = source.given_up = c.first - 1;
        source.numbered = true;
        source.announced_only = c.announced_only;
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const GiveUpSequence& c, Instant now) {
    const auto row = sources.find(std::string(c.source));
    if (row == sources.end()) return twin_refused(Refusal::unknown_source);
    const bool numbers_itself = c.envelope.source_seq != 0 && c.envelope.source == c.source;
    const std::vector<TwinSource::Gap> gaps = row->second.gaps();
    const bool misses = std::any_of(
        gaps.begin(), gaps.end(), [&](const TwinSource::Gap& gap) { return gap.first <= c.last; });
    if (numbers_itself || !misses || c.last > row->second.highest())
        return twin_refused(Refusal::value_out_of_range);
    Draft draft;
    draft.type = FactType::source_sequence_given_up;
    draft.upsert = [&] {
        std::uint64_t& given_up = sources[std::string(c.source)].given_up;
        given_up = std::max(given_up, c.last);
    };
    return record(draft, &c.envelope, now);
}

/// A repeat that comes with a number which was not heard yet: the number counts as heard.
TwinOutcome Twin::repeated(const Envelope& envelope, TwinOutcome answer, Instant now) {
    if (answer.kind != Outcome::Kind::repeated) return answer;
    const bool numbered = envelope.source_seq != 0 && !envelope.source.empty();
    if (!numbered || refusal_of_number(envelope) != Refusal::none || !names_have_room(envelope))
        return answer;
    Envelope without_keys = envelope;
    without_keys.transport = without_keys.semantic = {};
    Draft draft;
    draft.type = FactType::source_number_settled;
    const TwinOutcome settled = record(draft, &without_keys, now);
    answer.facts = settled.facts;
    return answer;
}

/// Whether no other source is the one that is believed, wherever the event says it happened.
bool Twin::believed(const RecordEvent& c) const {
    std::set<LocationId> places;
    const LocationId whole = c.names_location ? c.location : kNoLocation;
    for (const Line& line : c.lines) places.insert(line.names_location ? line.location : whole);
    if (places.empty()) places.insert(whole);
    for (const LocationId at : places)
        for (const auto& scope : {std::pair{c.type, at}, std::pair{c.type, kNoLocation},
                                  std::pair{FactType{}, at}, std::pair{FactType{}, kNoLocation}}) {
            const auto row = authority.find(scope);
            if (row == authority.end()) continue;
            if (row->second.first != c.envelope.source) return false;
            break;
        }
    return true;
}

/// What the event would do is tried on a copy of everything.
TwinOutcome Twin::advise(const RecordEvent& c, Instant now) {
    Envelope envelope = c.envelope;
    auto seen = seen_before(envelope, now);
    const bool differs = seen && seen->refusal == Refusal::event_identity_conflict;
    envelope.semantic = {};
    if (differs) seen = seen_before(envelope, now);
    if (seen) return repeated(c.envelope, *seen, now);
    Twin copy = *this;
    const TwinOutcome tried = copy.in_base_units(c, now);
    if (tried.kind != Outcome::Kind::recorded) return tried;
    std::map<TwinPosting, Units> would_be;
    for (const TwinFact& fact : tried.facts)
        for (const auto& [where, delta] : fact.postings)
            if (std::get<Place>(where).kind() == PlaceKind::location) would_be[where] += delta;
    std::erase_if(would_be, [](const auto& row) { return row.second == 0; });
    Draft draft;
    draft.type = c.type;
    if (differs || !would_be.empty()) draft.raises = {CaseKind::ownership_conflict};
    TwinOutcome outcome = record(draft, &envelope, now);
    outcome.facts.back().advisory = true;
    outcome.facts.back().would_be = would_be;
    return outcome;
}

TwinOutcome Twin::on(const ChangeAuthority& c, Instant now) {
    if (c.type != FactType{} && !is_event(c.type)) return twin_refused(Refusal::value_out_of_range);
    if (c.names_location && !known(c.location)) return twin_refused(Refusal::unknown_location);
    const std::string source(c.source);
    if (!source.empty() && !sources.contains(source)) return twin_refused(Refusal::unknown_source);
    Draft draft;
    draft.type = FactType::authority_changed;
    draft.upsert = [&] {
        const std::pair scope{c.type, c.names_location ? c.location : kNoLocation};
        if (source.empty())
            authority.erase(scope);
        else
            authority[scope] = {source, seq};
    };
    return record(draft, &c.envelope, now);
}

/// One fact for each gap that is open too long, source by source in the order of their names' ids.
TwinOutcome Twin::on(const ReportOverdue& c, Instant now) {
    std::vector<std::pair<std::string, TwinSource::Gap>> overdue;
    for (const std::string& name : names)
        if (const auto row = sources.find(name); row != sources.end())
            for (const TwinSource::Gap& gap : row->second.gaps())
                if (!gap.told && gap.opened_at + source_gap_patience.count() <= to_raw(now))
                    overdue.emplace_back(name, gap);
    std::map<std::uint64_t, TwinParked*> waiting;  // by seq
    for (auto& [order, events] : parked)
        for (TwinParked& event : events)
            if (!event.told && event.parked_at + parked_patience.count() <= to_raw(now))
                waiting[event.seq] = &event;
    TwinOutcome outcome;
    if ((overdue.empty() && waiting.empty()) || c.facts_max == 0) return outcome;
    intern("overdue", outcome);
    const std::uint64_t answering = seq + 1;
    if (overdue.size() > c.facts_max) overdue.resize(c.facts_max);
    while (overdue.size() + waiting.size() > c.facts_max) waiting.erase(std::prev(waiting.end()));
    for (const auto& [name, gap] : overdue) {
        Draft draft;
        draft.type = FactType::source_gap_overdue;
        draft.raises = {CaseKind::sequence_gap};
        record_fact(draft, nullptr, now, outcome);
        sources[name].told.emplace_back(gap.first, gap.last);
        sources[name].overdue.emplace_back(gap.first, gap.last);
    }
    for (const auto& [parked_seq, event] : waiting) {
        Draft draft;
        draft.type = FactType::parked_overdue;
        draft.raises = {CaseKind::event_without_cause};
        record_fact(draft, nullptr, now, outcome);
        event->told = true;
    }
    outcome.seq = answering;
    forget(now);
    return outcome;
}

}  // namespace holdfast::ledger
