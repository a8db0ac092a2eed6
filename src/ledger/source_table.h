// Who has spoken, and how far what each source numbers has been recorded: its epoch, its highest
// number, and the gaps below it. Kept for ever: a source with a sequence needs no keys.
//
// A number is recorded once. One above the highest may leave a gap behind it; one inside a gap is
// late and closes it; any other was recorded before. Gaps are bounded: when there are too many the
// lowest is given up, and what lies there can no longer be told apart from a repeat.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/instant.h"
#include "canonical/ids.h"

namespace holdfast::ledger {

inline constexpr std::size_t source_gaps_max = 64;
/// A gap that is still open after so long raises a case.
inline constexpr Microseconds source_gap_patience = std::chrono::minutes(15);

struct SourcePosition {
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;  ///< the highest number recorded in the epoch
};

/// Numbers first..last that were skipped.
struct SourceGap {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::int64_t opened_at = 0;  ///< log time of the fact that skipped them
    /// A case was raised, or none is wanted: the numbers below the first that the hub was told are
    /// from a time before it.
    bool told = false;
    bool overdue = false;  ///< a case was raised
    friend bool operator==(const SourceGap&, const SourceGap&) = default;
};

struct SourceRow {
    SourcePosition position;
    std::uint64_t given_up = 0;   ///< no number up to this one is taken any more
    std::int64_t heard_at = 0;    ///< log time of the last fact that it reported
    bool numbered = false;        ///< a number of this epoch was recorded or announced
    bool announced_only = false;  ///< an epoch that nobody announced is refused
    std::vector<SourceGap> gaps;  ///< ascending
};

/// What a number of a source means.
enum class SourceVerdict : std::uint8_t {
    next,           ///< above the highest: to be recorded
    late,           ///< inside a gap: to be recorded
    new_epoch,      ///< the first of an epoch that nobody announced: to be recorded
    recorded,       ///< a repeat
    given_up,       ///< where gaps were given up: a repeat or not, nobody knows
    stale_epoch,    ///< of an epoch before the source's
    not_announced,  ///< of an epoch that should have been announced
};

class SourceTable {
  public:
    [[nodiscard]] const SourceRow* find(NameId source) const {
        const auto it = rows_.find(source);
        return it == rows_.end() ? nullptr : &it->second;
    }
    [[nodiscard]] SourcePosition position(NameId source) const {
        const SourceRow* row = find(source);
        return row == nullptr ? SourcePosition{} : row->position;
    }
    [[nodiscard]] SourceVerdict verdict(NameId source, const SourcePosition& at) const;
    /// Whether something is missing that a case was raised for.
    [[nodiscard]] bool misses_overdue(NameId source) const;
    [[nodiscard]] const std::map<NameId, SourceRow>& rows() const { return rows_; }
    /// When the next untold gap has been open too long; nothing is open: the far future.
    [[nodiscard]] Instant next_overdue() const;

    // Changes, by apply and checkpoint loading only.

    /// The source reported a fact.
    void hear(NameId source, Instant now) { rows_[source].heard_at = to_raw(now); }
    /// The fact carried this number, whose verdict was `next` or `late`.
    void record(NameId source, const SourcePosition& at, Instant now);
    /// A new epoch begins with whatever number is heard first.
    void begin_epoch(NameId source, std::uint64_t epoch);
    /// A new epoch begins with the number `first`; what gaps there were are given up.
    void announce(NameId source, std::uint64_t epoch, std::uint64_t first, bool announced_only);
    /// What is missing up to this number will not come.
    void give_up(NameId source, std::uint64_t last);
    /// A case was raised for the gap.
    void tell(NameId source, std::uint64_t first);
    void restore(NameId source, SourceRow row) { rows_[source] = std::move(row); }

  private:
    std::map<NameId, SourceRow> rows_;
};

}  // namespace holdfast::ledger
