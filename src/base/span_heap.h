// Runs of rows that stand side by side, cut from large blocks: the positions of a SKU, the parts of
// a reservation, the slots of a hash table. A buddy system: a run that is given back joins its free
// neighbours at once, so that runs which grow row by row, in any order, leave no lasting holes.
//
// A run holds exactly its capacity and begins anywhere: runs are cut one behind the other from one
// large free piece, the *front*, so that runs of five rows do not stand in places for eight. Only a
// run of a power of two takes a hole of its own size first. Only the first block begins small and
// doubles; later the heap grows by whole blocks, and nothing is copied. Free memory keeps its own
// books: a free piece begins with a header, and one bit per row says where free pieces begin; the
// front alone has neither.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/block_vector.h"
#include "base/check.h"

namespace holdfast {

template <class T>
class SpanHeap {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

  public:
    static constexpr std::uint32_t kBlockRows =
        static_cast<std::uint32_t>(rows_per_block(sizeof(T)));

    SpanHeap() { heads_.fill(kNone); }
    SpanHeap(SpanHeap&& other) noexcept : SpanHeap() { swap(other); }
    SpanHeap& operator=(SpanHeap&& other) noexcept {
        swap(other);
        return *this;
    }
    ~SpanHeap() {
        for (const Block& block : blocks_) give_back(block);
    }

    /// The capacity of a run that holds so many rows: at most an eighth more.
    static constexpr std::uint32_t capacity_for(std::uint32_t rows) {
        if (rows > kBlockRows) return (rows + kBlockRows - 1) / kBlockRows * kBlockRows;
        const std::uint32_t step = std::max(std::bit_floor(rows) / 8, std::uint32_t{1});
        return (rows + step - 1) / step * step;
    }

    /// Good until the heap grows.
    [[nodiscard]] T* at(std::uint32_t offset) {
        return blocks_[offset / kBlockRows].rows + offset % kBlockRows;
    }
    [[nodiscard]] const T* at(std::uint32_t offset) const {
        return blocks_[offset / kBlockRows].rows + offset % kBlockRows;
    }

    /// A run of `capacity` rows, a value of capacity_for() above 0; the rows hold anything.
    std::uint32_t allocate(std::uint32_t capacity) {
        if (capacity > kBlockRows) return allocate_blocks(capacity / kBlockRows);
        const int order = order_of(capacity);
        if (const std::uint32_t hole = heads_[index(order)];
            hole != kNone && std::has_single_bit(capacity)) {
            unlink(hole, order);
            return hole;
        }
        if (front_end_ - front_ < capacity) renew_front(order);
        return std::exchange(front_, front_ + capacity);
    }
    void release(std::uint32_t offset, std::uint32_t capacity) {
        if (capacity > kBlockRows) return release_blocks(offset);
        free_rows(offset, offset + capacity);
    }
    /// Makes the run larger where it stands, if what follows it is free.
    bool extend(std::uint32_t offset, std::uint32_t capacity, std::uint32_t wanted) {
        if (wanted > kBlockRows) return false;
        const std::uint32_t behind = offset + capacity, end = offset + wanted;
        if (!is_row(behind)) return false;
        if (behind == front_ && end <= front_end_) {
            front_ = end;
            return true;
        }
        if (!free_begins(behind)) return false;
        const int order = header(behind).order;
        const std::uint32_t piece_end = behind + (std::uint32_t{1} << order);
        if (piece_end < end) return false;
        unlink(behind, order);
        free_rows(end, piece_end);
        return true;
    }
    /// A larger run with the first `rows` rows of this one, which is given back if it had to move.
    std::uint32_t enlarge(std::uint32_t offset, std::uint32_t rows, std::uint32_t capacity,
                          std::uint32_t wanted) {
        if (capacity != 0 && extend(offset, capacity, wanted)) return offset;
        const std::uint32_t moved = allocate(wanted);
        if (capacity == 0) return moved;
        std::copy_n(at(offset), rows, at(moved));
        release(offset, capacity);
        return moved;
    }

