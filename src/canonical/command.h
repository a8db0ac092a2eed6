// Commands: what somebody wants to change, already parsed, resolved and bounded. Fixed-size
// structs; lines and texts live in the arena of the turn that carries them, and die with it.
//
// Outside codes are resolved to ids where they are parsed. A code nobody knows arrives as kNo...
// and is refused by the ledger line by line, so that every failing line is reported at once.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "base/hash.h"
#include "base/instant.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "canonical/vocabulary.h"

namespace holdfast {

/// A key that makes a repeat harmless: keyed hash of the key, hash of the normalised body.
struct CommandKey {
    Hash128 key;
    std::uint64_t body_hash = 0;
    [[nodiscard]] bool given() const { return !key.is_zero(); }
};

/// Who says it, from where, when, and how a repeat is recognised. Common to all commands.
struct Envelope {
    CommandKey transport;     ///< Idempotency-Key, or CloudEvents source and id
    CommandKey semantic;      ///< issuer, document type, document, line, type, revision
    std::string_view actor;   ///< who: the API key's id or an internal actor such as "expiry"
    std::string_view source;  ///< the outside system; empty for direct API calls
    /// Position in the source's own sequence, 0 = it has none. Each number is recorded once; one
    /// that comes late closes the gap that it left.
    std::uint64_t source_epoch = 0;
    std::uint64_t source_seq = 0;
    Instant occurred_at{};  ///< business time; zero = the hub's own stamp
    std::string_view reason;
    std::byte trace[16] = {};
    bool traced = false;
};

/// One line of a request. Units are in the SKU's base unit.
struct Line {
    std::uint64_t line = 0;  ///< the caller's own line number; 0 = position in the request
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;  ///< kNoLocation with `names_location` = unknown code
    bool names_location = false;        ///< false: the pool, or the event's location, decides
    Bucket bucket = Bucket::sellable;   ///< adjustments: which bucket; receipts, returns: where to
    Bucket from_bucket = Bucket::sellable;  ///< status changes: out of which bucket
    /// Dispositions and short picks: where the units go instead of into a bucket.
    PlaceKind goes_to = PlaceKind::location;
    std::int64_t quantity = 0;  ///< as given: decide refuses what is out of range
    /// The SKU's unit that the quantity is in; empty = its base unit. decide converts it.
    std::string_view unit;
    /// Counts: what the ledger held of the position at the count's cut, picked units included or
    /// not as the count has them. Not given: what it holds now.
    std::int64_t book = 0;
    bool names_book = false;
    std::int64_t book_suspect = 0;  ///< with `book`: suspect units that the ledger held at the cut
    SkuId other_sku = kNoSku;       ///< regrading: what the units become
};

/// Holds stock: multi-line, all or none, or in part.
struct ReserveStock {
    Envelope envelope;
    ChannelId channel = kNoChannel;
    std::span<const Line> lines;
    bool partial = false;          ///< lines that cannot be held are set aside, the others held
    Microseconds time_to_live{0};  ///< 0 = the default
    std::string_view order;        ///< optional reference
    /// A cart that is checked again: its hold is released in the same entry, and its units count as
    /// free for this one.
    bool names_replaced = false;
    ReservationId replaced;
};
inline constexpr Microseconds time_to_live_default = std::chrono::minutes(15);
inline constexpr Microseconds time_to_live_max = std::chrono::hours(24 * 30);

enum class ReservationStep : std::uint8_t { confirm, release, extend, adjust, resource };

/// A step in the life of one reservation.
struct StepReservation {
    Envelope envelope;
    ReservationStep step = ReservationStep::confirm;
    ReservationId reservation;
    /// release: units to give back (none = all). adjust: the new quantity of each named line, what
    /// was shipped aside. resource: units to promise from the line's location, or from wherever the
    /// channel's pool has them.
    std::span<const Line> lines;
    Microseconds time_to_live{0};  ///< extend: from now; 0 = the default
    std::string_view order;        ///< confirm: the order it belongs to
};

/// The hub's own clock speaking: ends holds whose time has come, the earliest first and at most
/// `holds_max` of them; fewer where they have very many parts.
struct ExpireHolds {
    std::uint32_t holds_max = 256;
};

/// The hub's own clock speaking: tells of what did not come in time, numbers that a source skipped.
struct ReportOverdue {
    std::uint32_t facts_max = 256;
};

/// Up to where a count includes what a source reports: rows up to this number had happened when
/// the shelf was counted, later ones had not.
struct SourceCut {
    std::string_view source;
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;
};
inline constexpr std::size_t count_sources_max = 64;

/// One kit holds this many base units of the component.
struct KitComponent {
    SkuId sku = kNoSku;
    std::int64_t quantity = 0;
};
inline constexpr std::size_t kit_components_max = 32;
inline constexpr std::int64_t kit_units_max = 1'000'000;

/// Something that happened outside. Physical facts are never refused for lack of stock.
struct RecordEvent {
    Envelope envelope;
    FactType type = FactType::stock_counted;  ///< one for which is_event() holds
    LocationId location = kNoLocation;        ///< of the whole event; a line's own wins
    bool names_location = false;
    ChannelId channel = kNoChannel;
    std::span<const Line> lines;
    std::string_view order;
    std::string_view document;  ///< receipt, return, shipment or purchase order number
    // order_created only:
    bool already_sold = false;  ///< sold elsewhere: hold by force, never refuse
    bool partial = false;
    bool names_reservation = false;
    ReservationId reservation;  ///< the hold that the order confirms
    bool pinned = false;        ///< pickup: never covered from another location
    bool backorder = false;     ///< what is short is promised from supply that is to come
    // Movements:
    LocationId destination = kNoLocation;  ///< transfers; allocation: the node
    bool names_destination = false;
    /// The document that this one is about: the shipment of a void, the purchase order of a
    /// receipt, the announced return of a received one. A transfer is the event's own document.
    std::string_view reference;
    Instant due{};  ///< when the units are expected; zero = not known
    // Counts:
    std::uint64_t cut_seq = 0;    ///< ledger position of the count; 0 = now
    bool picked_included = true;  ///< picked units were still on the shelf and counted
    std::span<const SourceCut> includes;
    /// Kits made or taken apart: what went into one, the same for all lines.
    std::span<const KitComponent> components;
};

/// A unit of measure: one of it is numerator / denominator base units.
struct ItemUnit {
    std::string_view code;
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;
};
inline constexpr std::size_t item_units_max = 16;
inline constexpr std::int64_t unit_factor_max = 1'000'000;

/// Largest worth of one unit, in the smallest coin.
inline constexpr std::int64_t unit_value_max = 1'000'000'000;

struct UpsertItem {
    Envelope envelope;
    std::string_view code;
    std::string_view title;
    /// What one unit is worth in the retailer's smallest coin; below zero = not said, which leaves
    /// what was said before.
    std::int64_t unit_value = -1;
    std::span<const ItemUnit> units;           ///< beside the base unit; in place of those before
    bool sets_units = false;                   ///< false: the units stay as they are
    std::span<const KitComponent> components;  ///< in place of those before; none: no kit
    bool sets_components = false;              ///< false: a kit stays what it is
    /// A kit that is made before it is sold has stock of its own and is sold from that; any other
    /// is sold from its components. Said with `sets_components`.
    bool assembled = false;
};

inline constexpr std::uint32_t kLocationEnabled = 1;  ///< may be promised from
struct UpsertLocation {
    Envelope envelope;
    std::string_view code;
    std::string_view title;
    bool enabled = true;
};

/// An ordered set of locations that channels sell from.
struct UpsertPool {
    Envelope envelope;
    std::string_view code;
    std::span<const LocationId> locations;
};

inline constexpr std::uint32_t kChannelSplits = 1;  ///< one line may come from several locations
struct UpsertChannel {
    Envelope envelope;
    std::string_view code;
    std::string_view title;
    PoolId pool = kNoPool;
    bool splits = true;
};

/// Locations whose stock is kept and shared out together: group safety stock and quotas. A location
/// is in one group at most.
struct UpsertGroup {
    Envelope envelope;
    std::string_view code;
    std::string_view title;
    std::span<const LocationId> locations;
};

/// A node fell silent, or speaks again.
struct SetNodeStatus {
    Envelope envelope;
    LocationId location = kNoLocation;
    bool online = true;
    Instant since{};  ///< when it did; zero = the hub's own stamp
};

/// Sets one policy row. Scope: sku and location, sku, location, or everything; the safety stock of
/// a group has a group in the place of the location. The most specific row wins. A value below zero
/// removes the row.
struct SetPolicy {
    Envelope envelope;
    PolicyKind kind = PolicyKind::safety_stock;
    SkuId sku = kNoSku;
    bool names_sku = false;
    LocationId location = kNoLocation;
    bool names_location = false;
    GroupId group = kNoGroup;
    bool names_group = false;
    std::int64_t value = 0;
};
/// Sets what of a group a channel is guaranteed of a SKU (or of each SKU that has no quota of its
/// own there) and the most that it may be promised. Neither: removes the row.
struct SetQuota {
    Envelope envelope;
    GroupId group = kNoGroup;
    ChannelId channel = kNoChannel;
    SkuId sku = kNoSku;
    bool names_sku = false;
    std::int64_t guarantee = -1;  ///< K; below zero: none
    std::int64_t cap = -1;        ///< below zero: none
    std::int64_t priority = 0;    ///< the lower is served first where guarantees exceed the stock
    bool refill = false;          ///< k starts at 0 again; otherwise what was used stays used
};
inline constexpr std::int64_t quota_priority_max = 1'000;
inline constexpr std::int64_t policy_value_max = 1'000'000'000;

/// Announces that a source counts anew: it was restored, copied or installed again. With the epoch
/// that it is in, and a number above its highest: what it skipped below will not come.
struct ChangeSourceEpoch {
    Envelope envelope;
    std::string_view source;
    std::uint64_t epoch = 0;
    std::uint64_t first = 1;      ///< the number that it begins with
    bool announced_only = false;  ///< from now on, an epoch that nobody announced is refused
};

/// Says that what a source skipped up to a number will not come: its gaps are closed, and what
/// arrives with such a number after all is refused.
struct GiveUpSequence {
    Envelope envelope;
    std::string_view source;  ///< one that has spoken
    std::uint64_t last = 0;   ///< at most its highest number, and something is missing up to it
};

/// Names the one source whose events of a type at a location are believed; those of the others are
/// recorded and compared, and move nothing. The most specific row wins: type and location, type,
/// location, everything. Holds from its own fact on; an empty source removes the row.
struct ChangeAuthority {
    Envelope envelope;
    FactType type{};  ///< FactType{} = every event
    LocationId location = kNoLocation;
    bool names_location = false;
    std::string_view source;  ///< one that has spoken, or was announced
};

struct CreateApiKey {
    Envelope envelope;
    std::uint64_t id = 0;
    std::byte secret_hash[32] = {};
    std::string_view title;
    std::string_view scopes;  ///< checked by the API; stored as given
    std::string_view source;  ///< the one that it speaks as; empty = any
    Instant expires_at{};     ///< zero = never
};
inline constexpr std::size_t scopes_bytes_max = 4096;

struct RevokeApiKey {
    Envelope envelope;
    std::uint64_t id = 0;
};

/// What a person does to one case, or to several at once.
struct ActOnCases {
    Envelope envelope;
    CaseAction action = CaseAction::comment;
    std::span<const CaseId> cases;  ///< 1..cases_per_command_max, each once
    bool partial = false;           ///< cases that cannot are set aside, the others go on
    std::string_view assignee;      ///< assign: empty = nobody
    Instant wake_at{};              ///< snooze; the case also wakes when more units are at risk
    CaseResolution resolution = CaseResolution::corrected;  ///< resolve
    std::string_view comment;                               ///< any action; required by comment
};
/// A snooze ends at most this long after it began.
inline constexpr Microseconds snooze_max = std::chrono::hours(24 * 90);

/// The hub's own clock speaking: wakes snoozed cases whose time has come, the earliest first.
struct WakeCases {
    std::uint32_t cases_max = cases_per_command_max;
};

using Command = std::variant<ReserveStock, StepReservation, ExpireHolds, ReportOverdue, RecordEvent,
                             UpsertItem, UpsertLocation, UpsertPool, UpsertChannel, UpsertGroup,
                             SetPolicy, SetQuota, SetNodeStatus, ChangeSourceEpoch, GiveUpSequence,
                             ChangeAuthority, CreateApiKey, RevokeApiKey, ActOnCases, WakeCases>;

/// The envelope of any command that has one; nothing for the clock's own.
const Envelope* envelope_of(const Command& command);

}  // namespace holdfast
