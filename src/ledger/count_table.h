// Which count of each position was applied last, and what that count had seen: so that an older
// count, or a fact that the shelf showed already, does not move the stock a second time. Forgotten
// by generations of log time, as keys are; what is older than that cannot be told apart from new.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "base/flat_map.h"
#include "base/instant.h"
#include "canonical/fact.h"

namespace holdfast::ledger {

/// Counts are remembered for at least 7 days.
inline constexpr Microseconds count_generation = std::chrono::hours(84);
inline constexpr std::uint32_t count_generations = 3;

/// The moment that a count holds for.
struct CountCut {
    std::uint64_t seq = 0;  ///< what the ledger had recorded: the count's own seq if it did not say
    std::int64_t counted_at = 0;  ///< business time; 0 = it did not say
    std::vector<IncludedSourceField> includes;
};

/// What an applied count changed.
struct CountCorrection {
    std::uint64_t seq = 0;  ///< of the count's fact
    Units delta = 0;        ///< of sellable
    friend bool operator==(const CountCorrection&, const CountCorrection&) = default;
};
/// Counts of one position whose cuts lie before the facts of others: more are not applied.
inline constexpr std::size_t overlapping_counts_max = 4;

class CountTable {
  public:
    struct Applied {
        std::uint64_t count = 0;  ///< seq of its fact
        const CountCut* cut = nullptr;
    };
    [[nodiscard]] bool empty() const {
        return std::all_of(kept_.begin(), kept_.end(),
                           [](const Generation& g) { return g.positions.empty(); });
    }
    /// The count that was applied last; `cut` is nullptr where none is known. Valid until apply.
    [[nodiscard]] Applied last(SkuId sku, LocationId at) const;
    /// What counts corrected by facts behind the last applied cut, in the order of the facts.
    [[nodiscard]] std::span<const CountCorrection> corrections(SkuId sku, LocationId at) const;
    /// Counts whose cut lies before this were perhaps overtaken by one that is forgotten.
    [[nodiscard]] std::uint64_t oldest_known() const { return oldest_known_; }
    /// Rows of positions, all generations together.
    [[nodiscard]] std::uint64_t size() const;

    /// Visits (generation, seq of the count's fact, its cut).
    template <class Visit>
    void for_each_count(Visit&& visit) const {
        for (const Generation& g : kept_)
            for (const auto& [id, cut] : g.counts) visit(g.number, id, cut);
    }
    /// Visits (generation, SKU, location, seq of the count's fact).
    template <class Visit>
    void for_each_position(Visit&& visit) const {
        for (const Generation& g : kept_)
            for (const auto& [key, id] : g.positions)
                visit(g.number, SkuId{static_cast<std::uint32_t>(key >> 32)},
                      LocationId{static_cast<std::uint32_t>(key)}, id);
    }
    template <class Visit>
    void for_each_corrected(Visit&& visit) const {
        for (const auto& [key, list] : corrections_)
            visit(SkuId{static_cast<std::uint32_t>(key >> 32)},
                  LocationId{static_cast<std::uint32_t>(key)}, list);
    }
    /// Visits (number, seq at its beginning) of the generations, newest first.
    template <class Visit>
    void for_each_generation(Visit&& visit) const {
        for (const Generation& g : kept_) visit(g.number, g.first_seq);
    }

    // Changes, by apply and checkpoint loading only.
    void begin(std::uint64_t count, CountCut cut, Instant now);
    void apply(std::uint64_t count, SkuId sku, LocationId at, Units delta);
    /// Begins the generation of `now` unless it has begun, and forgets what is then too old.
    /// `next_seq` is that of the next fact.
    void advance(Instant now, std::uint64_t next_seq);
    void restore_generation(std::int64_t number, std::uint64_t first_seq);
    void restore_count(std::int64_t number, std::uint64_t count, CountCut cut);
    void restore_position(std::int64_t number, SkuId sku, LocationId at, std::uint64_t count);
    void restore_corrections(SkuId sku, LocationId at, std::vector<CountCorrection> list);
    /// Whether every position leads to a count that is there: to be asked after a restore.
    [[nodiscard]] bool whole() const;
    void restore_oldest_known(std::uint64_t seq) { oldest_known_ = seq; }

  private:
    struct Generation {
        std::int64_t number = 0;
        std::uint64_t first_seq = 0;
        std::map<std::uint64_t, CountCut> counts;
        FlatMap<std::uint64_t, std::uint64_t> positions;  // position -> count
    };
    static std::uint64_t key(SkuId sku, LocationId at) {
        return std::uint64_t{sku.raw} << 32 | at.raw;
    }
    static std::int64_t number_at(Instant now) { return to_raw(now) / count_generation.count(); }
    Generation* find(std::int64_t number);

    std::deque<Generation> kept_;  // newest first
    // Of counts that named their cut: facts may lie between the cut and the count.
    FlatMap<std::uint64_t, std::vector<CountCorrection>> corrections_;
    std::uint64_t oldest_known_ = 0;
};

}  // namespace holdfast::ledger
