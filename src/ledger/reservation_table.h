// Reservations and their parts. A part is the share of one line at one location; a line that was
// split has several parts. Ended reservations stay readable for a while, then are forgotten by
// generations of log time, as keys are.
#pragma once

#include <cstdint>
#include <deque>
#include <queue>
#include <span>
#include <vector>

#include "base/flat_map.h"
#include "base/instant.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "canonical/vocabulary.h"

namespace holdfast::ledger {

/// The hot side of a part. What a plain hold does not need stands in a side table: see
/// ReservationTable::counts.
struct Part {
    std::uint64_t line = 0;  ///< the caller's line number
    SkuId sku;
    LocationId location;
    Units reserved = 0;
    std::uint32_t more = 0;  ///< 1 + its row of the side table; 0 = it only ever was reserved
    std::uint32_t spare = 0;
};
static_assert(sizeof(Part) == 32);

/// Where the units of a part stand. created = reserved + allocated + backordered + shipped + ended
/// + expired.
struct PartCounts {
    Units created = 0;  ///< ever promised: created, grown, moved here and late-confirmed
    Units reserved = 0;
    Units allocated = 0;
    Units picked = 0;  ///< of the allocated ones
    Units backordered = 0;
    Units shipped = 0;
    Units ended = 0;           ///< released or cancelled
    Units expired = 0;         ///< what time took back: a late confirmation promises these again
    Units erp_held = 0;        ///< of the reserved and allocated ones: the ERP holds them too
    Units cancel_pending = 0;  ///< of the allocated ones: the node was asked to stop
    Units received = 0;        ///< transfers: of the shipped ones, came in at the destination
    Units lost =
        0;  ///< transfers: of the shipped ones, written off; below zero: more came than left

    [[nodiscard]] Units open() const { return reserved + allocated + backordered; }
    /// Transfers: units on the lane. Below zero where they came in before anybody told that they
    /// left.
    [[nodiscard]] Units in_transit() const { return shipped - received - lost; }
    friend bool operator==(const PartCounts&, const PartCounts&) = default;
};

/// What made the promise. A transfer's units are promised to its destination.
enum class PromiseKind : std::uint8_t { order = 0, transfer = 1 };

struct Reservation {
    ReservationId id;
    std::int64_t expires_at = 0;   ///< microseconds UTC; 0 = never (confirmed)
    std::uint64_t order_hash = 0;  ///< of its order or transfer; 0 = belongs to none
    std::uint64_t seq = 0;         ///< of the last fact that changed it
    std::uint32_t first_part = 0;
    std::uint32_t part_count = 0;
    ChannelId channel = kNoChannel;
    LocationId destination = kNoLocation;  ///< of a transfer
    /// Type of the fact that ended it; zero while open.
    FactType ended_by{};
    bool confirmed = false;
    PromiseKind kind = PromiseKind::order;
    bool pinned = false;  ///< its units are never taken from another location
    std::int32_t ended_generation = 0;

    [[nodiscard]] bool ended() const { return ended_by != FactType{}; }
    /// Whether a part keeps the reservation open: something of it is promised, or on a lane.
    [[nodiscard]] bool kept_open_by(const PartCounts& counts) const {
        return counts.open() != 0 || (kind == PromiseKind::transfer && counts.in_transit() != 0);
    }
};

/// Most parts of one reservation: what the fields of one fact hold, with room for a shipment of
/// lines_per_request_max lines that touches them all.
inline constexpr std::size_t parts_per_reservation_max = 4096;

/// Parts that one expiry ends at most, so that its entry keeps within entry_bytes_max whatever was
/// held; the holds after them wait for the next one.
inline constexpr std::size_t parts_per_expiry_max = 2 * parts_per_reservation_max;

/// Ended reservations stay at least this long.
inline constexpr Microseconds ended_reservation_generation = std::chrono::hours(84);
inline constexpr std::int64_t ended_reservation_generations = 3;

class ReservationTable {
  public:
    [[nodiscard]] const Reservation* find(ReservationId id) const {
        const auto it = rows_.find(id.raw);
        return it == rows_.end() ? nullptr : &it->second;
    }
    [[nodiscard]] const Reservation* find_by_order(std::uint64_t order_hash) const {
        const auto it = by_order_.find(order_hash);
        return it == by_order_.end() ? nullptr : find(ReservationId{it->second});
    }
    [[nodiscard]] std::span<const Part> parts(const Reservation& r) const {
        return {parts_.data() + r.first_part, r.part_count};
    }
    [[nodiscard]] PartCounts counts(const Part& part) const {
        if (part.more == 0) return {.created = part.reserved, .reserved = part.reserved};
        return more_[part.more - 1];
    }
    [[nodiscard]] std::uint64_t size() const { return rows_.size(); }
    /// The open hold whose time comes first, if it has come at `now`; skips what was confirmed,
    /// extended or ended meanwhile.
    [[nodiscard]] std::vector<ReservationId> due(Instant now, std::size_t holds_max) const;
    /// When the next hold may expire; nothing known: the far future.
    [[nodiscard]] Instant next_deadline() const;

    // Changes, by apply and checkpoint loading only.
    void reserve(std::uint64_t reservations) {
        rows_.reserve(reservations);
        parts_.reserve(reservations * 2);
        deadlines_.reserve(reservations);
        by_order_.reserve(reservations / 4);
    }
    Reservation& create(ReservationId id);
    Reservation* find_mutable(ReservationId id) {
        const auto it = rows_.find(id.raw);
        return it == rows_.end() ? nullptr : &it->second;
    }
    std::span<Part> parts_mutable(const Reservation& r) {
        return {parts_.data() + r.first_part, r.part_count};
    }
    Part& append_part(Reservation& r);
    void set_counts(Part& part, const PartCounts& counts);
    void set_deadline(Reservation& r, std::int64_t expires_at);
    void set_order(Reservation& r, std::uint64_t order_hash);
    void end(Reservation& r, FactType by, Instant now);
    /// Undoes `end` for a late confirmation.
    void reopen(Reservation& r);
    /// Forgets ended reservations that are too old at `now`.
    void advance(Instant now);

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [id, row] : rows_) visit(row);
    }

  private:
    struct Deadline {
        std::int64_t at = 0;
        std::uint64_t id = 0;
        friend auto operator<=>(const Deadline&, const Deadline&) = default;
    };
    struct Ended {
        std::int64_t generation = 0;
        std::vector<std::uint64_t> ids;
    };
    void forget(std::uint64_t id);
    [[nodiscard]] bool live(const Deadline& d) const;
    void drop_stale_deadlines();

    FlatMap<std::uint64_t, Reservation> rows_;
    std::pmr::vector<Part> parts_;
    std::vector<std::vector<std::uint32_t>> free_parts_by_class_;
    std::pmr::vector<PartCounts> more_;  // of parts that are more than reserved
    std::vector<std::uint32_t> free_more_;
    FlatMap<std::uint64_t, std::uint64_t> by_order_;
    // A min-heap. Entries whose deadline moved stay in it and are skipped when they come up.
    std::pmr::vector<Deadline> deadlines_;
    std::deque<Ended> ended_;  // oldest first
};

}  // namespace holdfast::ledger
