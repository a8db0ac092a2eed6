// Reservations and their parts. A part is the share of one line at one location; a line that was
// split has several parts. Ended reservations stay readable for a while, then are forgotten by
// generations of log time, as keys are.
//
// A row is 64 bytes and never moves; parts stand side by side in a heap of runs; indexes hold row
// numbers, not keys. Everything grows by blocks or by small shards, and what is forgotten at once
// is given back little by little: no command waits for a table. Bytes: docs/performance.md,
// "Memory".
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "base/block_vector.h"
#include "base/instant.h"
#include "base/span_heap.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "canonical/vocabulary.h"
#include "ledger/row_index.h"

namespace holdfast::ledger {

/// The hot side of a part. What a plain hold does not need stands in a side table: see
/// ReservationTable::counts.
struct Part {
    std::uint64_t line = 0;  ///< the caller's line number
    SkuId sku;
    LocationId location;
    Units reserved = 0;
    std::uint32_t more = 0;    ///< 1 + its row of the side table; 0 = it only ever was reserved
    std::uint32_t recipe = 0;  ///< of the kit that its line holds; 0 = the line holds the item
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
    /// The table's: 1 + where its deadline stands; 0 = it has none.
    std::uint32_t deadline_place = 0;
    std::int32_t ended_generation = 0;
    /// Type of the fact that ended it; zero while open.
    FactType ended_by{};
    bool confirmed = false;
    PromiseKind kind = PromiseKind::order;
    bool pinned = false;  ///< its units are never taken from another location

    [[nodiscard]] bool ended() const { return ended_by != FactType{}; }
    /// Whether a part keeps the reservation open: something of it is promised, or on a lane.
    [[nodiscard]] bool kept_open_by(const PartCounts& counts) const {
        return counts.open() != 0 || (kind == PromiseKind::transfer && counts.in_transit() != 0);
    }
};

static_assert(sizeof(Reservation) == 64);

/// What an order's number leads to.
struct OrderMatch {
    const Reservation* reservation = nullptr;
    bool several = false;  ///< more than one channel has the number, and none was named
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
        const Reservation* row = row_of(id);
        return row == nullptr || forgotten(*row) ? nullptr : row;
    }
    /// The reservation that carries an order's number. Channels number their orders each for
    /// itself: a channel's own comes first, then one that came without a channel. Without a channel
    /// it is the only one there is; several of other channels are nobody's.
    [[nodiscard]] OrderMatch find_by_order(std::uint64_t order_hash,
                                           ChannelId channel = kNoChannel) const;
    /// All that carry the number, by id.
    template <class Visit>
    void for_each_of_order(std::uint64_t order_hash, Visit&& visit) const {
        const std::uint32_t first = number_of_order(order_hash);
        if (first == kNoRow) return;
        if (!forgotten(rows_[first])) visit(rows_[first]);
        if (same_number_.empty()) return;
        const auto others = same_number_.find(order_hash);
        if (others == same_number_.end()) return;
        for (const std::uint64_t id : others->second)
            if (const Reservation* r = find(ReservationId{id})) visit(*r);
    }
    [[nodiscard]] std::span<const Part> parts(const Reservation& r) const {
        if (r.part_count == 0) return {};
        return {parts_.at(r.first_part), r.part_count};
    }
    [[nodiscard]] PartCounts counts(const Part& part) const {
        if (part.more == 0) return {.created = part.reserved, .reserved = part.reserved};
        return more_[part.more - 1];
    }
    /// Hint ahead of a look-up, or of its creation.
    void prefetch(ReservationId id) const { by_id_.prefetch(id.raw); }
    [[nodiscard]] std::uint64_t size() const { return by_id_.size() - forgotten_rows_; }
    /// The open holds whose time has come at `now`, the earliest first.
    [[nodiscard]] std::vector<ReservationId> due(Instant now, std::size_t holds_max) const;
    /// When the next hold may expire; nothing known: the far future.
    [[nodiscard]] Instant next_deadline() const;

    // Changes, by apply and checkpoint loading only.
    void reserve(std::uint64_t reservations);
    Reservation& create(ReservationId id);
    Reservation* find_mutable(ReservationId id) { return const_cast<Reservation*>(find(id)); }
    std::span<Part> parts_mutable(const Reservation& r) {
        if (r.part_count == 0) return {};
        return {parts_.at(r.first_part), r.part_count};
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
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (rows_[i].id != kFreeRow && !forgotten(rows_[i])) visit(rows_[i]);
    }

    /// Memory that is held, by what for.
    struct Bytes {
        std::uint64_t rows = 0;
        std::uint64_t parts = 0;
        std::uint64_t counts = 0;  ///< of parts that are more than reserved
        std::uint64_t deadlines = 0;
        std::uint64_t index = 0;           ///< by id
        std::uint64_t index_by_order = 0;  ///< by order or transfer
    };
    [[nodiscard]] Bytes bytes() const;

  private:
    static constexpr std::uint32_t kNoRow = RowIndex::kNone;
    /// No fact has seq 0, and no reservation this id.
    static constexpr ReservationId kFreeRow{0};
    /// Rows of a forgotten generation that one command gives back.
    static constexpr int kGivenBack = 4;

    struct Deadline {
        std::int64_t at = 0;
        std::uint32_t row = 0;
    };
    struct Generation {
        std::int64_t number = 0;
        std::uint64_t count = 0;         ///< of rows that ended in it and were not reopened
        std::deque<std::uint32_t> rows;  ///< that ended in it, reopened ones included
    };

    [[nodiscard]] std::uint32_t number_of(ReservationId id) const {
        return by_id_.find(id.raw, [&](std::uint32_t row) { return rows_[row].id == id; });
    }
    [[nodiscard]] std::uint32_t number_of_order(std::uint64_t order_hash) const {
        return by_order_.find(
            order_hash, [&](std::uint32_t row) { return rows_[row].order_hash == order_hash; });
    }
    [[nodiscard]] const Reservation* row_of(ReservationId id) const {
        const std::uint32_t number = number_of(id);
        return number == kNoRow ? nullptr : &rows_[number];
    }
    [[nodiscard]] bool forgotten(const Reservation& r) const {
        return r.ended() && r.ended_generation <= forgotten_generation_;
    }
    Generation& generation(std::int64_t number);
    void give_back();
    void free_row(std::uint32_t number);
    void leave_order(const Reservation& r);
    void free_more(std::uint32_t more);

    [[nodiscard]] bool earlier(const Deadline& a, const Deadline& b) const;
    void place_deadline(std::uint32_t place, const Deadline& deadline);
    void sift_up(std::uint32_t place, const Deadline& deadline);
    void sift_down(std::uint32_t place, const Deadline& deadline);
    void remove_deadline(Reservation& r);

    BlockVector<Reservation> rows_;
    std::uint32_t free_row_ = kNoRow;  // the next one stands in its first_part
    SpanHeap<Part> parts_;
    BlockVector<PartCounts> more_;  // of parts that are more than reserved
    std::uint32_t free_more_ = 0;   // 1 + its number; the next one stands in its `created`
    RowIndex by_id_;
    RowIndex by_order_;  // to the lowest id that has the number
    std::map<std::uint64_t, std::vector<std::uint64_t>> same_number_;  // to the others, by id
    BlockVector<Deadline> deadlines_;  // a min-heap of the open holds, by deadline and id
    std::deque<Generation> ended_;     // oldest first
    std::int64_t forgotten_generation_ = std::numeric_limits<std::int64_t>::min();
    std::uint64_t forgotten_rows_ = 0;  // not given back yet
};

}  // namespace holdfast::ledger
