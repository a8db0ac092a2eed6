#include "canonical/vocabulary.h"

#include <array>
#include <utility>

namespace holdfast {
namespace {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N>
std::string_view find_name(const Names<Enum, N>& names, Enum value) {
    for (const auto& [known, text] : names)
        if (known == value) return text;
    return "unknown";
}

template <class Enum, std::size_t N>
std::optional<Enum> find_value(const Names<Enum, N>& names, std::string_view text) {
    for (const auto& [value, known] : names)
        if (known == text) return value;
    return std::nullopt;
}

constexpr Names<Bucket, 13> kBuckets{{{Bucket::sellable, "sellable"},
                                      {Bucket::damaged, "damaged"},
                                      {Bucket::quarantine, "quarantine"},
                                      {Bucket::suspect, "suspect"},
                                      {Bucket::reserved, "reserved"},
                                      {Bucket::allocated, "allocated"},
                                      {Bucket::picked, "picked"},
                                      {Bucket::backordered, "backordered"},
                                      {Bucket::erp_held, "erp_held"},
                                      {Bucket::inbound, "inbound"},
                                      {Bucket::in_transit, "in_transit"},
                                      {Bucket::external, "external"},
                                      {Bucket::quota_used, "quota_used"}}};

constexpr Names<PlaceKind, 8> kPlaces{{{PlaceKind::location, "location"},
                                       {PlaceKind::lane, "lane"},
                                       {PlaceKind::supplier, "supplier"},
                                       {PlaceKind::customer, "customer"},
                                       {PlaceKind::loss, "loss"},
                                       {PlaceKind::external, "external"},
                                       {PlaceKind::conversion, "conversion"},
                                       {PlaceKind::quota, "quota"}}};

constexpr Names<FactType, 66> kFactTypes{{
    {FactType::name_interned, "name.interned"},
    {FactType::item_upserted, "item.upserted"},
    {FactType::location_upserted, "location.upserted"},
    {FactType::channel_upserted, "channel.upserted"},
    {FactType::pool_upserted, "pool.upserted"},
    {FactType::policy_changed, "policy.changed"},
    {FactType::api_key_created, "api_key.created"},
    {FactType::api_key_revoked, "api_key.revoked"},
    {FactType::group_upserted, "group.upserted"},
    {FactType::authority_changed, "authority.changed"},
    {FactType::source_epoch_changed, "source.epoch_changed"},
    {FactType::node_offline, "node.offline"},
    {FactType::node_online, "node.online"},
    {FactType::reservation_created, "reservation.created"},
    {FactType::reservation_confirmed, "reservation.confirmed"},
    {FactType::reservation_extended, "reservation.extended"},
    {FactType::reservation_adjusted, "reservation.adjusted"},
    {FactType::reservation_released, "reservation.released"},
    {FactType::reservation_expired, "reservation.expired"},
    {FactType::reservation_resourced, "reservation.resourced"},
    {FactType::order_created, "order.created"},
    {FactType::order_cancelled, "order.cancelled"},
    {FactType::shipment_posted, "shipment.posted"},
    {FactType::return_received, "return.received"},
    {FactType::allocation_created, "allocation.created"},
    {FactType::allocation_released, "allocation.released"},
    {FactType::pick_confirmed, "pick.confirmed"},
    {FactType::pick_shorted, "pick.shorted"},
    {FactType::pick_returned, "pick.returned"},
    {FactType::pickup_completed, "pickup.completed"},
    {FactType::shipment_voided, "shipment.voided"},
    {FactType::return_announced, "return.announced"},
    {FactType::return_dispositioned, "return.dispositioned"},
    {FactType::backorder_created, "backorder.created"},
    {FactType::backorder_filled, "backorder.filled"},
    {FactType::erp_offset, "erp.offset"},
    {FactType::parked_overdue, "parked.overdue"},
    {FactType::stock_counted, "stock.counted"},
    {FactType::receipt_posted, "receipt.posted"},
    {FactType::stock_adjusted, "stock.adjusted"},
    {FactType::pos_sale, "pos.sale"},
    {FactType::pos_void, "pos.void"},
    {FactType::stock_status_changed, "stock.status_changed"},
    {FactType::supplier_return, "supplier.return"},
    {FactType::receipt_corrected, "receipt.corrected"},
    {FactType::inbound_scheduled, "inbound.scheduled"},
    {FactType::inbound_changed, "inbound.changed"},
    {FactType::inbound_cancelled, "inbound.cancelled"},
    {FactType::transfer_requested, "transfer.requested"},
    {FactType::transfer_cancelled, "transfer.cancelled"},
    {FactType::transfer_shipped, "transfer.shipped"},
    {FactType::transfer_received, "transfer.received"},
    {FactType::transfer_completed, "transfer.completed"},
    {FactType::kit_assembled, "kit.assembled"},
    {FactType::kit_broken, "kit.broken"},
    {FactType::stock_regraded, "stock.regraded"},
    {FactType::case_assigned, "case.assigned"},
    {FactType::case_snoozed, "case.snoozed"},
    {FactType::case_resolved, "case.resolved"},
    {FactType::case_reopened, "case.reopened"},
    {FactType::case_commented, "case.commented"},
    {FactType::case_woken, "case.woken"},
    {FactType::source_gap_overdue, "source.gap_overdue"},
    {FactType::parked_settled, "parked.settled"},
    {FactType::source_number_settled, "source.number_settled"},
    {FactType::source_sequence_given_up, "source.sequence_given_up"},
}};

constexpr Names<CaseKind, 22> kCaseKinds{{
    {CaseKind::negative_sellable, "negative_sellable"},
    {CaseKind::oversold_order, "oversold_order"},
    {CaseKind::reservation_at_risk, "reservation_at_risk"},
    {CaseKind::late_confirm_without_stock, "late_confirm_without_stock"},
    {CaseKind::negative_bucket, "negative_bucket"},
    {CaseKind::sequence_gap, "sequence_gap"},
    {CaseKind::quota_overcommitted, "quota_overcommitted"},
    {CaseKind::over_receipt, "over_receipt"},
    {CaseKind::transfer_residue, "transfer_residue"},
    {CaseKind::ownership_conflict, "ownership_conflict"},
    {CaseKind::event_without_cause, "event_without_cause"},
    {CaseKind::over_shipment, "over_shipment"},
    {CaseKind::unreferenced_return, "unreferenced_return"},
    {CaseKind::recount_needed, "recount_needed"},
    {CaseKind::backorder_uncovered, "backorder_uncovered"},
    {CaseKind::cancelled_too_late, "cancelled_too_late"},
    {CaseKind::beyond_promise, "beyond_promise"},
    {CaseKind::backorder_unfilled, "backorder_unfilled"},
    {CaseKind::promise_slipped, "promise_slipped"},
    {CaseKind::source_epoch_unannounced, "source_epoch_unannounced"},
    {CaseKind::node_silent, "node_silent"},
    {CaseKind::unknown_code, "unknown_code"},
}};

constexpr Names<CaseState, 3> kCaseStates{{{CaseState::open, "open"},
                                           {CaseState::snoozed, "snoozed"},
                                           {CaseState::resolved, "resolved"}}};

constexpr Names<CaseAction, 5> kCaseActions{{{CaseAction::assign, "assign"},
                                             {CaseAction::snooze, "snooze"},
                                             {CaseAction::resolve, "resolve"},
                                             {CaseAction::reopen, "reopen"},
                                             {CaseAction::comment, "comment"}}};

constexpr Names<CaseResolution, 5> kCaseResolutions{{
    {CaseResolution::corrected, "corrected"},
    {CaseResolution::accepted, "accepted"},
    {CaseResolution::false_alarm, "false_alarm"},
    {CaseResolution::duplicate, "duplicate"},
    {CaseResolution::cause_removed, "cause_removed"},
}};

constexpr Names<CaseStep, 8> kCaseSteps{{
    {CaseStep::opened, "opened"},
    {CaseStep::regressed, "regressed"},
    {CaseStep::woken, "woken"},
    {CaseStep::assigned, "assigned"},
    {CaseStep::snoozed, "snoozed"},
    {CaseStep::resolved, "resolved"},
    {CaseStep::reopened, "reopened"},
    {CaseStep::commented, "commented"},
}};

constexpr Names<Disposition, 5> kDispositions{{{Disposition::sellable, "sellable"},
                                               {Disposition::damaged, "damaged"},
                                               {Disposition::inspect, "inspect"},
                                               {Disposition::loss, "loss"},
                                               {Disposition::supplier, "supplier"}}};

constexpr Names<PolicyKind, 8> kPolicyKinds{{
    {PolicyKind::safety_stock, "safety_stock"},
    {PolicyKind::buffer, "buffer"},
    {PolicyKind::backorder_limit, "backorder_limit"},
    {PolicyKind::backorder_horizon, "backorder_horizon"},
    {PolicyKind::enabled, "enabled"},
    {PolicyKind::offline_buffer, "offline_buffer"},
    {PolicyKind::group_safety_stock, "group_safety_stock"},
    {PolicyKind::quota, "quota"},
}};

}  // namespace

std::string_view name(Bucket bucket) { return find_name(kBuckets, bucket); }
std::optional<Bucket> bucket_from(std::string_view text) { return find_value(kBuckets, text); }
std::string_view name(PlaceKind kind) { return find_name(kPlaces, kind); }
bool is_event(FactType type) {
    switch (type) {
        case FactType::reservation_adjusted:
        case FactType::order_created:
        case FactType::order_cancelled:
        case FactType::allocation_created:
        case FactType::allocation_released:
        case FactType::pick_confirmed:
        case FactType::pick_shorted:
        case FactType::pick_returned:
        case FactType::shipment_posted:
        case FactType::shipment_voided:
        case FactType::pickup_completed:
        case FactType::erp_offset:
        case FactType::backorder_created:
        case FactType::backorder_filled:
        case FactType::return_received:
        case FactType::stock_counted:
        case FactType::receipt_posted:
        case FactType::receipt_corrected:
        case FactType::inbound_scheduled:
        case FactType::inbound_changed:
        case FactType::inbound_cancelled:
        case FactType::transfer_requested:
        case FactType::transfer_cancelled:
        case FactType::transfer_shipped:
        case FactType::transfer_received:
        case FactType::transfer_completed:
        case FactType::stock_adjusted:
        case FactType::stock_status_changed:
        case FactType::stock_regraded:
        case FactType::kit_assembled:
        case FactType::kit_broken:
        case FactType::supplier_return:
        case FactType::return_announced:
        case FactType::return_dispositioned:
        case FactType::pos_sale:
        case FactType::pos_void: return true;
        default: return false;
    }
}
std::string_view name(FactType type) { return find_name(kFactTypes, type); }
std::optional<FactType> fact_type_from(std::string_view text) {
    return find_value(kFactTypes, text);
}
std::string_view name(CaseKind kind) { return find_name(kCaseKinds, kind); }
std::optional<CaseKind> case_kind_from(std::string_view text) {
    return find_value(kCaseKinds, text);
}
std::string_view name(CaseState state) { return find_name(kCaseStates, state); }
std::optional<CaseState> case_state_from(std::string_view text) {
    return find_value(kCaseStates, text);
}
std::string_view name(CaseAction action) { return find_name(kCaseActions, action); }
std::optional<CaseAction> case_action_from(std::string_view text) {
    return find_value(kCaseActions, text);
}
FactType fact_type_of(CaseAction action) {
    switch (action) {
        case CaseAction::assign: return FactType::case_assigned;
        case CaseAction::snooze: return FactType::case_snoozed;
        case CaseAction::resolve: return FactType::case_resolved;
        case CaseAction::reopen: return FactType::case_reopened;
        case CaseAction::comment: return FactType::case_commented;
    }
    return FactType::case_commented;
}
std::string_view name(CaseResolution resolution) { return find_name(kCaseResolutions, resolution); }
std::optional<CaseResolution> case_resolution_from(std::string_view text) {
    return find_value(kCaseResolutions, text);
}
std::string_view name(CaseStep step) { return find_name(kCaseSteps, step); }
std::string_view name(Disposition d) { return find_name(kDispositions, d); }
std::optional<Disposition> disposition_from(std::string_view text) {
    return find_value(kDispositions, text);
}
std::string_view name(PolicyKind kind) { return find_name(kPolicyKinds, kind); }
std::optional<PolicyKind> policy_kind_from(std::string_view text) {
    return find_value(kPolicyKinds, text);
}

std::string_view name(Refusal refusal) {
    using enum Refusal;
    switch (refusal) {
        case none: return "none";
        case unknown_sku: return "unknown_sku";
        case unknown_location: return "unknown_location";
        case unknown_channel: return "unknown_channel";
        case unknown_pool: return "unknown_pool";
        case unknown_reservation: return "unknown_reservation";
        case unknown_order: return "unknown_order";
        case unknown_line: return "unknown_line";
        case unknown_api_key: return "unknown_api_key";
        case unknown_group: return "unknown_group";
        case unknown_unit: return "unknown_unit";
        case unknown_document: return "unknown_document";
        case unknown_source: return "unknown_source";
        case older_than_last_count: return "older_than_last_count";
        case components_required: return "components_required";
        case no_lines: return "no_lines";
        case too_many_lines: return "too_many_lines";
        case duplicate_line: return "duplicate_line";
        case quantity_must_be_positive: return "quantity_must_be_positive";
        case quantity_too_large: return "quantity_too_large";
        case level_out_of_range: return "level_out_of_range";
        case time_to_live_out_of_range: return "time_to_live_out_of_range";
        case reason_required: return "reason_required";
        case location_required: return "location_required";
        case channel_required: return "channel_required";
        case order_required: return "order_required";
        case value_out_of_range: return "value_out_of_range";
        case code_not_allowed: return "code_not_allowed";
        case destination_required: return "destination_required";
        case document_required: return "document_required";
        case same_location: return "same_location";
        case quantity_not_whole: return "quantity_not_whole";
        case due_required: return "due_required";
        case kit_not_allowed: return "kit_not_allowed";
        case location_in_two_groups: return "location_in_two_groups";
        case insufficient_stock: return "insufficient_stock";
        case split_not_allowed: return "split_not_allowed";
        case location_not_in_pool: return "location_not_in_pool";
        case channel_has_no_pool: return "channel_has_no_pool";
        case quota_exhausted: return "quota_exhausted";
        case backorder_limit_reached: return "backorder_limit_reached";
        case reservation_ended: return "reservation_ended";
        case reservation_already_confirmed: return "reservation_already_confirmed";
        case order_already_exists: return "order_already_exists";
        case nothing_to_release: return "nothing_to_release";
        case nothing_to_cancel: return "nothing_to_cancel";
        case nothing_to_adjust: return "nothing_to_adjust";
        case nothing_to_move: return "nothing_to_move";
        case nothing_allocated: return "nothing_allocated";
        case document_already_exists: return "document_already_exists";
        case document_ended: return "document_ended";
        case key_reused_with_other_body: return "key_reused_with_other_body";
        case event_identity_conflict: return "event_identity_conflict";
        case stale_source_epoch: return "stale_source_epoch";
        case already_recorded: return "already_recorded";
        case source_epoch_not_announced: return "source_epoch_not_announced";
        case sequence_given_up: return "sequence_given_up";
        case nothing_backordered: return "nothing_backordered";
        case group_outside_pool: return "group_outside_pool";
        case table_full: return "table_full";
        case unknown_case: return "unknown_case";
        case case_already_resolved: return "case_already_resolved";
        case case_already_open: return "case_already_open";
        case wake_time_out_of_range: return "wake_time_out_of_range";
        case comment_required: return "comment_required";
    }
    return "unknown_refusal";
}

}  // namespace holdfast
