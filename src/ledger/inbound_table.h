// Lines of purchase orders: what suppliers are to deliver, where and when, and what came of it.
// A line of which nothing is open any more stays for corrections until its generation is forgotten.
#pragma once

#include <cstdint>

#include "ledger/document_rows.h"
#include "ledger/expected_supply.h"

namespace holdfast::ledger {

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

class InboundTable : public DocumentRows<InboundLine> {
  public:
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
    EndedRows<DocumentLine> ended_;
};

}  // namespace holdfast::ledger
