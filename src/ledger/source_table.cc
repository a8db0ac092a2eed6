#include "ledger/source_table.h"

#include <algorithm>

#include "base/check.h"

namespace holdfast::ledger {
namespace {

/// The gap that holds the number, or the end.
template <class Gaps>
auto gap_of(Gaps& gaps, std::uint64_t seq) {
    const auto at = std::ranges::lower_bound(gaps, seq, {}, &SourceGap::last);
    return at != gaps.end() && at->first <= seq ? at : gaps.end();
}

void keep_within_bound(SourceRow& row) {
    while (row.gaps.size() > source_gaps_max) {
        row.given_up = row.gaps.front().last;
        row.gaps.erase(row.gaps.begin());
    }
}

/// Takes one number out of its gap, which may leave a gap on either side.
void close_at(SourceRow& row, std::uint64_t seq) {
    const auto gap = gap_of(row.gaps, seq);
    HOLDFAST_CHECK(gap != row.gaps.end(), "a late number lies in a gap");
    const bool below = gap->first < seq, above = seq < gap->last;
    SourceGap upper = *gap;
    upper.first = seq + 1;
    if (below) gap->last = seq - 1;
    if (below && above)
        row.gaps.insert(gap + 1, upper);
    else if (above)
        *gap = upper;
    else if (!below)
        row.gaps.erase(gap);
}

}  // namespace

SourceVerdict SourceTable::verdict(NameId source, const SourcePosition& at) const {
    const SourceRow* row = find(source);
    if (row == nullptr) return SourceVerdict::next;
    if (at.epoch < row->position.epoch) return SourceVerdict::stale_epoch;
    if (at.epoch > row->position.epoch) {
        if (row->announced_only) return SourceVerdict::not_announced;
        return row->numbered ? SourceVerdict::new_epoch : SourceVerdict::next;
    }
    if (at.seq > row->position.seq) return SourceVerdict::next;
    if (gap_of(row->gaps, at.seq) != row->gaps.end()) return SourceVerdict::late;
    return at.seq <= row->given_up ? SourceVerdict::given_up : SourceVerdict::recorded;
}

bool SourceTable::misses_overdue(NameId source) const {
    const SourceRow* row = find(source);
    return row != nullptr && std::ranges::any_of(row->gaps, &SourceGap::overdue);
}

Instant SourceTable::next_overdue() const {
    Instant next = Instant::max();
    for (const auto& [source, row] : rows_)
        for (const SourceGap& gap : row.gaps)
            if (!gap.told)
                next = std::min(next, instant_from_raw(gap.opened_at) + source_gap_patience);
    return next;
}

void SourceTable::record(NameId source, const SourcePosition& at, Instant now) {
    SourceRow& row = rows_[source];
    if (row.numbered && at.epoch != row.position.epoch) begin_epoch(source, at.epoch);
    if (row.numbered && at.seq <= row.position.seq) {
        close_at(row, at.seq);
    } else {
        const std::uint64_t expected = row.position.seq + 1;
        if (at.seq > expected)
            row.gaps.push_back({.first = expected,
                                .last = at.seq - 1,
                                .opened_at = to_raw(now),
                                .told = !row.numbered});
        row.position = at;
        row.numbered = true;
    }
    keep_within_bound(row);
}

void SourceTable::begin_epoch(NameId source, std::uint64_t epoch) {
    SourceRow& row = rows_[source];
    row.position = {.epoch = epoch, .seq = 0};
    row.given_up = 0;
    row.numbered = false;
    row.gaps.clear();
}

void SourceTable::announce(NameId source, std::uint64_t epoch, std::uint64_t first,
                           bool announced_only) {
    begin_epoch(source, epoch);
    SourceRow& row = rows_[source];
    row.position.seq = first - 1;
    row.given_up = first - 1;
    row.numbered = true;
    row.announced_only = announced_only;
}

void SourceTable::give_up(NameId source, std::uint64_t last) {
    const auto row = rows_.find(source);
    HOLDFAST_CHECK(row != rows_.end(), "numbers are given up of a known source");
    std::erase_if(row->second.gaps, [&](const SourceGap& gap) { return gap.last <= last; });
    for (SourceGap& gap : row->second.gaps) gap.first = std::max(gap.first, last + 1);
    row->second.given_up = std::max(row->second.given_up, last);
}

void SourceTable::tell(NameId source, std::uint64_t first) {
    const auto row = rows_.find(source);
    HOLDFAST_CHECK(row != rows_.end(), "a gap is told of a known source");
    const auto gap = std::ranges::find(row->second.gaps, first, &SourceGap::first);
    HOLDFAST_CHECK(gap != row->second.gaps.end(), "a gap that is told is open");
    gap->told = gap->overdue = true;
}

}  // namespace holdfast::ledger
