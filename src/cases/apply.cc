// Adds a fact to the cases: what people did, what the fact changes under live cases, and what it
// raises.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/planted.h"
#include "cases/cases.h"
#include "cases/findings.h"
#include "cases/kind_rules.h"
#include "cases/settling.h"

namespace holdfast::cases {
namespace {

/// Bits of a case's id below the seq of the fact that opened it.
constexpr int kNumberBits = 16;
static_assert(cases_per_fact_max < 1U << kNumberBits);

HistoryEntry step_of(const FactView& fact, CaseStep step) {
    return {.seq = fact.seq(),
            .at = fact.recorded_at(),
            .step = step,
            .actor = NameId{fact.header().actor}};
}

void set_units(const State& state, Case& row, Units units) {
    row.units = std::min(units, level_max);
    row.units_peak = std::max(row.units_peak, row.units);
    row.money = state.worth(row.subject.sku, row.units);
}

void wake(Case& row) {
    row.state = CaseState::open;
    row.wake_at = Instant{};
    row.snoozed_units = 0;
}

/// A snooze ends early when more units are at risk than when it began, whatever put them there.
void wake_if_worse(Case& row, const FactView& fact) {
    if (row.state != CaseState::snoozed || row.units <= row.snoozed_units) return;
    if (planted(Bug::snoozed_case_sleeps_through_worse)) return;
    wake(row);
    add_step(row, step_of(fact, CaseStep::woken));
}

void resolve(Case& row, CaseResolution resolution, const FactView& fact) {
    wake(row);
    row.state = CaseState::resolved;
    row.resolution = resolution;
    row.resolved_at = fact.recorded_at();
}

/// A later fact removed what the case was about.
void remove_cause(Case& row, const FactView& fact) {
    if (planted(Bug::case_outlives_its_cause)) return;
    resolve(row, CaseResolution::cause_removed, fact);
    HistoryEntry entry = step_of(fact, CaseStep::resolved);
    entry.resolution = CaseResolution::cause_removed;
    add_step(row, std::move(entry));
}

void reopen(State& state, Case& row, const LedgerView& ledger) {
    const bool was_resolved = !row.live();
    wake(row);
    row.resolution.reset();
    row.resolved_at = Instant{};
    // A resolved case kept what was at risk then; a live one says what is at risk now.
    if (was_resolved && is_level(rule_of(row.subject.kind).measure) && follows_ledger(row.subject))
        set_units(state, row, units_at_risk(row.subject, ledger));
    else
        set_units(state, row, row.units);
}

void apply_action(State& state, Case& row, const FactView& fact, const LedgerView& ledger) {
    HistoryEntry entry = step_of(fact, CaseStep::commented);
    entry.text = fact.text(FieldTag::comment);
    switch (fact.type()) {
        case FactType::case_assigned:
            // The entry says whom; what was said with it is a step of its own.
            if (!entry.text.empty()) add_step(row, entry);
            entry.step = CaseStep::assigned;
            row.assignee = fact.text(FieldTag::assignee);
            entry.text = row.assignee;
            break;
        case FactType::case_snoozed:
            entry.step = CaseStep::snoozed;
            row.state = CaseState::snoozed;
            row.wake_at =
                instant_from_raw(fact.field_as<std::int64_t>(FieldTag::wake_at).value_or(0));
            row.snoozed_units = row.units;
            break;
        case FactType::case_resolved:
            entry.step = CaseStep::resolved;
            resolve(row,
                    static_cast<CaseResolution>(
                        fact.field_as<std::uint8_t>(FieldTag::case_resolution).value_or(0)),
                    fact);
            entry.resolution = row.resolution;
            break;
        case FactType::case_reopened:
            entry.step = CaseStep::reopened;
            reopen(state, row, ledger);
            break;
        case FactType::case_woken:
            entry.step = CaseStep::woken;
            wake(row);
            break;
        default: break;
    }
    row.seq = fact.seq();
    add_step(row, std::move(entry));
}

void apply_actions(State& state, const FactView& fact, const LedgerView& ledger) {
    switch (fact.type()) {
        case FactType::case_assigned:
        case FactType::case_snoozed:
        case FactType::case_resolved:
        case FactType::case_reopened:
        case FactType::case_commented:
        case FactType::case_woken: break;
        default: return;
    }
    const auto ids = fact.field(FieldTag::case_ids);
    HOLDFAST_CHECK(ids.has_value(), "a fact about cases names them");
    for (std::size_t i = 0; i < ids->size() / sizeof(std::uint64_t); ++i)
        state.table.change(CaseId{fact.item<std::uint64_t>(ids, i, 0)},
                           [&](Case& row) { apply_action(state, row, fact, ledger); });
}

void apply_unit_value(State& state, const FactView& fact) {
    if (fact.type() != FactType::item_upserted) return;
    const auto value = fact.field_as<std::int64_t>(FieldTag::unit_value);
    const auto entity = fact.field_as<EntityField>(FieldTag::entity);
    if (!value || !entity) return;
    const SkuId sku{entity->id};
    if (state.unit_value(sku) == *value) return;
    if (state.unit_values.size() <= sku.raw) state.unit_values.resize(sku.raw + 1);
    state.unit_values[sku.raw] = *value;
    for (const CaseId id : state.table.about(sku))
        if (state.table.find(id)->live())
            state.table.change(id, [&](Case& row) {
                set_units(state, row, row.units);
                row.seq = fact.seq();
            });
}

/// Live cases at the positions that the fact touches: their numbers follow the ledger, and a case
/// whose cause is gone resolves itself.
void follow(State& state, const FactView& fact, const LedgerView& ledger) {
    const bool counted = fact.type() == FactType::stock_counted;
    for (std::size_t i = 0; !state.table.watches_nothing() && i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() != PlaceKind::location) continue;
        const auto watching = state.table.watching(posting.sku, posting.place.location());
        // Resolving one takes it from the list that is walked.
        const std::vector<CaseId> ids(watching.begin(), watching.end());
        for (const CaseId id : ids) {
            const Case& seen = *state.table.find(id);
            const bool level = is_level(rule_of(seen.subject.kind).measure);
            if (!level && !counted) continue;
            const Units units = level ? units_at_risk(seen.subject, ledger) : 0;
            if (level && units == seen.units) continue;
            state.table.change(id, [&](Case& row) {
                row.seq = fact.seq();
                if (units > 0) {
                    set_units(state, row, units);
                    wake_if_worse(row, fact);
                    return;
                }
                remove_cause(row, fact);
            });
        }
    }
}

/// Live cases that wait for such a fact, whatever the levels say.
void settle(State& state, const FactView& fact, const LedgerView& ledger) {
    if (state.table.awaits_nothing()) return;
    for (const Settling& what : settled_by(fact, ledger))
        for (const CaseId id : state.table.awaiting(what))
            state.table.change(id, [&](Case& row) {
                row.seq = fact.seq();
                remove_cause(row, fact);
            });
}

/// Adds a raise to a case that is there already.
void group(State& state, CaseId id, const Finding& finding, const FactView& fact) {
    const bool level =
        is_level(rule_of(finding.subject.kind).measure) && follows_ledger(finding.subject);
    state.table.change(id, [&](Case& row) {
        ++row.count;
        add_fact(row, fact.seq());
        row.raised_at = fact.recorded_at();
        row.seq = fact.seq();
        if (row.subject.order.empty()) row.subject.order = finding.subject.order;
        const bool regressed = !row.live();
        const Units before = level || regressed ? 0 : row.units;
        if (regressed) {
            row.state = CaseState::open;
            row.resolution.reset();
            row.resolved_at = Instant{};
            ++row.regressed;
            add_step(row, step_of(fact, CaseStep::regressed));
        }
        set_units(state, row, before + finding.units);
        wake_if_worse(row, fact);
    });
}

/// Makes room for one more case, if need be by forgetting the one that was resolved first.
bool has_room(State& state) {
    if (state.table.size() < state.limits.cases_max) return true;
    const CaseId oldest = state.table.resolved_first();
    if (oldest.raw == 0) return false;
    state.table.forget(oldest);
    return true;
}

void open(State& state, CaseId id, Finding finding, const FactView& fact) {
    Case row;
    row.id = id;
    row.subject = std::move(finding.subject);
    row.count = 1;
    row.opened_by = fact.type();
    row.opened_at = fact.recorded_at();
    row.raised_at = fact.recorded_at();
    row.seq = fact.seq();
    add_fact(row, fact.seq());
    set_units(state, row, finding.units);
    add_step(row, step_of(fact, CaseStep::opened));
    state.table.add(std::move(row));
}

void raise(State& state, const FactView& fact, const LedgerView& ledger) {
    const auto kinds = fact.field(FieldTag::raises);
    if (!kinds) return;
    std::uint64_t opened = 0;
    for (const std::byte kind : *kinds) {
        for (Finding& finding : findings_of(static_cast<CaseKind>(kind), fact, ledger)) {
            const Case* known = state.table.find(finding.subject);
            if (known != nullptr && !known->live() && planted(Bug::resolved_case_never_regresses))
                continue;
            if (known != nullptr) {
                group(state, known->id, finding, fact);
            } else if (opened == cases_per_fact_max || !has_room(state)) {
                ++state.not_opened;
            } else {
                open(state, CaseId{fact.seq() << kNumberBits | opened}, std::move(finding), fact);
                ++opened;
            }
        }
    }
}

void forget_old(State& state) {
    for (std::size_t i = 0; i < forgotten_per_entry_max; ++i) {
        const CaseId oldest = state.table.resolved_first();
        if (oldest.raw == 0) return;
        if (state.table.find(oldest)->resolved_at + resolved_kept > state.log_time) return;
        state.table.forget(oldest);
    }
}

}  // namespace

void apply(State& state, const FactView& fact, const LedgerView& ledger) {
    HOLDFAST_CHECK(fact.seq() == state.seq + 1, "facts are applied in order, without a gap");
    HOLDFAST_CHECK(fact.recorded_at() >= state.log_time, "log time never goes back");
    HOLDFAST_CHECK(fact.seq() < std::uint64_t{1} << (64 - kNumberBits), "a case's id has room");
    state.seq = fact.seq();
    state.log_time = fact.recorded_at();

    apply_unit_value(state, fact);
    apply_actions(state, fact, ledger);
    follow(state, fact, ledger);
    settle(state, fact, ledger);
    raise(state, fact, ledger);
    if (fact.last_of_entry()) forget_old(state);
}

}  // namespace holdfast::cases
