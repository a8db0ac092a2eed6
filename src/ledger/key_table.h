// Keys already seen: keyed 128-bit hash -> body hash and the fact that answered. Keys are forgotten
// by generations of log time, so that forgetting costs nothing per key and replay forgets the same.
// A generation is forgotten when enough newer ones have begun, not when its time is past: a clock
// that jumps by a month begins one generation, and what was sent a minute ago is still known.
// Why: docs/decisions/keys_by_generation.md.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/hash.h"
#include "base/instant.h"
#include "base/sharded_table.h"

namespace holdfast::ledger {

/// Transport keys live at least 7 days, semantic keys at least 45, of days in which the hub works.
inline constexpr Microseconds transport_key_generation = std::chrono::hours(84);
inline constexpr std::uint32_t transport_key_generations = 3;
inline constexpr Microseconds semantic_key_generation = std::chrono::hours(24 * 15);
inline constexpr std::uint32_t semantic_key_generations = 4;

struct KeyRow {
    std::uint64_t body_hash = 0;
    std::uint64_t seq = 0;
};

class KeyTable {
  public:
    /// `generations` are kept: the newest and the ones that began before it.
    KeyTable(Microseconds generation, std::uint32_t generations)
        : generation_(generation), generations_(generations) {}

    [[nodiscard]] std::optional<KeyRow> find(const Hash128& key) const {
        for (const Generation& g : kept_)
            if (const Slot* slot = g.find(key); slot != nullptr) return slot->row;
        return std::nullopt;
    }
    void prefetch(const Hash128& key) const {
        for (const Generation& g : kept_) g.keys.prefetch(key.low);
    }
    [[nodiscard]] std::uint64_t size() const {
        std::uint64_t total = 0;
        for (const Generation& g : kept_) total += g.keys.size();
        return total;
    }
    /// Remembers a key under the generation of `now`.
    void put(const Hash128& key, const KeyRow& row, Instant now);
    /// Begins the generation of `now` unless it has begun, and forgets what is then too old. Called
    /// for every entry: time that passes without keys ages them as well.
    void advance(Instant now);
    /// Whether an entry at `now` would begin a generation.
    [[nodiscard]] bool begins(Instant now) const {
        return kept_.empty() || kept_.front().number < number_at(now);
    }

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const Generation& g : kept_)
            g.keys.for_each([&](const Slot& slot) { visit(g.number, slot.key, slot.row); });
    }
    /// Visits the numbers of the generations that are kept, newest first, with their sizes.
    template <class Visit>
    void for_each_generation(Visit&& visit) const {
        for (const Generation& g : kept_) visit(g.number, std::uint64_t{g.keys.size()});
    }
    [[nodiscard]] std::uint64_t bytes() const {
        std::uint64_t total = 0;
        for (const Generation& g : kept_) total += g.keys.bytes();
        return total;
    }
    /// Room for this many keys in the next generation that gets any: at the start, before anybody
    /// waits. Later ones grow as they are filled.
    void reserve(std::uint64_t keys) { expected_ = keys; }
    /// Checkpoint loading: makes a numbered generation, and puts a key into it.
    void restore(std::int64_t number);
    void restore(std::int64_t number, const Hash128& key, const KeyRow& row);

  private:
    // The key is a keyed hash already.
    struct Slot {
        Hash128 key;
        KeyRow row;  // no fact has seq 0
        [[nodiscard]] bool used() const { return row.seq != 0; }
        [[nodiscard]] std::uint32_t place() const { return static_cast<std::uint32_t>(key.low); }
    };
    struct Generation {
        std::int64_t number = 0;
        ShardedTable<Slot> keys;
        [[nodiscard]] const Slot* find(const Hash128& key) const {
            return keys.find(key.low, [&](const Slot& slot) { return slot.key == key; });
        }
    };
    [[nodiscard]] std::int64_t number_at(Instant now) const {
        return to_raw(now) / generation_.count();
    }
    void insert(Generation& into, const Hash128& key, const KeyRow& row);
    Microseconds generation_;
    std::uint32_t generations_;
    std::uint64_t expected_ = 0;
    std::deque<Generation> kept_;  // newest first
};

}  // namespace holdfast::ledger
