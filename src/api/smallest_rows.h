// A page of a table that keeps no order: its smallest rows from the cursor on.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "api/page.h"

namespace holdfast::api {

/// Found in one pass, with no more than a page and one row kept. `Row` has `at`, a pair of numbers,
/// which no two rows share.
template <class Row>
class SmallestRows {
  public:
    explicit SmallestRows(const Page& page) : page_(page) {}

    void offer(const Row& row) {
        if (row.at < std::pair{page_.from.first, page_.from.second}) return;
        rows_.push_back(row);
        std::push_heap(rows_.begin(), rows_.end(), before);
        if (rows_.size() <= page_.limit + 1U) return;
        std::pop_heap(rows_.begin(), rows_.end(), before);
        rows_.pop_back();
    }
    /// The rows in order. `next` is where the page after this one starts, if there is one.
    std::vector<Row> take(std::optional<CursorKey>& next) {
        std::sort(rows_.begin(), rows_.end(), before);
        if (rows_.size() > page_.limit) {
            next = CursorKey{rows_.back().at.first, rows_.back().at.second};
            rows_.pop_back();
        }
        return std::move(rows_);
    }

  private:
    static bool before(const Row& a, const Row& b) { return a.at < b.at; }
    const Page& page_;
    std::vector<Row> rows_;
};

}  // namespace holdfast::api
