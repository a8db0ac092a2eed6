// What each kind of case is about, and how its units at risk are told from the ledger's numbers.
// The table of docs/api/cases.md in code.
#pragma once

#include "cases/case_row.h"
#include "cases/ledger_view.h"

namespace holdfast::cases {

/// How many units of a subject are at risk.
enum class Measure : std::uint8_t {
    below_zero,       ///< units that sellable is below zero
    rare_below_zero,  ///< units that damaged, quarantine and suspect are below zero
    at_risk,          ///< units promised that are not on the shelf
    oversold,         ///< of the reservation's promised units here, those that nobody has
    uncovered,        ///< units back-ordered beyond what is expected here
    until_counted,    ///< the units that the fact moved, until the position is counted
    moved,            ///< the units that the facts moved, all of them together
    over_received,    ///< of the units that came, those that no purchase order had left
    over_shipped,     ///< of the units that left, those that the order was not promised
    untold,           ///< the fact does not say how many
};

struct KindRule {
    Measure measure = Measure::moved;
    bool about_position = true;  ///< one case per SKU and location that the fact concerns
    bool about_order = false;
    bool about_document = false;
    bool about_channel = false;
    bool about_source = false;
    bool about_node = false;
};
[[nodiscard]] KindRule rule_of(CaseKind kind);

/// Whether the units at risk are the ledger's number now, so that a later fact may lower them to
/// none and the case resolves itself. The others add up what each fact tells.
[[nodiscard]] bool is_level(Measure measure);
/// Whether facts at the subject's position are looked at while the case is live.
[[nodiscard]] bool follows_ledger(const Subject& subject);
/// The units at risk now, for a measure that is a level.
[[nodiscard]] Units units_at_risk(const Subject& subject, const LedgerView& ledger);

}  // namespace holdfast::cases
