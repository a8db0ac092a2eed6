// Returns that were announced: what a customer will send back, and what of it came. Forgotten a
// while after they were last spoken of, whether they came or not.
#pragma once

#include "ledger/inbound_table.h"

namespace holdfast::ledger {

/// Announced returns are remembered for at least 105 days.
inline constexpr std::int32_t announced_return_generations = 8;

struct AnnouncedLine {
    SkuId sku;
    Units announced = 0;
    Units received = 0;           ///< may be more than was announced
    std::int32_t generation = 0;  ///< when it was last spoken of

    [[nodiscard]] Units open() const {
        return announced > received ? announced - received : Units{0};
    }
};

class ReturnTable {
  public:
    using Rows = std::map<DocumentLine, AnnouncedLine>;
    [[nodiscard]] const AnnouncedLine* find(const DocumentLine& key) const {
        const auto row = rows_.find(key);
        return row == rows_.end() ? nullptr : &row->second;
    }
    [[nodiscard]] std::uint64_t size() const { return rows_.size(); }
    [[nodiscard]] const Rows& rows() const { return rows_; }
    /// Visits (line number, row) of a return's lines in the order of their numbers.
    template <class Visit>
    void for_each_of(std::uint64_t document, Visit&& visit) const {
        for (auto row = rows_.lower_bound({document, 0});
             row != rows_.end() && row->first.document == document; ++row)
            visit(row->first.line, row->second);
    }

    // Changes, by apply and checkpoint loading only.

    /// A new line, or units that came for a known one.
    void announce(const DocumentLine& key, SkuId sku, Units units, Instant now);
    void receive(const DocumentLine& key, Units units, Instant now);
    void restore(const DocumentLine& key, const AnnouncedLine& line);
    void advance(Instant now);

  private:
    void speak(const DocumentLine& key, AnnouncedLine& line, Instant now);

    Rows rows_;
    EndedRows<DocumentLine> spoken_{announced_return_generations};
};

}  // namespace holdfast::ledger
