// Everything that must be identical after replay: codes, positions, reservations, orders, policies,
// keys already seen, sources, API keys. Changed by apply alone; read by one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "ledger/access_table.h"
#include "ledger/authority_table.h"
#include "ledger/backorder_table.h"
#include "ledger/code_table.h"
#include "ledger/count_table.h"
#include "ledger/document.h"
#include "ledger/expected_supply.h"
#include "ledger/inbound_table.h"
#include "ledger/item_table.h"
#include "ledger/key_table.h"
#include "ledger/kit_table.h"
#include "ledger/lane_table.h"
#include "ledger/parked_table.h"
#include "ledger/policy_table.h"
#include "ledger/position_table.h"
#include "ledger/quota_table.h"
#include "ledger/reservation_table.h"
#include "ledger/return_table.h"
#include "ledger/shipment_table.h"
#include "ledger/source_table.h"
#include "ledger/transfer_table.h"

namespace holdfast::ledger {

struct LocationRow {
    bool enabled = true;
    bool online = true;  ///< false: the node fell silent
    GroupId group = kNoGroup;
    std::int64_t since = 0;  ///< microseconds UTC: of its last change of `online`; 0 = none yet

    /// Nothing about the location itself bears on what may be promised from it.
    [[nodiscard]] bool plain() const { return enabled && online; }
};

struct ChannelRow {
    PoolId pool = kNoPool;
    bool splits = true;
};

/// A pool's locations in order, and the rank of each location in it.
struct PoolRow {
    std::vector<LocationId> locations;
    std::vector<std::uint16_t> rank_of;  ///< by location id; kNotInPool where it is not a member
    static constexpr std::uint16_t kNotInPool = 65535;

    [[nodiscard]] std::uint16_t rank(LocationId at) const {
        return at.raw < rank_of.size() ? rank_of[at.raw] : kNotInPool;
    }
    [[nodiscard]] bool contains(LocationId at) const { return rank(at) != kNotInPool; }
};

struct GroupRow {
    std::vector<LocationId> locations;
};

/// How a state is bounded. Full means a clear refusal (table_full), never silent growth.
struct Limits {
    std::uint64_t keys_max = 64'000'000;
    std::uint64_t reservations_max = 50'000'000;
    /// Names in all up to which a new reason or a new source is interned. Reasons are free text, so
    /// beyond theirs they stand in the facts themselves; a source beyond its bound is refused. What
    /// is left up to names_max is for actors: whatever others say, a new API key may still speak.
    std::uint32_t reason_names_max = 32'768;
    std::uint32_t source_names_max = 57'344;
    std::uint64_t shipped_changes_max = 16'000'000;  ///< of shipments that may be voided
    std::uint64_t inbound_lines_max = 4'000'000;     ///< of purchase orders, ended ones included
    std::uint64_t return_lines_max = 4'000'000;      ///< announced ones that are remembered
    std::uint64_t count_rows_max = 64'000'000;       ///< positions counted within count_generations
    std::uint64_t parked_lines_max = 1'000'000;      ///< of events that wait for their orders
    std::uint64_t backorders_max = 4'000'000;        ///< parts of reservations that wait
    /// Back-orders that one delivery fills, so that the entry keeps within its bound.
    std::uint32_t backorders_filled_max = 2'000;
    /// Room made at the start, so that tables do not grow (and pause) under load: about 300 bytes
    /// each.
    std::uint64_t reservations_expected = 0;
};

struct State {
    explicit State(std::uint64_t hash_seed = 0, Limits bounds = {})
        : seed(hash_seed), limits(bounds) {
        reservations.reserve(limits.reservations_expected);
        transport_keys.reserve(limits.reservations_expected);
    }

    /// Secret of the journal: keys of order numbers and idempotency keys are hashed with it.
    std::uint64_t seed;
    Limits limits;

