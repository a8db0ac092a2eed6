// A small open-addressing map in an arena, for the sums that one decision needs by position or by
// line. It is never iterated, so that its order cannot be seen, and never larger than a request.
#pragma once

#include <cstdint>
#include <span>

#include "base/arena.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"

namespace holdfast::ledger {

struct PairKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    friend bool operator==(const PairKey&, const PairKey&) = default;
};
/// `place` is a location, or the raw number of any place.
inline PairKey position_key(SkuId sku, std::uint32_t place, std::uint64_t line = 0) {
    return {line, std::uint64_t{sku.raw} << 32 | place};
}

template <class Value>
class ArenaMap {
  public:
    /// Takes nothing from the arena before the first insertion.
    explicit ArenaMap(Arena& arena) : arena_(arena) {}

    /// The value of the key, default-constructed when it is new.
    Value& operator[](const PairKey& key) {
        if (2 * size_ >= slots_.size()) grow();
        Slot& slot = slot_of(key);
        if (!slot.used) {
            slot.used = true;
            slot.key = key;
            ++size_;
        }
        return slot.value;
    }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// The value of the key, or a default-constructed one.
    [[nodiscard]] Value get(const PairKey& key) const {
        return size_ == 0 ? Value{} : slot_of(key).value;
    }

  private:
    struct Slot {
        PairKey key;
        Value value{};
        bool used = false;
    };
    static std::size_t hash(const PairKey& key) {
        std::uint64_t h = key.first * 0x9e3779b97f4a7c15;
        h = (h ^ (h >> 32) ^ key.second) * 0xd6e8feb86659fd93;
        return static_cast<std::size_t>(h ^ (h >> 32));
    }
    Slot& slot_of(const PairKey& key) const {
        std::size_t at = hash(key) & (slots_.size() - 1);
        while (slots_[at].used && !(slots_[at].key == key)) at = (at + 1) & (slots_.size() - 1);
        return slots_[at];
    }
    void grow() {
        const std::span<Slot> old = slots_;
        slots_ = arena_.array<Slot>(old.empty() ? 8 : old.size() * 2);
        for (const Slot& slot : old)
            if (slot.used) slot_of(slot.key) = slot;
    }

    Arena& arena_;
    std::span<Slot> slots_;  // a power of two, at most half used
    std::size_t size_ = 0;
};

/// Units that a command has promised so far, by position.
using TakenUnits = ArenaMap<Units>;

}  // namespace holdfast::ledger
