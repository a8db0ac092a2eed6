// The change of one reservation by one fact, gathered before it is written: units taken from its
// parts and units added to them or to new ones. Internal to the ledger.
#pragma once

#include <algorithm>
#include <limits>

#include "ledger/arena_list.h"
#include "ledger/deciders.h"

namespace holdfast::ledger {

inline constexpr std::uint32_t kNoPart = std::numeric_limits<std::uint32_t>::max();

class ReservationChanges {
  public:
    ReservationChanges(const State& state, const Reservation& reservation, Arena& arena)
        : parts_(state.reservations.parts(reservation)),
          left_(arena.array<Units>(parts_.size())),
          postings_(arena),
          part_of_posting_(arena),
          new_parts_(arena),
          new_lines_(arena) {
        for (std::size_t i = 0; i < parts_.size(); ++i) left_[i] = parts_[i].reserved;
    }

    /// Takes up to `wanted` reserved units of a line from its parts, in part order or backwards.
    Units take_from_line(std::uint64_t line, Units wanted, bool backwards = false) {
        Units taken = 0;
        for (std::size_t n = 0; n < parts_.size(); ++n) {
            const std::size_t i = backwards ? parts_.size() - 1 - n : n;
            if (parts_[i].line == line) taken += take(i, wanted - taken);
        }
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
        const auto is_its_part = [&](const auto& part) {
            return part.line == planned.line && part.sku == planned.sku &&
                   part.location == planned.location;
        };
        const auto known = std::find_if(parts_.begin(), parts_.end(), is_its_part);
        const std::span<const PlannedPart> fresh = new_parts_.view();
        const auto begun = std::find_if(fresh.begin(), fresh.end(), is_its_part);
        std::size_t part = parts_.size() + static_cast<std::size_t>(begun - fresh.begin());
        if (known != parts_.end()) part = static_cast<std::size_t>(known - parts_.begin());
        if (part == parts_.size() + new_lines_.size()) {
            new_parts_.push_back(planned);
            new_lines_.push_back(planned.line);
        }
        part_of_posting_.push_back(static_cast<std::uint32_t>(part));
    }
    /// A posting that belongs to no part: the physical leg of a shipment.
    void post_outside(const Posting& posting) {
        postings_.push_back(posting);
        part_of_posting_.push_back(kNoPart);
    }

    [[nodiscard]] std::span<const Part> parts() const { return parts_; }
    [[nodiscard]] Units left(std::size_t part) const { return left_[part]; }
    [[nodiscard]] Units left_of_line(std::uint64_t line) const {
        Units units = 0;
        for (std::size_t i = 0; i < parts_.size(); ++i)
            if (parts_[i].line == line) units += left_[i];
        return units;
    }
    [[nodiscard]] bool has_line(std::uint64_t line) const {
        for (const Part& part : parts_)
            if (part.line == line) return true;
        return false;
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
    std::span<const Part> parts_;
    std::span<Units> left_;
    ArenaList<Posting> postings_;
    ArenaList<std::uint32_t> part_of_posting_;
    ArenaList<PlannedPart> new_parts_;
    ArenaList<std::uint64_t> new_lines_;  // of new_parts_, as the fact's field wants them
};

/// Gives an expired reservation units back: at their own location while promisable, else along the
/// channel's pool, else by force where they were. Never refuses; tells the units by force.
/// `units` says how many of each part; `taken` gets what was promised for them.
Units revive(const Context& context, const Reservation& reservation, std::span<const Units> units,
             ReservationChanges& changes, ArenaList<PlannedPart>& taken);

}  // namespace holdfast::ledger