    std::uint64_t seq = 0;  ///< of the last fact applied
    Instant log_time{};     ///< recorded_at of the last fact applied
    /// Of the last fact that changed a location, channel, pool, group or policy since the start:
    /// readers whose answer rests on these must not run ahead of it. Not part of the state's hash.
    std::uint64_t reference_seq = 0;

    CodeTable items{skus_max};
    CodeTable locations{locations_max};
    CodeTable channels{channels_max};
    CodeTable pools{pools_max};
    CodeTable groups{groups_max};
    CodeTable names{names_max};  ///< sources, actors, reasons

    ItemTable item_rows;
    KitTable kits;
    std::vector<LocationRow> location_rows;
    std::vector<ChannelRow> channel_rows;
    std::vector<PoolRow> pool_rows;
    std::vector<GroupRow> group_rows;

    PositionTable positions;
    PolicyTable policies;
    QuotaTable quotas;
    ReservationTable reservations;
    BackorderTable backorders;
    ShipmentTable shipments;
    KeyTable transport_keys{transport_key_generation, transport_key_generations};
    KeyTable semantic_keys{semantic_key_generation, semantic_key_generations};
    SourceTable sources;
    AuthorityTable authority;
    ParkedTable parked;
    AccessTable access;
    InboundTable inbound;
    LaneTable lanes;
    TransferTable transfers;
    CountTable counts;
    ReturnTable returns;
    ExpectedSupply expected;  ///< follows from inbound lines and transfers; not hashed, not saved

    [[nodiscard]] SkuId sku(std::string_view code) const { return SkuId{items.find(code)}; }
    [[nodiscard]] LocationId location(std::string_view code) const {
        return LocationId{locations.find(code)};
    }
    [[nodiscard]] ChannelId channel(std::string_view code) const {
        return ChannelId{channels.find(code)};
    }
    [[nodiscard]] PoolId pool(std::string_view code) const { return PoolId{pools.find(code)}; }
    [[nodiscard]] GroupId group(std::string_view code) const { return GroupId{groups.find(code)}; }
    [[nodiscard]] GroupId group_of(LocationId at) const {
        return at.raw < location_rows.size() ? location_rows[at.raw].group : kNoGroup;
    }
    [[nodiscard]] bool enabled(LocationId at) const {
        return at.raw < location_rows.size() && location_rows[at.raw].enabled;
    }
    /// The row of a channel; one without a pool for kNoChannel.
    [[nodiscard]] const ChannelRow& channel_row(ChannelId id) const {
        static constexpr ChannelRow kNone{};
        return id.raw < channel_rows.size() ? channel_rows[id.raw] : kNone;
    }
    /// When ReportOverdue will next have something to tell; the far future when nothing waits.
    [[nodiscard]] Instant next_overdue() const {
        return std::min(sources.next_overdue(), parked.next_overdue());
    }
    /// Keyed hash of an order number.
    [[nodiscard]] std::uint64_t order_hash(std::string_view order) const {
        return ledger::document_hash(DocumentKind::order, order, seed);
    }
    /// Keyed hash of a document's number, of which two kinds never meet.
    [[nodiscard]] std::uint64_t document_hash(DocumentKind kind, std::string_view number) const {
        return ledger::document_hash(kind, number, seed);
    }

    /// The first invariant that does not hold, in words; nothing when all hold. Walks everything:
    /// run after every step in tests and on demand in service.
    [[nodiscard]] std::optional<std::string> check_invariants() const;

    /// Sum mod 2^128 of XXH3-128 over every non-default row in its canonical encoding
    /// (docs/journal_format.md, "State hash"). Independent of layout and of row order.
    [[nodiscard]] Hash128 state_hash() const;
    /// The same over what a retailer sees (reference data, levels, promises), leaving out what
    /// differs from journal to journal: keys, deadlines, API keys, keyed hashes. Two hubs that were
    /// told the same in the same order agree on it.
    [[nodiscard]] Hash128 stock_hash() const;
};

}  // namespace holdfast::ledger
