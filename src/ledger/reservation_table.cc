#include "ledger/reservation_table.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "base/check.h"

namespace holdfast::ledger {

Reservation& ReservationTable::create(ReservationId id) {
    const auto [it, fresh] = rows_.try_emplace(id.raw);
    HOLDFAST_CHECK(fresh, "a reservation is created once");
    it->second.id = id;
    return it->second;
}

Part& ReservationTable::append_part(Reservation& r) {
    // Spans of parts have power-of-two capacities: full when the count is zero or a power of two.
    if (r.part_count == 0 || std::has_single_bit(r.part_count)) {
        const std::uint32_t capacity = r.part_count == 0 ? 1 : r.part_count * 2;
        const auto size_class = static_cast<std::size_t>(std::countr_zero(capacity));
        if (free_parts_by_class_.size() <= size_class) free_parts_by_class_.resize(size_class + 1);
        auto& reusable = free_parts_by_class_[size_class];
        std::uint32_t first = 0;
        if (!reusable.empty()) {
            first = reusable.back();
            reusable.pop_back();
        } else {
            HOLDFAST_CHECK(parts_.size() + capacity < std::size_t{1} << 32,
                           "part offsets fit 32 bits");
            first = static_cast<std::uint32_t>(parts_.size());
            parts_.resize(parts_.size() + capacity);
        }
        std::copy_n(parts_.begin() + r.first_part, r.part_count, parts_.begin() + first);
        if (r.part_count != 0) free_parts_by_class_[size_class - 1].push_back(r.first_part);
        r.first_part = first;
    }
    Part& part = parts_[r.first_part + r.part_count];
    part = Part{};
    ++r.part_count;
    return part;
}

void ReservationTable::set_counts(Part& part, const PartCounts& counts) {
    part.reserved = counts.reserved;
    const bool plain =
        counts == PartCounts{.created = counts.reserved, .reserved = counts.reserved};
    if (plain) {
        if (part.more != 0) free_more_.push_back(part.more - 1);
        part.more = 0;
        return;
    }
    if (part.more == 0) {
        if (free_more_.empty()) {
            more_.emplace_back();
            HOLDFAST_CHECK(more_.size() < std::size_t{1} << 32, "rows of counts fit 32 bits");
            part.more = static_cast<std::uint32_t>(more_.size());
        } else {
            part.more = free_more_.back() + 1;
            free_more_.pop_back();
        }
    }
    more_[part.more - 1] = counts;
}

bool ReservationTable::live(const Deadline& d) const {
    const auto it = rows_.find(d.id);
    return it != rows_.end() && it->second.expires_at == d.at && !it->second.ended();
}

void ReservationTable::drop_stale_deadlines() {
    while (!deadlines_.empty() && !live(deadlines_.front())) {
        std::pop_heap(deadlines_.begin(), deadlines_.end(), std::greater<>{});
        deadlines_.pop_back();
    }
}

void ReservationTable::set_deadline(Reservation& r, std::int64_t expires_at) {
    r.expires_at = expires_at;
    if (expires_at != 0) {
        deadlines_.push_back({expires_at, r.id.raw});
        std::push_heap(deadlines_.begin(), deadlines_.end(), std::greater<>{});
    }
    drop_stale_deadlines();
}

void ReservationTable::set_order(Reservation& r, std::uint64_t order_hash) {
    // A reservation belongs to one order: the reference it had before no longer leads to it.
    const auto before = by_order_.find(r.order_hash);
    if (before != by_order_.end() && before->second == r.id.raw) by_order_.erase(before);
    r.order_hash = order_hash;
    if (order_hash != 0) by_order_[order_hash] = r.id.raw;
}

void ReservationTable::end(Reservation& r, FactType by, Instant now) {
    r.ended_by = by;
    r.expires_at = 0;
    r.ended_generation =
        static_cast<std::int32_t>(to_raw(now) / ended_reservation_generation.count());
    // Facts end reservations in the order of time; a checkpoint brings them back in any order.
    auto place = ended_.end();
    while (place != ended_.begin() && std::prev(place)->generation >= r.ended_generation) --place;
    if (place == ended_.end() || place->generation != r.ended_generation)
        place = ended_.insert(place, Ended{r.ended_generation, {}});
    place->ids.push_back(r.id.raw);
    drop_stale_deadlines();
}

void ReservationTable::reopen(Reservation& r) {
    r.ended_by = FactType{};
    r.ended_generation = 0;
}

void ReservationTable::advance(Instant now) {
    const std::int64_t current = to_raw(now) / ended_reservation_generation.count();
    while (!ended_.empty() &&
           ended_.front().generation <= current - ended_reservation_generations) {
        const std::int64_t generation = ended_.front().generation;
        for (const std::uint64_t id : ended_.front().ids) {
            const auto it = rows_.find(id);
            // Reopened and ended again later: it stands in a later generation too.
            if (it != rows_.end() && it->second.ended() &&
                it->second.ended_generation == generation)
                forget(id);
        }
        ended_.pop_front();
    }
}

void ReservationTable::forget(std::uint64_t id) {
    const auto it = rows_.find(id);
    const Reservation& r = it->second;
    for (const Part& part : parts(r))
        if (part.more != 0) free_more_.push_back(part.more - 1);
    if (r.part_count != 0) {
        const std::uint32_t capacity = std::bit_ceil(r.part_count);
        free_parts_by_class_[static_cast<std::size_t>(std::countr_zero(capacity))].push_back(
            r.first_part);
    }
    if (r.order_hash != 0) {
        const auto order = by_order_.find(r.order_hash);
        if (order != by_order_.end() && order->second == id) by_order_.erase(order);
    }
    rows_.erase(it);
}

std::vector<ReservationId> ReservationTable::due(Instant now, std::size_t holds_max) const {
    std::vector<ReservationId> ids;
    // Best-first walk from the heap's root: visits little more than what it returns.
    const auto later = [this](std::size_t a, std::size_t b) {
        return deadlines_[a] > deadlines_[b];
    };
    std::vector<std::size_t> open;
    const auto visit = [&](std::size_t i) {
        if (i >= deadlines_.size() || deadlines_[i].at > to_raw(now)) return;
        open.push_back(i);
        std::push_heap(open.begin(), open.end(), later);
    };
    visit(0);
    while (!open.empty() && ids.size() < holds_max) {
        std::pop_heap(open.begin(), open.end(), later);
        const std::size_t i = open.back();
        open.pop_back();
        const ReservationId id{deadlines_[i].id};
        // A hold extended to the same instant stands in the heap twice, side by side in this order.
        if (live(deadlines_[i]) && (ids.empty() || ids.back() != id)) ids.push_back(id);
        visit(2 * i + 1);
        visit(2 * i + 2);
    }
    return ids;
}

Instant ReservationTable::next_deadline() const {
    return deadlines_.empty() ? Instant::max() : instant_from_raw(deadlines_.front().at);
}

}  // namespace holdfast::ledger