    /// So many rows in all are there before they are needed.
    void reserve(std::uint64_t rows) {
        while (rows_held() < rows) add_free_rows();
    }
    /// Held by blocks and their books.
    [[nodiscard]] std::uint64_t bytes() const { return rows_held() * sizeof(T) + rows_held() / 8; }

  private:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    static constexpr int kBlockOrder = std::countr_zero(kBlockRows);
    static constexpr int kFirstOrder = 8;
    static_assert(kFirstOrder < kBlockOrder);

    struct Free {
        std::int32_t order = 0;
        std::uint32_t before = kNone;
        std::uint32_t behind = kNone;
    };
    static_assert(sizeof(Free) <= sizeof(T));

    struct Block {
        T* rows = nullptr;
        std::size_t owned = 0;  // rows from here on; 0: the middle of a larger run, or gone
        std::vector<std::uint64_t> free_begins;  // one bit a row; none where one run has it all
    };

    static constexpr int order_of(std::uint32_t rows) {
        return std::countr_zero(std::bit_ceil(rows));
    }
    static constexpr std::size_t index(int order) { return static_cast<std::size_t>(order); }

    void swap(SpanHeap& other) noexcept {
        std::swap(resource_, other.resource_);
        std::swap(blocks_, other.blocks_);
        std::swap(heads_, other.heads_);
        std::swap(first_order_, other.first_order_);
        std::swap(front_, other.front_);
        std::swap(front_end_, other.front_end_);
    }
    [[nodiscard]] std::uint64_t rows_held() const {
        std::uint64_t rows = 0;
        for (const Block& block : blocks_) rows += block.owned;
        return rows;
    }
    /// Whether a run could go on at `offset`, where one ends: the block does.
    [[nodiscard]] bool is_row(std::uint32_t offset) const {
        return offset % kBlockRows != 0 &&
               (offset >= kBlockRows || offset < std::uint32_t{1} << first_order_);
    }
    /// Order of the largest piece where the offset is.
    [[nodiscard]] int order_at(std::uint32_t offset) const {
        return offset < kBlockRows ? first_order_ : kBlockOrder;
    }

    [[nodiscard]] Free header(std::uint32_t offset) const {
        Free free;
        std::memcpy(&free, static_cast<const void*>(at(offset)), sizeof free);
        return free;
    }
    void set_header(std::uint32_t offset, const Free& free) {
        std::memcpy(static_cast<void*>(at(offset)), &free, sizeof free);
    }
    [[nodiscard]] bool free_begins(std::uint32_t offset) const {
        const std::uint32_t row = offset % kBlockRows;
        return (blocks_[offset / kBlockRows].free_begins[row / 64] >> (row % 64) & 1) != 0;
    }
    void flip_free_begins(std::uint32_t offset) {
        const std::uint32_t row = offset % kBlockRows;
        blocks_[offset / kBlockRows].free_begins[row / 64] ^= std::uint64_t{1} << (row % 64);
    }

