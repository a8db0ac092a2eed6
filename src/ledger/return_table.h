// Returns that were announced: what a customer will send back, and what of it came. Forgotten a
// while after they were last spoken of, whether they came or not.
#pragma once

#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "ledger/document_rows.h"

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

class ReturnTable : public DocumentRows<AnnouncedLine> {
  public:
    // Changes, by apply and checkpoint loading only.

    /// A new line, or units that came for a known one.
    void announce(const DocumentLine& key, SkuId sku, Units units, Instant now);
    void receive(const DocumentLine& key, Units units, Instant now);
    void restore(const DocumentLine& key, const AnnouncedLine& line);
    void advance(Instant now);

  private:
    void speak(const DocumentLine& key, AnnouncedLine& line, Instant now);

    EndedRows<DocumentLine> spoken_{announced_return_generations};
};

}  // namespace holdfast::ledger
