// The change of one reservation by one fact, gathered before it is written: units taken from its
// parts, units added to them or to new ones, cancellations that wait. Internal to the ledger.
#pragma once

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "ledger/arena_list.h"
#include "ledger/arena_map.h"
#include "ledger/deciders.h"
#include "ledger/seen_by_count.h"

namespace holdfast::ledger {

inline constexpr std::uint32_t kNoPart = std::numeric_limits<std::uint32_t>::max();

/// The count of a part that a promised bucket stands for.
inline Units& units_in(PartCounts& counts, Bucket bucket) {
    switch (bucket) {
        case Bucket::reserved: return counts.reserved;
        case Bucket::allocated: return counts.allocated;
        case Bucket::picked: return counts.picked;
        case Bucket::backordered: return counts.backordered;
        case Bucket::erp_held: return counts.erp_held;
        default: break;
    }
    HOLDFAST_CHECK(false, "a part has promised buckets only");
    return counts.reserved;
}

class ReservationChanges {
  public:
    ReservationChanges(const State& state, const Reservation& reservation, Arena& arena)
        : arena_(arena),
          parts_(state.reservations.parts(reservation)),
          now_(arena.array<PartCounts>(parts_.size())),
          postings_(arena),
          part_of_posting_(arena),
          pending_(arena, 0),
          part_of_(arena),
          new_lines_(arena),
          new_recipes_(arena, 0),
          dates_(arena, 0) {
        for (std::size_t i = 0; i < parts_.size(); ++i)
            now_[i] = state.reservations.counts(parts_[i]);
    }

    /// Takes up to `wanted` units of a part's bucket; tells how many there were.
    Units take(std::size_t part, Bucket bucket, Units wanted) {
        const Units units = std::min(wanted, units_in(now_[part], bucket));
        if (units <= 0) return 0;
        post(part, bucket, -units);
        return units;
    }
    void give(std::size_t part, Bucket bucket, Units units) {
        if (units > 0) post(part, bucket, units);
    }
    /// Takes up to `wanted` units from one bucket of a part into another.
    Units move(std::size_t part, Bucket from, Bucket to, Units wanted) {
        const Units units = take(part, from, wanted);
        give(part, to, units);
        return units;
    }
    /// Takes up to `wanted` units that no node works on: back-ordered ones, then reserved ones.
    Units take_promised(std::size_t part, Units wanted) {
        const Units backordered = take(part, Bucket::backordered, wanted);
        return backordered + take(part, Bucket::reserved, wanted - backordered);
    }
    /// Marks allocated units whose cancellation waits for the node's word (above zero), or takes
    /// the mark from them.
    void mark_cancelled(std::size_t part, Units delta) {
        if (delta == 0) return;
        now_[part].cancel_pending += delta;
        pending_.push_back({.part = static_cast<std::uint32_t>(part), .delta = delta});
    }
    /// Adds planned units, reserved or waiting for supply: to the line's part at that location, or
    /// as a new part.
    void add(const PlannedPart& planned) {
        if (part_of_.empty())
            for (std::size_t i = parts_.size(); i-- > 0;)
                part_of_[key(parts_[i])] = static_cast<std::uint32_t>(i) + 1;
        std::uint32_t& part = part_of_[key(planned)];
        if (planned.bucket == Bucket::backordered) dates_.push_back(planned.due);
        if (part != 0 && part <= parts_.size())
            return give(part - 1, planned.bucket, planned.quantity);
        postings_.push_back({.sku = planned.sku,
                             .place = Place{planned.location},
                             .bucket = planned.bucket,
                             .delta = planned.quantity});
        if (part == 0) {
            new_lines_.push_back(planned.line);
            new_recipes_.push_back(planned.recipe);
            of_kits_ |= planned.recipe != 0;
            part = static_cast<std::uint32_t>(parts_.size() + new_lines_.size());
        }
        part_of_posting_.push_back(part - 1);
    }
    /// A posting that belongs to no part: the physical leg of a shipment.
    void post_outside(const Posting& posting) {
        postings_.push_back(posting);
        part_of_posting_.push_back(kNoPart);
    }
    /// A physical leg that a count has seen already: back at once.
    void post_back(const Posting& posting) {
        const MovedBack back = moved_back(posting);
        post_outside(back.position);
        post_outside(back.outside);
    }
    /// Lets what stands on other units go with them: no more is picked, pending or held by the ERP
    /// than there is. Called when nothing else will be taken; tells the pending units that went.
    Units settle();

