#include "ledger/reservation_table.h"

#include <algorithm>

#include "base/check.h"

namespace holdfast::ledger {

void ReservationTable::reserve(std::uint64_t reservations) {
    if (reservations == 0) return;
    rows_.reserve(reservations);
    parts_.reserve(reservations * 2);
    by_id_.reserve(reservations);
    by_order_.reserve(reservations / 4);
    deadlines_.reserve(reservations);
}

ReservationTable::Bytes ReservationTable::bytes() const {
    return {.rows = rows_.bytes(),
            .parts = parts_.bytes(),
            .counts = more_.bytes(),
            .deadlines = deadlines_.bytes(),
            .index = by_id_.bytes(),
            .index_by_order = by_order_.bytes()};
}

// Rows

Reservation& ReservationTable::create(ReservationId id) {
    HOLDFAST_CHECK(id != kFreeRow, "a reservation is named by the seq of a fact");
    HOLDFAST_CHECK(number_of(id) == kNoRow, "a reservation is created once");
    give_back();
    std::uint32_t number = free_row_;
    if (number == kNoRow) {
        HOLDFAST_CHECK(rows_.size() < kNoRow, "row numbers fit 32 bits");
        number = static_cast<std::uint32_t>(rows_.size());
        rows_.push_back({});
    } else {
        free_row_ = rows_[number].first_part;
        rows_[number] = Reservation{};
    }
    rows_[number].id = id;
    by_id_.insert(id.raw, number);
    return rows_[number];
}

void ReservationTable::free_row(std::uint32_t number) {
    Reservation& r = rows_[number];
    for (const Part& part : parts(r))
        if (part.more != 0) free_more(part.more);
    if (r.part_count != 0) parts_.release(r.first_part, SpanHeap<Part>::capacity_for(r.part_count));
    leave_order(r);
    by_id_.erase(r.id.raw, number);
    r = Reservation{.id = kFreeRow, .first_part = free_row_};
    free_row_ = number;
}

void ReservationTable::set_order(Reservation& r, std::uint64_t order_hash) {
    if (r.order_hash == order_hash) return;
    // A reservation belongs to one order, and a channel's number to one reservation: whoever had it
    // before no longer has.
    leave_order(r);
    Reservation* before = nullptr;
    for_each_of_order(order_hash, [&](const Reservation& other) {
        if (other.channel == r.channel) before = find_mutable(other.id);
    });
    if (before != nullptr) {
        leave_order(*before);
        before->order_hash = 0;
    }
    r.order_hash = order_hash;
    if (order_hash == 0) return;
    const std::uint32_t number = number_of(r.id);
    const std::uint32_t first = number_of_order(order_hash);
    if (first == kNoRow) return by_order_.insert(order_hash, number);
    std::uint64_t further = r.id.raw;
    if (r.id < rows_[first].id) {
        further = rows_[first].id.raw;
        by_order_.erase(order_hash, first);
        by_order_.insert(order_hash, number);
    }
    std::vector<std::uint64_t>& others = same_number_[order_hash];
    others.insert(std::lower_bound(others.begin(), others.end(), further), further);
}

void ReservationTable::leave_order(const Reservation& r) {
    const std::uint32_t number = number_of(r.id);
    const std::uint32_t first = r.order_hash == 0 ? kNoRow : number_of_order(r.order_hash);
    if (first == kNoRow) return;
    if (first == number) by_order_.erase(r.order_hash, number);
    const auto others = same_number_.find(r.order_hash);
    if (others == same_number_.end()) return;
    std::vector<std::uint64_t>& ids = others->second;
    if (first == number) {
        by_order_.insert(r.order_hash, number_of(ReservationId{ids.front()}));
        ids.erase(ids.begin());
    } else {
        std::erase(ids, r.id.raw);
    }
    if (ids.empty()) same_number_.erase(others);
}

OrderMatch ReservationTable::find_by_order(std::uint64_t order_hash, ChannelId channel) const {
    OrderMatch own, unspoken, any;
    for_each_of_order(order_hash, [&](const Reservation& r) {
        any.several = any.reservation != nullptr;
        any.reservation = &r;
        if (r.channel == channel) own.reservation = &r;
        if (r.channel == kNoChannel) unspoken.reservation = &r;
    });
    if (own.reservation != nullptr) return own;
    if (channel != kNoChannel) return unspoken;
    if (any.several) any.reservation = nullptr;
    return any;
}

// Parts

Part& ReservationTable::append_part(Reservation& r) {
    const std::uint32_t capacity = SpanHeap<Part>::capacity_for(r.part_count);
    if (r.part_count == capacity)
        r.first_part = parts_.enlarge(r.first_part, r.part_count, capacity,
                                      SpanHeap<Part>::capacity_for(r.part_count + 1));
    Part* part = parts_.at(r.first_part) + r.part_count;
    ++r.part_count;
    return *std::construct_at(part);
}

void ReservationTable::set_counts(Part& part, const PartCounts& counts) {
    part.reserved = counts.reserved;
    const bool plain =
        counts == PartCounts{.created = counts.reserved, .reserved = counts.reserved};
    if (plain) {
        if (part.more != 0) free_more(part.more);
        part.more = 0;
        return;
    }
    if (part.more == 0 && free_more_ != 0) {
        part.more = free_more_;
        free_more_ = static_cast<std::uint32_t>(more_[free_more_ - 1].created);
    } else if (part.more == 0) {
        more_.push_back({});
        HOLDFAST_CHECK(more_.size() < std::size_t{1} << 32, "rows of counts fit 32 bits");
        part.more = static_cast<std::uint32_t>(more_.size());
    }
    more_[part.more - 1] = counts;
}

void ReservationTable::free_more(std::uint32_t more) {
    more_[more - 1].created = free_more_;
    free_more_ = more;
}

// Deadlines

bool ReservationTable::earlier(const Deadline& a, const Deadline& b) const {
    return a.at != b.at ? a.at < b.at : rows_[a.row].id < rows_[b.row].id;
}

void ReservationTable::place_deadline(std::uint32_t place, const Deadline& deadline) {
    deadlines_[place] = deadline;
    rows_[deadline.row].deadline_place = place + 1;
}

void ReservationTable::sift_up(std::uint32_t place, const Deadline& deadline) {
    while (place != 0) {
        const std::uint32_t above = (place - 1) / 2;
        if (!earlier(deadline, deadlines_[above])) break;
        place_deadline(place, deadlines_[above]);
        place = above;
    }
    place_deadline(place, deadline);
}

void ReservationTable::sift_down(std::uint32_t place, const Deadline& deadline) {
    const auto size = static_cast<std::uint32_t>(deadlines_.size());
    while (true) {
        std::uint32_t below = 2 * place + 1;
        if (below >= size) break;
        if (below + 1 < size && earlier(deadlines_[below + 1], deadlines_[below])) ++below;
        if (!earlier(deadlines_[below], deadline)) break;
        place_deadline(place, deadlines_[below]);
        place = below;
    }
    place_deadline(place, deadline);
}

void ReservationTable::remove_deadline(Reservation& r) {
    if (r.deadline_place == 0) return;
    const std::uint32_t place = r.deadline_place - 1;
    r.deadline_place = 0;
    const Deadline last = deadlines_.back();
    deadlines_.pop_back();
    if (place == deadlines_.size()) return;
    // The last one takes its place, and may belong above or below it.
    if (place != 0 && earlier(last, deadlines_[(place - 1) / 2]))
        sift_up(place, last);
    else
        sift_down(place, last);
}

void ReservationTable::set_deadline(Reservation& r, std::int64_t expires_at) {
    remove_deadline(r);
    r.expires_at = expires_at;
    if (expires_at == 0) return;
    const Deadline deadline{.at = expires_at, .row = number_of(r.id)};
    deadlines_.push_back(deadline);
    sift_up(static_cast<std::uint32_t>(deadlines_.size() - 1), deadline);
}

std::vector<ReservationId> ReservationTable::due(Instant now, std::size_t holds_max) const {
    std::vector<ReservationId> ids;
    // Best-first walk from the heap's root: visits little more than what it returns.
    const auto later = [this](std::size_t a, std::size_t b) {
        return earlier(deadlines_[b], deadlines_[a]);
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
        ids.push_back(rows_[deadlines_[i].row].id);
        visit(2 * i + 1);
        visit(2 * i + 2);
    }
    return ids;
}

Instant ReservationTable::next_deadline() const {
    return deadlines_.empty() ? Instant::max() : instant_from_raw(deadlines_[0].at);
}

// Ends

/// Facts end reservations in the order of time; a checkpoint brings them back in any order.
ReservationTable::Generation& ReservationTable::generation(std::int64_t number) {
    auto place = ended_.end();
    while (place != ended_.begin() && std::prev(place)->number >= number) --place;
    if (place == ended_.end() || place->number != number)
        place = ended_.insert(place, Generation{.number = number, .count = 0, .rows = {}});
    return *place;
}

void ReservationTable::end(Reservation& r, FactType by, Instant now) {
    remove_deadline(r);
    r.ended_by = by;
    r.expires_at = 0;
    r.ended_generation =
        static_cast<std::int32_t>(to_raw(now) / ended_reservation_generation.count());
    Generation& ended = generation(r.ended_generation);
    ended.rows.push_back(number_of(r.id));
    ++ended.count;
    give_back();
}

/// Its number stays with the generation, which passes it over: the row says when it ended last.
void ReservationTable::reopen(Reservation& r) {
    --generation(r.ended_generation).count;
    r.ended_by = FactType{};
    r.ended_generation = 0;
}

void ReservationTable::advance(Instant now) {
    const std::int64_t current = to_raw(now) / ended_reservation_generation.count();
    const std::int64_t upto = current - ended_reservation_generations;
    if (upto <= forgotten_generation_) return;
    for (const Generation& ended : ended_)
        if (ended.number > forgotten_generation_ && ended.number <= upto)
            forgotten_rows_ += ended.count;
    forgotten_generation_ = upto;
}

void ReservationTable::give_back() {
    for (int i = 0; i < kGivenBack && !ended_.empty(); ++i) {
        Generation& oldest = ended_.front();
        if (oldest.number > forgotten_generation_) return;
        if (oldest.rows.empty()) {
            ended_.pop_front();
            continue;
        }
        const std::uint32_t number = oldest.rows.front();
        oldest.rows.pop_front();
        const Reservation& r = rows_[number];
        if (!r.ended() || r.ended_generation != oldest.number) continue;
        free_row(number);
        --forgotten_rows_;
    }
}

}  // namespace holdfast::ledger
