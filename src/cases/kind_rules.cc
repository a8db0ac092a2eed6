#include "cases/kind_rules.h"

#include <algorithm>

namespace holdfast::cases {
namespace {

Units below_zero(Units level) { return level < 0 ? -level : 0; }

Units promised_here(const Subject& subject, const LedgerView& ledger) {
    return ledger.level(subject.sku, subject.location, Bucket::reserved) +
           ledger.level(subject.sku, subject.location, Bucket::allocated);
}

}  // namespace

KindRule rule_of(CaseKind kind) {
    switch (kind) {
        case CaseKind::negative_sellable: return {.measure = Measure::below_zero};
        case CaseKind::negative_bucket: return {.measure = Measure::rare_below_zero};
        case CaseKind::reservation_at_risk: return {.measure = Measure::at_risk};
        case CaseKind::oversold_order:
        case CaseKind::late_confirm_without_stock:
            return {.measure = Measure::oversold, .about_order = true};
        case CaseKind::backorder_uncovered: return {.measure = Measure::uncovered};
        case CaseKind::backorder_unfilled:
        case CaseKind::promise_slipped: return {.measure = Measure::untold};
        case CaseKind::recount_needed: return {.measure = Measure::until_counted};
        case CaseKind::over_receipt: return {.measure = Measure::over_received};
        case CaseKind::over_shipment:
            return {.measure = Measure::over_shipped, .about_order = true};
        case CaseKind::cancelled_too_late: return {.about_order = true};
        case CaseKind::transfer_residue:
        case CaseKind::unreferenced_return: return {.about_document = true};
        case CaseKind::quota_overcommitted:
            return {.measure = Measure::untold, .about_channel = true};
        case CaseKind::beyond_promise: return {.measure = Measure::untold, .about_order = true};
        case CaseKind::ownership_conflict: return {.about_source = true};
        case CaseKind::event_without_cause: return {.about_order = true, .about_document = true};
        case CaseKind::node_silent:
            return {.measure = Measure::untold, .about_position = false, .about_node = true};
        case CaseKind::sequence_gap:
        case CaseKind::source_epoch_unannounced:
        case CaseKind::unknown_code:
            return {.measure = Measure::untold, .about_position = false, .about_source = true};
    }
    return {};
}

bool is_level(Measure measure) { return measure <= Measure::uncovered; }

bool follows_ledger(const Subject& subject) {
    return subject.sku != kNoSku && subject.location != kNoLocation &&
           rule_of(subject.kind).measure <= Measure::until_counted;
}

Units units_at_risk(const Subject& subject, const LedgerView& ledger) {
    const auto level = [&](Bucket bucket) {
        return ledger.level(subject.sku, subject.location, bucket);
    };
    switch (rule_of(subject.kind).measure) {
        case Measure::below_zero: return below_zero(level(Bucket::sellable));
        case Measure::rare_below_zero:
            return below_zero(level(Bucket::damaged)) + below_zero(level(Bucket::quarantine)) +
                   below_zero(level(Bucket::suspect));
        case Measure::at_risk: {
            const Units promised = promised_here(subject, ledger);
            return std::clamp(promised - level(Bucket::sellable), Units{0}, promised);
        }
        case Measure::oversold: {
            const Units oversold =
                below_zero(level(Bucket::sellable) - promised_here(subject, ledger));
            if (oversold == 0) return 0;
            return std::min(oversold,
                            ledger.promised(subject.reservation, subject.sku, subject.location));
        }
        case Measure::uncovered:
            return std::max(Units{0}, level(Bucket::backordered) - level(Bucket::inbound) -
                                          level(Bucket::in_transit));
        case Measure::until_counted:
        case Measure::moved:
        case Measure::over_received:
        case Measure::over_shipped:
        case Measure::untold: break;
    }
    return 0;
}

}  // namespace holdfast::cases