    [[nodiscard]] std::span<const Part> parts() const { return parts_; }
    /// Of a part as the change leaves it so far.
    [[nodiscard]] const PartCounts& now(std::size_t part) const { return now_[part]; }
    [[nodiscard]] bool has_line(std::uint64_t line) { return !parts_of_line(line).empty(); }
    /// Indexes of the line's parts, in part order.
    [[nodiscard]] std::span<const std::uint32_t> parts_of_line(std::uint64_t line);
    /// The same change goes on in another fact of the entry: counts stay, postings start anew. For
    /// a change that adds no part.
    [[nodiscard]] ReservationChanges following() const;

    /// Whether the reservation and the fact keep within their bounds. Asked once all is settled.
    [[nodiscard]] bool fits() const {
        return parts_.size() + new_lines_.size() <= parts_per_reservation_max &&
               postings_.size() <= part_postings_max && pending_.size() <= pending_changes_max;
    }
    [[nodiscard]] bool empty() const { return postings_.empty() && pending_.empty(); }
    [[nodiscard]] std::span<const Posting> postings() const { return postings_.view(); }

    void write_postings(FactWriter& fact) const {
        for (const Posting& posting : postings_.view()) fact.post(posting);
    }
    void write_fields(FactWriter& fact, ReservationId id) const {
        fact.value(FieldTag::reservation, id.raw);
        if (!part_of_posting_.empty())
            fact.list<std::uint32_t>(FieldTag::part_of_posting, part_of_posting_.view());
        if (!new_lines_.empty()) fact.list<std::uint64_t>(FieldTag::part_lines, new_lines_.view());
        if (of_kits_) fact.list<std::uint32_t>(FieldTag::part_recipes, new_recipes_.view());
        if (!pending_.empty()) fact.list<PendingChange>(FieldTag::pending_changes, pending_.view());
        if (!dates_.empty()) fact.list<std::int64_t>(FieldTag::promise_dates, dates_.view());
    }

  private:
    struct Following {};
    ReservationChanges(const ReservationChanges& before, Following)
        : arena_(before.arena_),
          parts_(before.parts_),
          now_(before.now_),
          by_line_(before.by_line_),
          postings_(before.arena_),
          part_of_posting_(before.arena_),
          pending_(before.arena_, 0),
          part_of_(before.arena_),
          new_lines_(before.arena_),
          new_recipes_(before.arena_, 0),
          dates_(before.arena_, 0) {}

    void post(std::size_t part, Bucket bucket, Units delta) {
        units_in(now_[part], bucket) += delta;
        postings_.push_back({.sku = parts_[part].sku,
                             .place = Place{parts_[part].location},
                             .bucket = bucket,
                             .delta = delta});
        part_of_posting_.push_back(static_cast<std::uint32_t>(part));
    }
    template <class T>
    static PairKey key(const T& part) {
        return position_key(part.sku, part.location.raw, part.line);
    }
    /// What the lists of one fact hold: a field is at most 65,535 bytes long.
    static constexpr std::size_t part_postings_max = 65'535 / sizeof(std::uint32_t);
    static constexpr std::size_t pending_changes_max = 65'535 / sizeof(PendingChange);

    Arena& arena_;
    std::span<const Part> parts_;
    std::span<PartCounts> now_;
    std::span<std::uint32_t> by_line_;  // part indexes by line; made when a line is asked for
    ArenaList<Posting> postings_;
    ArenaList<std::uint32_t> part_of_posting_;
    ArenaList<PendingChange> pending_;
    ArenaMap<std::uint32_t> part_of_;     // line and position -> part + 1; made by the first add()
    ArenaList<std::uint64_t> new_lines_;  // of the parts that are new
    ArenaList<std::uint32_t> new_recipes_;  // likewise
    bool of_kits_ = false;                  // some of them
    ArenaList<std::int64_t> dates_;         // of units added that wait
};

/// Gives an expired reservation units back: at their own location while promisable, else along the
/// channel's pool, else by force where they were. Never refuses; tells the units by force.
/// `units` says how many of each part; `taken` gets what was promised for them. Pinned units come
/// back where they were or by force.
enum class Pinned : std::uint8_t { no, yes };
Units revive(const Context& context, const Reservation& reservation, std::span<const Units> units,
             Pinned pinned, ReservationChanges& changes, ArenaList<PlannedPart>& taken);

/// One change of one reservation, written as one fact.
Outcome write_change(const Context& context, const Envelope& envelope, FactType type,
                     const Reservation& reservation, const ReservationChanges& changes,
                     std::string_view order, std::span<const CaseKind> raises = {});

/// Writes the change of a reservation that an event of an order made, as the entry's first fact.
/// The caller ends the fact and the entry.
FactWriter& write_order_fact(Entry& entry, FactType type, const RecordEvent& event,
                             const Reservation* reservation, const ReservationChanges& changes);

}  // namespace holdfast::ledger
