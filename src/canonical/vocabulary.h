// The closed lists of retail words. Each enumerator is spelled as its JSON code, metric label and
// docs heading; numbers are stored in journals and never change.
// Meaning: docs/glossary.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast {

/// Buckets of a position. The first four are physical; legs outside positions use `external`.
enum class Bucket : std::uint8_t {
    sellable = 1,
    damaged = 2,
    quarantine = 3,
    suspect = 4,
    reserved = 5,
    allocated = 6,
    picked = 7,
    backordered = 8,
    erp_held = 9,
    inbound = 10,
    in_transit = 11,
    external = 12,    ///< the other leg of a movement: supplier, customer, loss, opening
    quota_used = 13,  ///< k[c]: units of a group promised to a channel with a quota
};
std::string_view name(Bucket bucket);
std::optional<Bucket> bucket_from(std::string_view name);
constexpr bool is_physical(Bucket b) { return b >= Bucket::sellable && b <= Bucket::suspect; }

/// What a posting's place is.
enum class PlaceKind : std::uint8_t {
    location = 0,
    lane = 1,
    supplier = 2,
    customer = 3,
    loss = 4,
    external = 5,
    conversion = 6,
    quota = 7,  ///< number: group << 12 | channel; its bucket is quota_used
};
std::string_view name(PlaceKind kind);

enum class FactType : std::uint16_t {
    name_interned = 1,
    item_upserted = 2,
    location_upserted = 3,
    channel_upserted = 4,
    pool_upserted = 5,
    policy_changed = 6,
    api_key_created = 7,
    api_key_revoked = 8,
    group_upserted = 9,
    authority_changed = 10,
    source_epoch_changed = 11,
    node_offline = 12,
    node_online = 13,

    reservation_created = 20,
    reservation_confirmed = 21,
    reservation_extended = 22,
    reservation_adjusted = 23,
    reservation_released = 24,
    reservation_expired = 25,
    reservation_resourced = 26,

    order_created = 40,
    order_cancelled = 41,
    shipment_posted = 42,
    return_received = 43,
    allocation_created = 44,
    allocation_released = 45,
    pick_confirmed = 46,
    pick_shorted = 47,
    pick_returned = 48,
    pickup_completed = 49,
    shipment_voided = 50,
    return_announced = 51,
    return_dispositioned = 52,
    backorder_created = 53,
    backorder_filled = 54,
    erp_offset = 55,
    parked_overdue = 56,  ///< an event whose cause did not come in time

    stock_counted = 60,
    receipt_posted = 61,
    stock_adjusted = 62,
    pos_sale = 63,
    pos_void = 64,
    stock_status_changed = 65,
    supplier_return = 66,
    receipt_corrected = 67,
    inbound_scheduled = 68,
    inbound_changed = 69,
    inbound_cancelled = 70,
    transfer_requested = 71,
    transfer_cancelled = 72,
    transfer_shipped = 73,
    transfer_received = 74,
    transfer_completed = 75,
    kit_assembled = 76,
    kit_broken = 77,
    stock_regraded = 78,

    case_assigned = 120,
    case_snoozed = 121,
    case_resolved = 122,
    case_reopened = 123,
    case_commented = 124,
    case_woken = 125,
    source_gap_overdue = 150,        ///< numbers that a source skipped did not come in time
    parked_settled = 151,            ///< an order came after events that were about it
    source_number_settled = 152,     ///< a source's number carried what was recorded before
    source_sequence_given_up = 153,  ///< somebody said that skipped numbers will not come
};
/// Whether outside systems report it: the types of RecordEvent. The others are the hub's own.
bool is_event(FactType type);
/// Dotted, as in CloudEvents types: "reservation.created", "pos.sale".
std::string_view name(FactType type);
std::optional<FactType> fact_type_from(std::string_view name);

/// Why a command was refused. A refusal changes no stock and is never journaled.
enum class Refusal : std::uint16_t {
    none = 0,
    unknown_sku = 1,
    unknown_location = 2,
    unknown_channel = 3,
    unknown_pool = 4,
    unknown_reservation = 5,
    unknown_order = 6,
    unknown_line = 7,
    unknown_api_key = 8,
    unknown_group = 9,
    unknown_unit = 10,
    unknown_document = 11,  ///< transfer, purchase order, shipment or return nobody told of
    unknown_source = 12,
    no_lines = 20,
    too_many_lines = 21,
    duplicate_line = 22,
    quantity_must_be_positive = 23,
    quantity_too_large = 24,
    level_out_of_range = 25,
    time_to_live_out_of_range = 26,
    reason_required = 27,
    location_required = 28,
    channel_required = 29,
    order_required = 30,
    value_out_of_range = 31,
    code_not_allowed = 32,
    destination_required = 33,
    document_required = 34,
    same_location = 35,
    quantity_not_whole = 36,  ///< the unit's factor leaves a part of a base unit
    due_required = 37,
    kit_not_allowed = 38,  ///< a kit has no stock of its own to move or count
    location_in_two_groups = 39,
    insufficient_stock = 40,
    split_not_allowed = 41,
    location_not_in_pool = 42,
    channel_has_no_pool = 43,
    quota_exhausted = 44,
    backorder_limit_reached = 45,
    reservation_ended = 50,
    reservation_already_confirmed = 51,
    order_already_exists = 52,
    nothing_to_release = 53,
    nothing_to_cancel = 54,
    nothing_to_adjust = 55,
    nothing_to_move = 56,
    nothing_allocated = 57,
    document_already_exists = 58,
    document_ended = 59,
    components_required = 111,    ///< nobody said what the kit is made of
    older_than_last_count = 110,  ///< a later count of the position was applied: evidence only
    key_reused_with_other_body = 60,
    event_identity_conflict = 61,
    stale_source_epoch = 62,
    already_recorded = 63,  ///< the source's sequence was settled before; nothing to answer from
    nothing_backordered = 100,  ///< fewer units of the order wait for supply
    group_outside_pool = 140,  ///< a guarantee in a group that the channel does not sell from whole
    table_full = 70,           ///< a bound of the ledger is reached: keys, items, reservations
    unknown_case = 120,
    case_already_resolved = 121,
    case_already_open = 122,
    wake_time_out_of_range = 123,
    comment_required = 124,
    source_epoch_not_announced = 150,
    sequence_given_up = 151,  ///< recorded or not: nobody knows of a number that old
};
std::string_view name(Refusal refusal);

