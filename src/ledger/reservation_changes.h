// The change of one reservation by one fact, gathered before it is written: units taken from its
// parts and units added to them or to new ones. Internal to the ledger.
#pragma once

#include <algorithm>
#include <limits>

#include "ledger/arena_list.h"
#include "ledger/arena_map.h"
#include "ledger/deciders.h"

namespace holdfast::ledger {

inline constexpr std::uint32_t kNoPart = std::numeric_limits<std::uint32_t>::max();

class ReservationChanges {
  public:
    ReservationChanges(const State& state, const Reservation& reservation, Arena& arena)
        : arena_(arena),
          table_(state.reservations),
          parts_(state.reservations.parts(reservation)),
          left_(arena.array<Units>(parts_.size())),
          postings_(arena),
          part_of_posting_(arena),
          part_of_(arena),
          new_lines_(arena) {
        for (std::size_t i = 0; i < parts_.size(); ++i) left_[i] = parts_[i].reserved;
    }

    /// Takes up to `wanted` reserved units of a line from its parts, in part order or backwards.
    Units take_from_line(std::uint64_t line, Units wanted, bool backwards = false) {
        const std::span<const std::uint32_t> parts = parts_of_line(line);
        Units taken = 0;
        for (std::size_t n = 0; n < parts.size(); ++n)
            taken += take(parts[backwards ? parts.size() - 1 - n : n], wanted - taken);
        return taken;
    }
    /// Takes up to `wanted` reserved units of one part.
    Units take(std::size_t part, Units wanted) {
        const Units units = std::min(wanted, left_[part]);
        if (units <= 0) return 0;
        left_[part] -= units;
        post(part, Bucket::reserved, -units);
        return units;
    }
    /// Any bucket of a part, by a caller that did its own arithmetic.
    void post(std::size_t part, Bucket bucket, Units delta) {
        postings_.push_back({.sku = parts_[part].sku,
                             .place = Place{parts_[part].location},
                             .bucket = bucket,
                             .delta = delta});
        part_of_posting_.push_back(static_cast<std::uint32_t>(part));
    }
    /// Adds planned units as reserved: to the line's part at that location, or as a new part.
    void add(const PlannedPart& planned) {
        postings_.push_back({.sku = planned.sku,
                             .place = Place{planned.location},
                             .bucket = Bucket::reserved,
                             .delta = planned.quantity});
        if (part_of_.empty())
            for (std::size_t i = parts_.size(); i-- > 0;)
                part_of_[key(parts_[i])] = static_cast<std::uint32_t>(i) + 1;
        std::uint32_t& part = part_of_[key(planned)];
        if (part == 0) {
            new_lines_.push_back(planned.line);
            part = static_cast<std::uint32_t>(parts_.size() + new_lines_.size());
        }
        part_of_posting_.push_back(part - 1);
    }
    /// A posting that belongs to no part: the physical leg of a shipment.
    void post_outside(const Posting& posting) {
        postings_.push_back(posting);
        part_of_posting_.push_back(kNoPart);
    }

    [[nodiscard]] std::span<const Part> parts() const { return parts_; }
    /// Of a part as it is before the change.
    [[nodiscard]] PartCounts counts(std::size_t part) const { return table_.counts(parts_[part]); }
    [[nodiscard]] Units left(std::size_t part) const { return left_[part]; }
    [[nodiscard]] Units left_of_line(std::uint64_t line) {
        Units units = 0;
        for (const std::uint32_t part : parts_of_line(line)) units += left_[part];
        return units;
    }
    [[nodiscard]] bool has_line(std::uint64_t line) { return !parts_of_line(line).empty(); }
    /// Indexes of the line's parts, in part order.
    [[nodiscard]] std::span<const std::uint32_t> parts_of_line(std::uint64_t line) {
        if (by_line_.empty()) {
            by_line_ = arena_.array<std::uint32_t>(parts_.size());
            for (std::uint32_t i = 0; i < parts_.size(); ++i) by_line_[i] = i;
            std::sort(by_line_.begin(), by_line_.end(), [&](std::uint32_t a, std::uint32_t b) {
                return parts_[a].line != parts_[b].line ? parts_[a].line < parts_[b].line : a < b;
            });
        }
        const auto first = std::partition_point(by_line_.begin(), by_line_.end(),
                                                [&](auto i) { return parts_[i].line < line; });
        const auto last = std::partition_point(first, by_line_.end(),
                                               [&](auto i) { return parts_[i].line == line; });
        return {first, last};
    }
    /// Whether the reservation keeps within its bound of parts.
    [[nodiscard]] bool fits() const {
        return parts_.size() + new_lines_.size() <= parts_per_reservation_max;
    }
    [[nodiscard]] bool empty() const { return postings_.empty(); }
    [[nodiscard]] std::span<const Posting> postings() const { return postings_.view(); }

    void write_postings(FactWriter& fact) const {
        for (const Posting& posting : postings_.view()) fact.post(posting);
    }
    void write_fields(FactWriter& fact, ReservationId id) const {
        fact.value(FieldTag::reservation, id.raw);
        if (!part_of_posting_.empty())
            fact.list<std::uint32_t>(FieldTag::part_of_posting, part_of_posting_.view());
        if (!new_lines_.empty()) fact.list<std::uint64_t>(FieldTag::part_lines, new_lines_.view());
    }

  private:
    template <class T>
    static PairKey key(const T& part) {
        return position_key(part.sku, part.location.raw, part.line);
    }

    Arena& arena_;
    const ReservationTable& table_;
    std::span<const Part> parts_;
    std::span<std::uint32_t> by_line_;  // part indexes by line; made when a line is asked for
    std::span<Units> left_;
    ArenaList<Posting> postings_;
    ArenaList<std::uint32_t> part_of_posting_;
    ArenaMap<std::uint32_t> part_of_;     // line and position -> part + 1; made by the first add()
    ArenaList<std::uint64_t> new_lines_;  // of the parts that are new
};

/// Gives an expired reservation units back: at their own location while promisable, else along the
/// channel's pool, else by force where they were. Never refuses; tells the units by force.
/// `units` says how many of each part; `taken` gets what was promised for them.
Units revive(const Context& context, const Reservation& reservation, std::span<const Units> units,
             ReservationChanges& changes, ArenaList<PlannedPart>& taken);

}  // namespace holdfast::ledger
