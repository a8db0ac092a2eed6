// What happened, as a person would say it: one sentence for each kind of case.
#include <fmt/format.h>

#include "api/render_case.h"

namespace holdfast::api {
namespace {

std::string units(Units count) { return count == 1 ? "1 unit" : fmt::format("{} units", count); }

}  // namespace

std::string summary_of(const cases::Case& row, const ledger::State& state) {
    const cases::Subject& about = row.subject;
    const auto known = [](std::string_view text, std::string_view otherwise) {
        return std::string(text.empty() ? otherwise : text);
    };
    const std::string sku = known(state.items.code(about.sku.raw), "an item");
    const std::string at = known(state.locations.code(about.location.raw), "a location");
    const std::string channel = known(state.channels.code(about.channel.raw), "a channel");
    const std::string source =
        known(about.source == kNoName ? "" : state.names.code(about.source.raw), "a source");
    const std::string order = about.order.empty() ? "An order" : "Order " + about.order;
    const std::string some = units(row.units);
    switch (about.kind) {
        case CaseKind::negative_sellable:
            return fmt::format("{} more of {} left {} than were known to be there.", some, sku, at);
        case CaseKind::oversold_order:
            return fmt::format("{} is promised {} of {} at {} that nobody has.", order, some, sku,
                               at);
        case CaseKind::reservation_at_risk:
            return fmt::format("{} of {} are promised at {} and not on the shelf.", some, sku, at);
        case CaseKind::late_confirm_without_stock:
            return fmt::format(
                "{} was confirmed after its hold had ended: {} of {} are missing at {}.", order,
                some, sku, at);
        case CaseKind::negative_bucket:
            return fmt::format("{} more of {} left a bucket at {} than were in it.", some, sku, at);
        case CaseKind::sequence_gap:
            return fmt::format("Source {} skipped numbers of its own sequence.", source);
        case CaseKind::source_epoch_unannounced:
            return fmt::format("Source {} counts anew, and nobody said that it would.", source);
        case CaseKind::node_silent:
            return fmt::format("{} fell silent: what is promised there is not known to be there.",
                               at);
        case CaseKind::unknown_code:
            return fmt::format(
                "Orders of source {} were taken without lines whose item or location nobody knows.",
                source);
        case CaseKind::quota_overcommitted:
            return fmt::format("The quota of channel {} for {} is over-committed.", channel, sku);
        case CaseKind::over_receipt:
            return fmt::format("More of {} came to {} than was expected: {}.", sku, at, some);
        case CaseKind::transfer_residue:
            return fmt::format("A transfer of {} to {} was completed with {} missing.", sku, at,
                               some);
        case CaseKind::ownership_conflict:
            return fmt::format("Source {} disagrees about {} at {} and does not own it.", source,
                               sku, at);
        case CaseKind::event_without_cause:
            return fmt::format("{} waits for the event that caused what was reported.", order);
        case CaseKind::beyond_promise:
            return fmt::format("More units of {} at {} were spoken of than {} had.", sku, at,
                               about.order.empty() ? "an order" : "order " + about.order);
        case CaseKind::over_shipment:
            return fmt::format("{} was shipped {} of {} from {} beyond what it had.", order, some,
                               sku, at);
        case CaseKind::unreferenced_return:
            return fmt::format("{} of {} came back to {} and nobody had announced them.", some, sku,
                               at);
        case CaseKind::recount_needed:
            return fmt::format("{} at {} should be counted: {} are in doubt.", sku, at, some);
        case CaseKind::backorder_uncovered:
            return fmt::format("{} of {} are back-ordered at {} beyond what is expected.", some,
                               sku, at);
        case CaseKind::backorder_unfilled:
            return fmt::format("There are units of {} at {}, and orders that still wait for them.",
                               sku, at);
        case CaseKind::promise_slipped:
            return fmt::format("{} comes to {} later than back-orders were promised for.", sku, at);
        case CaseKind::cancelled_too_late:
            return fmt::format("{} left {} although its cancellation was pending.", order, at);
    }
    return fmt::format("Something about {} at {} should be looked at.", sku, at);
}

}  // namespace holdfast::api
