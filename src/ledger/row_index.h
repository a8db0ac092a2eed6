// From a key to the number of the row that holds it: 8 bytes a slot, since the key stands in the
// row.
#pragma once

#include <cstdint>

#include "base/sharded_table.h"

namespace holdfast::ledger {

class RowIndex {
  public:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    /// The row under `key` that `is_it` takes by its number, or kNone.
    template <class IsIt>
    [[nodiscard]] std::uint32_t find(std::uint64_t key, IsIt&& is_it) const {
        const Slot* slot =
            slots_.find(mixed(key), [&](const Slot& s) { return is_it(s.row_and_one - 1); });
        return slot == nullptr ? kNone : slot->row_and_one - 1;
    }
    /// Nothing is under the key yet.
    void insert(std::uint64_t key, std::uint32_t row) {
        const std::uint64_t hash = mixed(key);
        slots_.insert(hash, {static_cast<std::uint32_t>(hash), row + 1});
    }
    void erase(std::uint64_t key, std::uint32_t row) {
        const std::uint64_t hash = mixed(key);
        const Slot* slot =
            slots_.find(hash, [&](const Slot& s) { return s.row_and_one == row + 1; });
        if (slot != nullptr) slots_.erase(hash, slot);
    }
    [[nodiscard]] std::uint64_t size() const { return slots_.size(); }
    [[nodiscard]] std::uint64_t bytes() const { return slots_.bytes(); }
    void reserve(std::uint64_t rows) { slots_.reserve(rows); }
    void prefetch(std::uint64_t key) const { slots_.prefetch(mixed(key)); }

  private:
    struct Slot {
        std::uint32_t low = 0;
        std::uint32_t row_and_one = 0;  // 0 = free
        [[nodiscard]] bool used() const { return row_and_one != 0; }
        [[nodiscard]] std::uint32_t place() const { return low; }
    };
    /// Keys may be consecutive numbers.
    static std::uint64_t mixed(std::uint64_t key) {
        key = (key ^ key >> 32) * 0xD6E8FEB86659FD93ULL;
        key = (key ^ key >> 32) * 0xD6E8FEB86659FD93ULL;
        return key ^ key >> 32;
    }
    ShardedTable<Slot> slots_;
};

}  // namespace holdfast::ledger
