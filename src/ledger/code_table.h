// Outside codes and the dense ids that stand for them. Append-only: an id is never reused and a
// code never renamed; only the title may change.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/flat_map.h"
#include "canonical/ids.h"

namespace holdfast::ledger {

class CodeTable {
  public:
    explicit CodeTable(std::uint32_t entries_max) : entries_max_(entries_max) {}
    CodeTable(const CodeTable&) = delete;
    CodeTable& operator=(const CodeTable&) = delete;
    CodeTable(CodeTable&&) = default;
    CodeTable& operator=(CodeTable&&) = default;

    /// The id of a code, or kNoId.
    [[nodiscard]] std::uint32_t find(std::string_view code) const {
        const auto it = ids_.find(code);
        return it == ids_.end() ? kNoId : it->second;
    }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
    [[nodiscard]] bool full() const { return size() >= entries_max_; }
    /// Empty text for an id nobody has.
    [[nodiscard]] std::string_view code(std::uint32_t id) const {
        return id < rows_.size() ? std::string_view(rows_[id].code) : std::string_view{};
    }
    [[nodiscard]] std::string_view title(std::uint32_t id) const {
        return id < rows_.size() ? std::string_view(rows_[id].title) : std::string_view{};
    }
    [[nodiscard]] std::uint64_t changed_at_seq(std::uint32_t id) const { return rows_[id].seq; }

    /// Appends the next id, or changes the title of a known one.
    void put(std::uint32_t id, std::string_view code, std::string_view title, std::uint64_t seq);

  private:
    struct Row {
        std::string code;
        std::string title;
        std::uint64_t seq = 0;
    };
    std::uint32_t entries_max_;
    std::deque<Row> rows_;  // a deque: the map's keys point into its strings
    FlatMap<std::string_view, std::uint32_t> ids_;
};

}  // namespace holdfast::ledger