/// What an operator is asked about; facts name the kinds they raise.
enum class CaseKind : std::uint8_t {
    negative_sellable = 1,
    oversold_order = 2,
    reservation_at_risk = 3,
    late_confirm_without_stock = 4,
    negative_bucket = 5,            ///< damaged, quarantine, suspect or a lane below zero
    sequence_gap = 6,               ///< a source skipped numbers of its own sequence
    quota_overcommitted = 7,        ///< a quota's use above its cap, or left below its guarantee
    over_receipt = 8,               ///< more came than was expected
    transfer_residue = 9,           ///< a transfer was completed with units missing
    ownership_conflict = 10,        ///< a source that does not own the event disagrees
    event_without_cause = 11,       ///< parked, and its cause did not come in time
    over_shipment = 12,             ///< more, or something else, left than was promised
    unreferenced_return = 13,       ///< goods came back that nobody announced
    recount_needed = 14,            ///< a short pick, or stock found after a count's cut
    backorder_uncovered = 15,       ///< back-ordered beyond what is expected
    cancelled_too_late = 16,        ///< shipped although its cancellation was pending
    source_epoch_unannounced = 45,  ///< a source counts anew and nobody said that it would
    node_silent = 46,               ///< a node fell silent; until it speaks again
    unknown_code = 47,    ///< an order was taken without lines whose SKU or location nobody knows
    beyond_promise = 30,  ///< a node or the ERP speaks of units that the order does not have
    backorder_unfilled = 31,  ///< units are there, and more wait for them than one entry serves
    promise_slipped = 32,     ///< supply comes later than back-orders were promised for
};
std::string_view name(CaseKind kind);
std::optional<CaseKind> case_kind_from(std::string_view name);

/// Where a case stands.
enum class CaseState : std::uint8_t { open = 1, snoozed = 2, resolved = 3 };
std::string_view name(CaseState state);
std::optional<CaseState> case_state_from(std::string_view name);

/// What is done to a case by a person, in the words of its commands.
enum class CaseAction : std::uint8_t {
    assign = 1,
    snooze = 2,
    resolve = 3,
    reopen = 4,
    comment = 5
};
std::string_view name(CaseAction action);
std::optional<CaseAction> case_action_from(std::string_view name);
/// The fact that an action is recorded as.
FactType fact_type_of(CaseAction action);

/// Why a case needs nobody any more. A person gives any but the last.
enum class CaseResolution : std::uint8_t {
    corrected = 1,      ///< stock, order or document was put right
    accepted = 2,       ///< the loss is taken
    false_alarm = 3,    ///< there was nothing to do
    duplicate = 4,      ///< another case is about the same
    cause_removed = 5,  ///< a later fact removed the cause; the hub's own word
};
std::string_view name(CaseResolution resolution);
std::optional<CaseResolution> case_resolution_from(std::string_view name);

/// What happened to a case, as its history tells it.
enum class CaseStep : std::uint8_t {
    opened = 1,
    regressed = 2,  ///< raised again after it was resolved
    woken = 3,
    assigned = 4,
    snoozed = 5,
    resolved = 6,
    reopened = 7,
    commented = 8,
};
std::string_view name(CaseStep step);

/// Where returned goods go.
enum class Disposition : std::uint8_t {
    sellable = 1,
    damaged = 2,
    inspect = 3,
    loss = 4,
    supplier = 5,
};
std::string_view name(Disposition disposition);
std::optional<Disposition> disposition_from(std::string_view name);

/// What a policy row sets.
enum class PolicyKind : std::uint8_t {
    safety_stock = 1,
    buffer = 2,
    backorder_limit = 3,     ///< BL: most units back-ordered at the position
    backorder_horizon = 4,   ///< days: supply due later does not count
    enabled = 5,             ///< 0: the SKU is not promised from the location
    offline_buffer = 6,      ///< of a node that is offline; no row: nothing is promised there
    group_safety_stock = 7,  ///< SS[G]: the scope's location is a group
    quota = 8,               ///< K[c] and cap[c] of a channel in a group: its own command and table
};
inline constexpr std::size_t policy_kinds = 8;
std::string_view name(PolicyKind kind);
std::optional<PolicyKind> policy_kind_from(std::string_view name);

}  // namespace holdfast
