// Lines of purchase orders: what suppliers are to deliver, where and when, and what came of it.
// A line of which nothing is open any more stays for corrections until its generation is forgotten.
#pragma once

#include <cstdint>
#include <map>

#include "ledger/ended_rows.h"
#include "ledger/expected_supply.h"

namespace holdfast::ledger {

/// A line of a document: the keyed hash of its number, and the line's own number.
struct DocumentLine {
    std::uint64_t document = 0;
    std::uint64_t line = 0;
    friend auto operator<=>(const DocumentLine&, const DocumentLine&) = default;
};
/// So that one receipt fits one fact whatever it touches.
inline constexpr std::size_t document_lines_max = lines_per_request_max;

struct InboundLine {
    SkuId sku;
    LocationId location;  ///< where it is expected
    std::int64_t due = 0;
    Units ordered = 0;   ///< as the order stands now; 0 = cancelled
    Units received = 0;  ///< may be more than was ordered
    std::int32_t ended_generation = 0;

    [[nodiscard]] Units open() const { return ordered > received ? ordered - received : 0; }
};

class InboundTable {
  public:
    using Rows = std::map<DocumentLine, InboundLine>;
    [[nodiscard]] const InboundLine* find(const DocumentLine& key) const {
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

    // Changes, by apply and checkpoint loading only. The supply index follows.
    InboundLine& add(const DocumentLine& key, SkuId sku, LocationId at, std::int64_t due);
    InboundLine* find_mutable(const DocumentLine& key) {
        const auto row = rows_.find(key);
        return row == rows_.end() ? nullptr : &row->second;
    }
    void change(const DocumentLine& key, InboundLine& row, std::int64_t due, Units ordered,
                Units received, Instant now, ExpectedSupply& expected);
    /// Puts a row back as it was.
    void restore(const DocumentLine& key, const InboundLine& row, ExpectedSupply& expected);
    void advance(Instant now);

  private:
    Rows rows_;
    EndedRows<DocumentLine> ended_;
};

}  // namespace holdfast::ledger
