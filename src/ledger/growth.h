// A line of a reservation that wants more than it has: the difference is a new hold. Internal to
// the ledger.
#pragma once

#include "ledger/reservation_changes.h"

namespace holdfast::ledger {

/// How much a line's location matters.
enum class Stay : std::uint8_t {
    must,  ///< there or nowhere
    may,   ///< there if it has all of it, else wherever the channel's pool has it
};

/// Units that lines want beyond what they have. `index` says which line of the request it is.
class Growth {
  public:
    explicit Growth(Arena& arena) : lines_(arena, 0), stay_(arena, 0), index_(arena, 0) {}

    void add(std::uint32_t index, const Line& line, Stay stay) {
        lines_.push_back(line);
        stay_.push_back(stay);
        index_.push_back(index);
    }
    [[nodiscard]] std::size_t size() const { return lines_.size(); }
    [[nodiscard]] std::span<Line> lines() { return lines_.view(); }
    [[nodiscard]] Stay stay(std::size_t i) const { return stay_.view()[i]; }
    [[nodiscard]] std::uint32_t index(std::size_t i) const { return index_.view()[i]; }

  private:
    ArenaList<Line> lines_;
    ArenaList<Stay> stay_;
    ArenaList<std::uint32_t> index_;
};

/// Plans what fits. Problems carry the indexes of the request.
Plan plan_growth(const Context& context, const Reservation& reservation, Growth& growth);

}  // namespace holdfast::ledger
