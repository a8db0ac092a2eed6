// Which rows of a table have ended, by generations of log time: when a generation is old enough,
// its rows are forgotten, and a replay forgets the same.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/instant.h"

namespace holdfast::ledger {

/// Documents that ended (deliveries, announced returns) are remembered for at least 30 days: a
/// correction that comes late still finds what it corrects.
inline constexpr Microseconds ended_document_generation = std::chrono::hours(24 * 15);
inline constexpr std::int32_t ended_document_generations = 3;

/// The number of a moment's generation; never 0, which stands for a row that has not ended.
inline std::int32_t document_generation_at(Instant now) {
    return static_cast<std::int32_t>(to_raw(now) / ended_document_generation.count()) + 1;
}

template <class Key>
class EndedRows {
  public:
    explicit EndedRows(std::int32_t generations = ended_document_generations)
        : generations_(generations) {}
    void add(std::int32_t generation, const Key& key) { ended_[generation].push_back(key); }
    /// Visits (generation, key) of everything that is too old at `now`, and drops it from the list.
    /// A row that was opened again since does not carry that generation any more: the visitor
    /// looks.
    template <class Visit>
    void forget_at(Instant now, Visit&& visit) {
        const std::int32_t kept_from = document_generation_at(now) - generations_ + 1;
        while (!ended_.empty() && ended_.begin()->first < kept_from) {
            for (const Key& key : ended_.begin()->second) visit(ended_.begin()->first, key);
            ended_.erase(ended_.begin());
        }
    }

  private:
    std::int32_t generations_;
    std::map<std::int32_t, std::vector<Key>> ended_;
};

}  // namespace holdfast::ledger
