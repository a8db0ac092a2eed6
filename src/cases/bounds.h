// Every bound of the cases machine by its name.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "canonical/quantity.h"

namespace holdfast::cases {

/// Cases that one fact opens at most; a raise beyond it is counted as not opened.
inline constexpr std::size_t cases_per_fact_max = 4096;
/// Facts that a case names: the first one and the newest ones.
inline constexpr std::size_t evidence_facts_max = 16;
/// Steps of a case's history that are kept: the first one and the newest ones.
inline constexpr std::size_t history_entries_max = 32;
/// Cases forgotten by one entry: a long silence must not become one long pause.
inline constexpr std::size_t forgotten_per_entry_max = 256;
/// A resolved case stays at least this long, and regresses as long as it is there.
inline constexpr Microseconds resolved_kept = std::chrono::hours(24 * 30);

/// Money at risk of one case stops here, so that the sum over all cases fits 64 bits.
inline constexpr std::int64_t money_at_risk_max = 10'000'000'000'000;

/// How a state is bounded. Full never means silent growth.
struct Limits {
    /// A new case takes the place of the one that was resolved first; where all are live the raise
    /// is counted as not opened.
    std::uint32_t cases_max = 100'000;
    /// Comments and resolution texts of all cases together; beyond it they are refused.
    std::uint64_t texts_bytes_max = 256 * 1024 * 1024;
};
static_assert(quantity_max <= level_max);

}  // namespace holdfast::cases
