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
    external = 12,  ///< the other leg of a movement: supplier, customer, loss, opening
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

    reservation_created = 20,
    reservation_confirmed = 21,
    reservation_extended = 22,
    reservation_adjusted = 23,
    reservation_released = 24,
    reservation_expired = 25,

    order_created = 40,
    order_cancelled = 41,
    shipment_posted = 42,
    return_received = 43,

    stock_counted = 60,
    receipt_posted = 61,
    stock_adjusted = 62,
    pos_sale = 63,
    pos_void = 64,
};
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
    insufficient_stock = 40,
    split_not_allowed = 41,
    location_not_in_pool = 42,
    channel_has_no_pool = 43,
    reservation_ended = 50,
    reservation_already_confirmed = 51,
    order_already_exists = 52,
    nothing_to_release = 53,
    nothing_to_cancel = 54,
    nothing_to_adjust = 55,
    key_reused_with_other_body = 60,
    event_identity_conflict = 61,
    stale_source_epoch = 62,
    already_recorded = 63,  ///< the source's sequence was settled before; nothing to answer from
    table_full = 70,        ///< a bound of the ledger is reached: keys, items, reservations
};
std::string_view name(Refusal refusal);

/// What an operator is asked about; facts name the kinds they raise.
enum class CaseKind : std::uint8_t {
    negative_sellable = 1,
    oversold_order = 2,
    reservation_at_risk = 3,
    late_confirm_without_stock = 4,
};
std::string_view name(CaseKind kind);

/// Where returned goods go.
enum class Disposition : std::uint8_t { sellable = 1, damaged = 2, inspect = 3 };
std::string_view name(Disposition disposition);
std::optional<Disposition> disposition_from(std::string_view name);

/// What a policy row sets.
enum class PolicyKind : std::uint8_t { safety_stock = 1, buffer = 2 };
std::string_view name(PolicyKind kind);
std::optional<PolicyKind> policy_kind_from(std::string_view name);

}  // namespace holdfast
