// Everything about cases that must be identical after replay. Changed by apply alone; read by one
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "cases/bounds.h"
#include "cases/case_table.h"

namespace holdfast::cases {

struct State {
    explicit State(std::uint64_t hash_seed = 0, Limits bounds = {})
        : seed(hash_seed), limits(bounds), table(hash_seed) {}

    /// Secret of the journal: subjects are hashed with it.
    std::uint64_t seed;
    Limits limits;

    std::uint64_t seq = 0;  ///< of the last fact applied
    Instant log_time{};     ///< recorded_at of the last fact applied

    CaseTable table;
    /// By SKU: what one unit is worth in the smallest coin; 0 or no row = not known.
    std::vector<std::int64_t> unit_values;
    /// Raises that found every place taken by a live case.
    std::uint64_t not_opened = 0;

    [[nodiscard]] std::int64_t unit_value(SkuId sku) const {
        return sku.raw < unit_values.size() ? unit_values[sku.raw] : 0;
    }
    /// Worth of units of a SKU, never above money_at_risk_max.
    [[nodiscard]] std::int64_t worth(SkuId sku, Units units) const;

    /// The first invariant that does not hold, in words; nothing when all hold. Walks everything.
    [[nodiscard]] std::optional<std::string> check_invariants() const;
    /// Sum mod 2^128 of XXH3-128 over every row in its canonical encoding (docs/journal_format.md,
    /// "State hash"). Added to the ledger's own.
    [[nodiscard]] Hash128 state_hash() const;
};

}  // namespace holdfast::cases
