// Outside codes and the dense ids that stand for them. Append-only: an id is never reused and a
// code never renamed; only the title may change.
//
// The index is our own open-addressing table: it is only ever appended to, its slots lead straight
// to the text, and a bulk reader can ask for slots and texts ahead of their use (measured beside
// the general table in docs/decisions/code_index.md).
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/hash.h"
#include "canonical/entry.h"
#include "canonical/ids.h"

namespace holdfast::ledger {

class CodeTable final : public NameLookup {
  public:
    explicit CodeTable(std::uint32_t entries_max) : entries_max_(entries_max) {}
    CodeTable(const CodeTable&) = delete;
    CodeTable& operator=(const CodeTable&) = delete;

    static std::uint64_t hash(std::string_view code) { return hash64(as_byte_span(code)); }

    /// The id of a code, or kNoId.
    [[nodiscard]] std::uint32_t find(std::string_view code) const { return find(code, hash(code)); }
    [[nodiscard]] std::uint32_t find(std::string_view code, std::uint64_t hashed) const;
    [[nodiscard]] std::uint32_t id_of(std::string_view name) const override { return find(name); }
    [[nodiscard]] std::uint32_t count() const override { return size(); }
    /// Hints for many look-ups at once: first the slot, then (when the slot is there) its text.
    void prefetch_slot(std::uint64_t hashed) const {
        if (!slots_.empty()) __builtin_prefetch(&slots_[hashed & (slots_.size() - 1)]);
    }
    void prefetch_text(std::uint64_t hashed) const {
        if (!slots_.empty()) __builtin_prefetch(slots_[hashed & (slots_.size() - 1)].text);
    }

    void prefetch_row(std::uint32_t id) const {
        if (id < rows_.size()) __builtin_prefetch(&rows_[id]);
    }

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
    [[nodiscard]] bool full() const { return size() >= entries_max_; }
    /// Empty text for an id nobody has. Texts never move.
    [[nodiscard]] std::string_view code(std::uint32_t id) const {
        return id < rows_.size() ? rows_[id].code : std::string_view{};
    }
    [[nodiscard]] std::string_view title(std::uint32_t id) const {
        return id < rows_.size() ? rows_[id].title : std::string_view{};
    }
    [[nodiscard]] std::uint64_t changed_at_seq(std::uint32_t id) const { return rows_[id].seq; }

    /// Memory of rows, index and texts.
    [[nodiscard]] std::uint64_t bytes() const {
        return rows_.capacity() * sizeof(Row) + slots_.capacity() * sizeof(Slot) +
               texts_.bytes_used();
    }

    /// Appends the next id, or changes the title of a known one.
    void put(std::uint32_t id, std::string_view code, std::string_view title, std::uint64_t seq);

  private:
    struct Row {
        std::string_view code;  // both texts stand in texts_
        std::string_view title;
        std::uint64_t seq = 0;
    };
    struct Slot {
        std::uint64_t hashed = 0;
        const char* text = nullptr;  // null: free
        std::uint32_t length = 0;
        std::uint32_t id = 0;
    };
    void index(std::uint32_t id);
    void grow();

    std::uint32_t entries_max_;
    std::pmr::vector<Row> rows_;
    std::pmr::vector<Slot> slots_;  // a power of two, at most half full
    Arena texts_;  // a title that changes leaves its old text behind: titles change rarely
};

}  // namespace holdfast::ledger
