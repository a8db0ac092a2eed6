// The cases and the ways to find them: by id, by subject, by position, in the order of the queue.
// A change goes through `change`, which keeps every index true; rows are never changed in place.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/flat_map.h"
#include "base/hash.h"
#include "cases/case_row.h"
#include "cases/settling.h"

namespace holdfast::cases {

/// The queue: most money at risk first, then the oldest.
struct QueueKey {
    std::int64_t money = 0;
    CaseId id;
    friend bool operator==(const QueueKey&, const QueueKey&) = default;
    friend std::strong_ordering operator<=>(const QueueKey& a, const QueueKey& b) {
        if (const auto order = b.money <=> a.money; order != 0) return order;
        return a.id <=> b.id;
    }
};

/// What one kind of cases comes to.
struct KindTotals {
    std::uint64_t open = 0;
    std::uint64_t snoozed = 0;
    std::int64_t money = 0;        ///< at risk in open and snoozed cases together
    std::set<std::uint64_t> live;  ///< ids of open and snoozed cases, the oldest first
    friend bool operator==(const KindTotals&, const KindTotals&) = default;
};

class CaseTable {
  public:
    /// `seed` keys the hash of subjects: order numbers are chosen outside.
    explicit CaseTable(std::uint64_t seed) : seed_(seed) {}

    [[nodiscard]] const Case* find(CaseId id) const {
        const auto it = rows_.find(id.raw);
        return it == rows_.end() ? nullptr : &it->second;
    }
    /// The case about this subject, whatever its state; nullptr where there is none.
    [[nodiscard]] const Case* find(const Subject& subject) const;
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] std::uint64_t texts_bytes() const { return texts_bytes_; }
    /// Every case, the oldest first.
    [[nodiscard]] const std::map<std::uint64_t, Case>& rows() const { return rows_; }
    [[nodiscard]] const std::set<QueueKey>& live() const { return live_; }
    [[nodiscard]] const std::set<QueueKey>& resolved() const { return resolved_; }
    [[nodiscard]] const std::map<CaseKind, KindTotals>& totals() const { return totals_; }
    /// Live cases at a position whose units at risk follow the ledger's numbers.
    [[nodiscard]] std::span<const CaseId> watching(SkuId sku, LocationId at) const;
    [[nodiscard]] bool watches_nothing() const { return watching_.empty(); }
    /// Live cases that a fact which brings this about settles, the oldest first.
    [[nodiscard]] std::vector<CaseId> awaiting(const Settling& what) const;
    [[nodiscard]] bool awaits_nothing() const { return awaiting_.empty(); }
    /// Every case about a SKU, the oldest first.
    [[nodiscard]] std::vector<CaseId> about(SkuId sku) const;
    /// Snoozed cases whose time has come, the earliest first.
    [[nodiscard]] std::vector<CaseId> due(Instant now, std::size_t cases_max) const;
    /// When the next snoozed case wakes; none: the far future.
    [[nodiscard]] Instant next_wake() const;
    /// The case that was resolved first; id 0 where all are live.
    [[nodiscard]] CaseId resolved_first() const {
        return by_resolution_.empty() ? CaseId{} : CaseId{by_resolution_.begin()->second};
    }

    // Changes, by apply and checkpoint loading only.
    void add(Case row);
    template <class Change>
    void change(CaseId id, Change&& change) {
        const auto it = rows_.find(id.raw);
        HOLDFAST_CHECK(it != rows_.end(), "a change names a known case");
        unlink(it->second);
        change(it->second);
        link(it->second);
    }
    void forget(CaseId id);

    /// Whether every index says what the rows say: walks everything.
    [[nodiscard]] bool indexes_hold() const;

  private:
    [[nodiscard]] Hash128 key_of(const Subject& subject) const;
    void link(const Case& row);
    void unlink(const Case& row);

    std::uint64_t seed_;
    std::map<std::uint64_t, Case> rows_;
    std::map<Hash128, std::uint64_t> by_subject_;
    FlatMap<std::uint64_t, std::vector<CaseId>> watching_;  // by position
    std::map<Settling, std::set<std::uint64_t>> awaiting_;
    std::set<std::pair<std::uint32_t, std::uint64_t>> by_sku_;
    std::set<QueueKey> live_;
    std::set<QueueKey> resolved_;
    std::set<std::pair<std::int64_t, std::uint64_t>> wakes_;          // time, id
    std::set<std::pair<std::int64_t, std::uint64_t>> by_resolution_;  // time, id
    std::map<CaseKind, KindTotals> totals_;
    std::uint64_t texts_bytes_ = 0;
};

}  // namespace holdfast::cases
