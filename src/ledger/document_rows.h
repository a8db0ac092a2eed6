// Rows by the line of a document, and the ways to find them: what inbound and returned goods share.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "ledger/ended_rows.h"

namespace holdfast::ledger {

/// A line of a document: the keyed hash of its number, and the line's own number.
struct DocumentLine {
    std::uint64_t document = 0;
    std::uint64_t line = 0;
    friend auto operator<=>(const DocumentLine&, const DocumentLine&) = default;
};

/// The base of a table that says how its rows change and when they are forgotten.
template <class Row>
class DocumentRows {
  public:
    using Rows = std::map<DocumentLine, Row>;
    [[nodiscard]] const Row* find(const DocumentLine& key) const {
        const auto row = rows_.find(key);
        return row == rows_.end() ? nullptr : &row->second;
    }
    [[nodiscard]] std::uint64_t size() const { return rows_.size(); }
    [[nodiscard]] const Rows& rows() const { return rows_; }
    /// Visits (line number, row) of a document's lines in the order of their numbers.
    template <class Visit>
    void for_each_of(std::uint64_t document, Visit&& visit) const {
        for (auto row = rows_.lower_bound({document, 0});
             row != rows_.end() && row->first.document == document; ++row)
            visit(row->first.line, row->second);
    }

  protected:
    DocumentRows() = default;
    ~DocumentRows() = default;
    /// Forgets what is too old at `now`. A row that was spoken of since it was added to the list
    /// does not carry that generation any more, and stays.
    void forget(EndedRows<DocumentLine>& ended, std::int32_t Row::* generation_of, Instant now) {
        ended.forget_at(now, [&](std::int32_t generation, const DocumentLine& key) {
            const auto row = rows_.find(key);
            if (row != rows_.end() && row->second.*generation_of == generation) rows_.erase(row);
        });
    }

    Rows rows_;
};

}  // namespace holdfast::ledger