    void link(std::uint32_t offset, int order) {
        std::uint32_t& head = heads_[index(order)];
        if (head != kNone) {
            Free next = header(head);
            next.before = offset;
            set_header(head, next);
        }
        set_header(offset, {.order = order, .before = kNone, .behind = head});
        flip_free_begins(offset);
        head = offset;
    }
    void unlink(std::uint32_t offset, int order) {
        const Free free = header(offset);
        if (free.before == kNone) {
            heads_[index(order)] = free.behind;
        } else {
            Free before = header(free.before);
            before.behind = free.behind;
            set_header(free.before, before);
        }
        if (free.behind != kNone) {
            Free behind = header(free.behind);
            behind.before = free.before;
            set_header(free.behind, behind);
        }
        flip_free_begins(offset);
    }
    /// Makes a piece free, joined with its buddies as far as they are free as a whole.
    void add_free(std::uint32_t offset, int order) {
        while (order < order_at(offset)) {
            const std::uint32_t buddy = offset ^ (std::uint32_t{1} << order);
            if (!free_begins(buddy) || header(buddy).order != order) break;
            unlink(buddy, order);
            offset = std::min(offset, buddy);
            ++order;
        }
        link(offset, order);
    }
    /// Makes rows of one block free, as the largest pieces that stand at multiples of their size.
    void free_rows(std::uint32_t from, std::uint32_t end) {
        while (from < end) {
            const int fits = std::bit_width(end - from) - 1;
            const int order = std::min({fits, std::countr_zero(from), order_at(from)});
            add_free(from, order);
            from += std::uint32_t{1} << order;
        }
    }
    /// The largest free piece there is becomes the front, if it is of this order or larger; else
    /// there is more of it first.
    void renew_front(int order) {
        free_rows(std::exchange(front_, 0), std::exchange(front_end_, 0));
        int largest = kBlockOrder;
        while (heads_[index(largest)] == kNone) {
            if (largest > order) {
                --largest;
            } else {
                add_free_rows();
                largest = kBlockOrder;
            }
        }
        front_ = heads_[index(largest)];
        front_end_ = front_ + (std::uint32_t{1} << largest);
        unlink(front_, largest);
    }

    [[nodiscard]] T* take(std::size_t rows) {
        return static_cast<T*>(resource_->allocate(rows * sizeof(T), alignof(T)));
    }
    void give_back(const Block& block) {
        if (block.owned != 0)
            resource_->deallocate(block.rows, block.owned * sizeof(T), alignof(T));
    }
    [[nodiscard]] Block new_block(int order) {
        const std::size_t rows = std::size_t{1} << order;
        return {.rows = take(rows),
                .owned = rows,
                .free_begins = std::vector<std::uint64_t>(rows / 64)};
    }
    [[nodiscard]] std::uint32_t next_offset(std::size_t blocks) const {
        HOLDFAST_CHECK((blocks_.size() + blocks) * kBlockRows <= kNone, "row offsets fit 32 bits");
        return static_cast<std::uint32_t>(blocks_.size() * kBlockRows);
    }
    void add_free_rows() {
        if (first_order_ < kBlockOrder) return double_first();
        const int order = blocks_.empty() ? kFirstOrder : kBlockOrder;
        if (blocks_.empty()) first_order_ = order;
        const std::uint32_t offset = next_offset(1);
        blocks_.push_back(new_block(order));
        link(offset, order);
    }
    void double_first() {
        Block larger = new_block(first_order_ + 1);
        Block& first = blocks_[0];
        std::memcpy(static_cast<void*>(larger.rows), static_cast<const void*>(first.rows),
                    first.owned * sizeof(T));
        std::ranges::copy(first.free_begins, larger.free_begins.begin());
        give_back(first);
        first = std::move(larger);
        const int half = first_order_++;
        add_free(std::uint32_t{1} << half, half);
    }
    std::uint32_t allocate_blocks(std::uint32_t blocks) {
        const std::uint32_t offset = next_offset(blocks);
        const std::size_t owned = std::size_t{blocks} * kBlockRows;
        T* rows = take(owned);
        for (std::uint32_t i = 0; i < blocks; ++i)
            blocks_.push_back({.rows = rows + std::size_t{i} * kBlockRows,
                               .owned = i == 0 ? owned : 0,
                               .free_begins = {}});
        return offset;
    }
    /// Their numbers are not used again: runs of this size are few, and each is larger than the
    /// last.
    void release_blocks(std::uint32_t offset) {
        Block& block = blocks_[offset / kBlockRows];
        give_back(block);
        block = Block{};
    }

    std::pmr::memory_resource* resource_ = std::pmr::get_default_resource();
    std::vector<Block> blocks_;
    std::array<std::uint32_t, static_cast<std::size_t>(kBlockOrder) + 1> heads_;
    int first_order_ = kBlockOrder;  // of the first block, while it grows up to the others' size
    std::uint32_t front_ = 0;        // where the next run is cut off
    std::uint32_t front_end_ = 0;
};

}  // namespace holdfast
