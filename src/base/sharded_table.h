// Open addressing in many small tables instead of a large one. A shard grows by itself and by half,
// so that the longest pause of growth is that of one shard, and shards fill up one after the other
// instead of all in the same second. Slots stand in large blocks (span_heap.h): no table is copied
// beside its larger self.
//
// The caller hashes. The top byte of a hash chooses the shard; a slot remembers the low 32 bits,
// its *place*, whose order is the order of the slots: growing and erasing never look at a key.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <utility>

#include "base/span_heap.h"

namespace holdfast {

/// What a slot must tell. A default-constructed slot is free.
template <class Slot>
concept ShardedSlot = requires(const Slot slot) {
    { slot.used() } -> std::same_as<bool>;
    { slot.place() } -> std::same_as<std::uint32_t>;
};

template <ShardedSlot Slot>
class ShardedTable {
  public:
    ShardedTable() {
        // The first sizes differ, and with them all later ones.
        for (std::size_t i = 0; i < kShards; ++i)
            shards_[i].slots_wanted = kFirstSlots + static_cast<std::uint32_t>(i / 16);
    }

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t bytes() const { return slots_.bytes(); }

    /// The slot with this hash that `is_it` takes, or null. Slots with the same place may be asked.
    template <class IsIt>
    [[nodiscard]] const Slot* find(std::uint64_t hash, IsIt&& is_it) const {
        const Shard& shard = shards_[hash >> kShardShift];
        if (shard.slots == 0) return nullptr;
        const auto place = static_cast<std::uint32_t>(hash);
        for (std::uint32_t at = home(place, shard.slots);; at = next(at, shard.slots)) {
            const Slot& slot = slot_at(shard, at);
            if (!slot.used()) return nullptr;
            if (slot.place() == place && is_it(slot)) return &slot;
        }
    }
    template <class IsIt>
    [[nodiscard]] Slot* find(std::uint64_t hash, IsIt&& is_it) {
        return const_cast<Slot*>(std::as_const(*this).find(hash, std::forward<IsIt>(is_it)));
    }
    void prefetch(std::uint64_t hash) const {
        const Shard& shard = shards_[hash >> kShardShift];
        if (shard.slots == 0) return;
        __builtin_prefetch(&slot_at(shard, home(static_cast<std::uint32_t>(hash), shard.slots)));
    }

    /// A slot that nobody has found before: slot.place() is the low half of the hash.
    void insert(std::uint64_t hash, const Slot& slot) {
        Shard& shard = shards_[hash >> kShardShift];
        if ((shard.used + 1) * std::uint64_t{kLoadOf} > shard.slots * std::uint64_t{kLoadMax})
            resize(shard, shard.slots == 0 ? shard.slots_wanted : shard.slots + shard.slots / 2);
        put(shard, slot);
        ++shard.used;
        ++size_;
    }
    /// `slot` came from find() with this hash, and nothing has changed since.
    void erase(std::uint64_t hash, const Slot* slot) {
        Shard& shard = shards_[hash >> kShardShift];
        std::uint32_t hole = number_of(shard, slot);
        // What follows moves up unless that were before its home.
        for (std::uint32_t at = next(hole, shard.slots);; at = next(at, shard.slots)) {
            const Slot& moving = slot_at(shard, at);
            if (!moving.used()) break;
            const std::uint32_t wanted = home(moving.place(), shard.slots);
            const bool stays =
                hole <= at ? (wanted > hole && wanted <= at) : (wanted > hole || wanted <= at);
            if (stays) continue;
            slot_at(shard, hole) = moving;
            hole = at;
        }
        slot_at(shard, hole) = Slot{};
        --shard.used;
        --size_;
    }

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const Shard& shard : shards_)
            for (std::uint32_t at = 0; at < shard.slots; ++at)
                if (const Slot& slot = slot_at(shard, at); slot.used()) visit(slot);
    }
    /// Room for so many in all, so that no shard grows before.
    void reserve(std::uint64_t slots) {
        // A shard gets a little more than its share now and then.
        const std::uint64_t share = slots / kShards + slots / kShards / 16 + 8;
        const auto wanted = static_cast<std::uint32_t>(share * kLoadOf / kLoadMax + 1);
        for (Shard& shard : shards_)
            if (shard.slots < wanted) resize(shard, wanted);
    }

  private:
    static constexpr std::size_t kShards = 256;
    static constexpr int kShardShift = 56;
    static constexpr std::uint32_t kFirstSlots = 16;
    /// At most seven slots of ten are used: a look-up that finds nothing asks six slots then.
    static constexpr std::uint32_t kLoadMax = 7;
    static constexpr std::uint32_t kLoadOf = 10;

    /// Small slots stand several to a unit, because a free run must hold its header.
    static constexpr std::uint32_t kUnitSlots = sizeof(Slot) >= 16 ? 1 : 16 / sizeof(Slot);
    struct Unit {
        std::array<Slot, kUnitSlots> slots{};
    };
    struct Shard {
        std::uint32_t offset = 0;  // of its units
        std::uint32_t units = 0;
        std::uint32_t slots = 0;
        std::uint32_t used = 0;
        std::uint32_t slots_wanted = 0;
    };

    static std::uint32_t home(std::uint32_t place, std::uint32_t slots) {
        return static_cast<std::uint32_t>(std::uint64_t{place} * slots >> 32);
    }
    static std::uint32_t next(std::uint32_t at, std::uint32_t slots) {
        return at + 1 == slots ? 0 : at + 1;
    }
    [[nodiscard]] const Slot& slot_at(const Shard& shard, std::uint32_t at) const {
        return slots_.at(shard.offset)[at / kUnitSlots].slots[at % kUnitSlots];
    }
    Slot& slot_at(const Shard& shard, std::uint32_t at) {
        return slots_.at(shard.offset)[at / kUnitSlots].slots[at % kUnitSlots];
    }
    [[nodiscard]] std::uint32_t number_of(const Shard& shard, const Slot* slot) const {
        const auto bytes = reinterpret_cast<std::uintptr_t>(slot) -
                           reinterpret_cast<std::uintptr_t>(slots_.at(shard.offset));
        return static_cast<std::uint32_t>(bytes / sizeof(Unit) * kUnitSlots +
                                          bytes % sizeof(Unit) / sizeof(Slot));
    }
    void put(const Shard& shard, const Slot& slot) {
        std::uint32_t at = home(slot.place(), shard.slots);
        while (slot_at(shard, at).used()) at = next(at, shard.slots);
        slot_at(shard, at) = slot;
    }
    void resize(Shard& shard, std::uint32_t wanted) {
        Shard larger = shard;
        larger.units = SpanHeap<Unit>::capacity_for((wanted + kUnitSlots - 1) / kUnitSlots);
        larger.slots = larger.units * kUnitSlots;
        larger.offset = slots_.allocate(larger.units);
        std::fill_n(slots_.at(larger.offset), larger.units, Unit{});
        for (std::uint32_t at = 0; at < shard.slots; ++at)
            if (const Slot& slot = slot_at(shard, at); slot.used()) put(larger, slot);
        if (shard.units != 0) slots_.release(shard.offset, shard.units);
        shard = larger;
    }

    SpanHeap<Unit> slots_;
    std::array<Shard, kShards> shards_;
    std::uint64_t size_ = 0;
};

}  // namespace holdfast
