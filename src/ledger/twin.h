// The ledger's twin: a second, slow and obvious ledger of maps, for tests only. It decides and
// applies in one go, shares no code with decide and apply, and is written from the glossary, so
// that a disagreement between the two points at a bug in one of them.
// It must never be linked into the product.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "canonical/command.h"
#include "canonical/fact.h"
#include "ledger/outcome.h"
#include "ledger/state.h"

namespace holdfast::ledger {

/// A position's key, and the key of one net bucket change of a fact.
using TwinPlace = std::pair<SkuId, LocationId>;
using TwinPosting = std::tuple<SkuId, Place, Bucket>;

struct TwinProblem {
    std::uint32_t line_index = 0;
    Refusal refusal = Refusal::none;
    Units available_to_sell = 0;
    friend bool operator==(const TwinProblem&, const TwinProblem&) = default;
};

/// What one fact does, without its encoding: net changes other than zero, the cases it raises and
/// the lines of a partial request that it sets aside.
struct TwinFact {
    FactType type{};
    std::uint64_t seq = 0;
    std::map<TwinPosting, Units> postings;
    std::set<CaseKind> raises;
    std::vector<TwinProblem> set_aside;
    std::string reason_text;                ///< a reason that has no name
    bool advisory = false;                  ///< said by a source that is not believed
    std::map<TwinPosting, Units> would_be;  ///< what it would have done
    std::int64_t unit_value = -1;           ///< below zero: the fact does not say
};

struct TwinOutcome {
    Outcome::Kind kind = Outcome::Kind::idle;
    Refusal refusal = Refusal::none;
    std::uint64_t seq = 0;  ///< of the answering fact; of the first one when a key conflicts
    std::uint64_t first_body_hash = 0;
    std::vector<TwinProblem> problems;
    std::vector<TwinFact> facts;
};

struct TwinPart {
    std::uint64_t line = 0;
    SkuId sku;
    LocationId location;
    Units created = 0;
    Units reserved = 0;
    Units allocated = 0;
    Units picked = 0;
    Units backordered = 0;
    Units shipped = 0;
    Units ended = 0;
    Units expired = 0;  ///< what a late confirmation brings back
    Units erp_held = 0;
    Units cancel_pending = 0;
    Units received = 0;
    Units lost = 0;
    /// Of back-ordered units: what date they were promised for, and which fact put them on
    /// back-order.
    std::int64_t promised = std::numeric_limits<std::int64_t>::max();
    std::uint64_t since = 0;
    std::size_t recipe = 0;  ///< of the kit that its line holds, from 1; 0 = of the item
    [[nodiscard]] Units open() const { return reserved + allocated + backordered; }
    [[nodiscard]] Units on_lane() const { return shipped - received - lost; }
    /// What is still wanted and has not left.
    [[nodiscard]] Units wanted() const { return open() - cancel_pending; }
    [[nodiscard]] Units& in(Bucket bucket);
};

struct TwinReservation {
    ChannelId channel = kNoChannel;
    std::int64_t expires_at = 0;
    std::string order;
    bool confirmed = false;
    bool pinned = false;
    FactType ended_by{};
    std::int64_t ended_generation = 0;
    std::vector<TwinPart> parts;
    // Transfers, which are known by their document and not by an order:
    bool transfer = false;
    std::string document;
    LocationId destination = kNoLocation;
    std::int64_t due = std::numeric_limits<std::int64_t>::max();

    [[nodiscard]] bool ended() const { return ended_by != FactType{}; }
    [[nodiscard]] Units open() const;
    /// Something is promised, or a transfer's goods are on their way or came before they left.
    [[nodiscard]] bool unsettled() const;
    [[nodiscard]] Units reserved_on(std::uint64_t line) const;
    [[nodiscard]] bool has_line(std::uint64_t line) const;
};

/// One change that a shipment made: to a shelf, to a bucket of a part, or to what waits there to be
/// cancelled.
struct TwinStep {
    std::optional<std::size_t> part;
    std::optional<Bucket> bucket;  ///< none: cancel_pending
    SkuId sku;
    LocationId at;
    Units delta = 0;
};

struct TwinShipment {
    std::int64_t generation = 0;  ///< of its first fact
    /// What is not voided, by the reservation that it was for; 0 for nobody's.
    std::map<std::uint64_t, std::vector<TwinStep>> steps;

    [[nodiscard]] std::size_t size() const;
};

struct TwinKey {
    std::int64_t generation = 0;
    std::uint64_t body_hash = 0;
    std::uint64_t seq = 0;
    friend bool operator==(const TwinKey&, const TwinKey&) = default;
};

/// A source as the list of the numbers that it was heard with.
struct TwinSource {
    struct Gap {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        std::int64_t opened_at = 0;
        bool told = false;
        bool overdue = false;
    };
    std::uint64_t epoch = 0;
    std::uint64_t begins_after = 0;  ///< numbers of the epoch are expected from the next one on
    std::uint64_t given_up = 0;
    bool numbered = false;
    bool announced_only = false;
    std::int64_t heard_at = 0;
    std::set<std::uint64_t> numbers;
    std::map<std::uint64_t, std::int64_t> highest_at;  ///< since when a number was the highest
    std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> overdue;

    [[nodiscard]] std::uint64_t highest() const;
    [[nodiscard]] std::vector<Gap> gaps() const;
    void hear_number(std::uint64_t number, std::int64_t now);
    void begin_epoch(std::uint64_t next_epoch);
};

struct TwinCode {
    std::string code;
    std::string title;
};

struct TwinApiKey {
    std::array<std::byte, 32> secret_hash{};
    std::string title;
    std::string scopes;
    std::string source;
    std::int64_t created_at = 0;
    std::int64_t expires_at = 0;
    bool revoked = false;
};

struct TwinChannel {
    PoolId pool = kNoPool;
    bool splits = true;
};

struct TwinInboundLine {
    SkuId sku;
    LocationId location;
    std::int64_t due = 0;
    Units ordered = 0;
    Units received = 0;
    std::optional<std::int64_t> ended_generation;
    [[nodiscard]] Units open() const { return ordered < received ? 0 : ordered - received; }
};

/// An event that came before the order it is about.
struct TwinParked {
    std::uint64_t seq = 0;
    FactType type{};
    std::string document;            ///< of what left
    ChannelId channel = kNoChannel;  ///< whose order it waits for; kNoChannel: anybody's
    std::int64_t parked_at = 0;
    bool told = false;
    struct Item {
        std::uint64_t line = 0;
        SkuId sku = kNoSku;
        LocationId location = kNoLocation;
        Units units = 0;
    };
    std::vector<Item> items;  ///< none: a cancellation of everything
};

/// Whether a node is heard of.
struct TwinNode {
    bool online = true;
    std::int64_t since = 0;
};

/// Which fact set a policy, by whom and why.
struct TwinVersion {
    std::uint64_t seq = 0;
    std::string actor;
    std::string reason;
    friend bool operator==(const TwinVersion&, const TwinVersion&) = default;
};
struct TwinAnnounced {
    SkuId sku;
    Units announced = 0;
    Units received = 0;
    std::int64_t generation = 0;
};

/// The count of a position that was applied last.
struct TwinCount {
    std::uint64_t seq = 0;
    std::uint64_t cut = 0;
    std::optional<std::int64_t> counted_at;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> includes;  ///< epoch, number
    std::int64_t generation = 0;
};

using TwinLane = std::pair<LocationId, LocationId>;  ///< from, to

/// What of a group a channel is guaranteed, and the most it may be promised; below zero: none.
struct TwinQuota {
    Units guarantee = -1;
    Units cap = -1;
    std::uint32_t priority = 0;
    TwinVersion version;
    friend bool operator==(const TwinQuota&, const TwinQuota&) = default;
};
/// kNoSku: every SKU that has none of its own.
using TwinQuotaScope = std::tuple<GroupId, ChannelId, SkuId>;

/// One of it is numerator / denominator base units.
struct TwinUnit {
    std::string code;
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;
    friend bool operator==(const TwinUnit&, const TwinUnit&) = default;
};

/// What a kit was made of at some time: units of each component.
struct TwinRecipe {
    SkuId kit;
    std::vector<std::pair<SkuId, Units>> components;
    friend bool operator==(const TwinRecipe&, const TwinRecipe&) = default;
};

/// The whole ledger as maps. Everything is open to read: tests compare it with State.
class Twin {
  public:
    explicit Twin(Limits limits = {}) : limits_(limits) {}
    /// Decides the command and applies its effect. `now` never goes back.
    TwinOutcome apply(const Command& command, Instant now);

    /// What another machine decides: keys and names are the ledger's for all of them. Nothing where
    /// the command was not settled before.
    [[nodiscard]] std::optional<TwinOutcome> settled(const Envelope& envelope, Instant now) const {
        return seen_before(envelope, now);
    }
    /// Records the fact of such a command, which moves no stock.
    TwinOutcome record_of_another(FactType type, const Envelope& envelope, Instant now);

    [[nodiscard]] Units level(SkuId sku, LocationId at, Bucket bucket) const;
    [[nodiscard]] Units free(SkuId sku, LocationId at) const;
    /// The most specific policy row's value, 0 where none covers the position.
    [[nodiscard]] Units policy(PolicyKind kind, SkuId sku, LocationId at) const;
    [[nodiscard]] std::optional<Units> policy_row(PolicyKind kind, SkuId sku, LocationId at) const;
    [[nodiscard]] GroupId group_of(LocationId at) const;
    /// Kept back at a location: nothing where the location's group keeps safety stock of the SKU.
    [[nodiscard]] Units safety_stock(SkuId sku, LocationId at) const;
    /// max(0, S - R - A - SS - OB) of a location that is open and sells the SKU, 0 of any other.
    [[nodiscard]] Units promisable(SkuId sku, LocationId at) const;
    /// What the channel may sell from its pool.
    [[nodiscard]] Units available_to_sell(ChannelId channel, SkuId sku) const;
    /// What a line that names the location can get: nothing outside the channel's pool, if it has
    /// one.
    [[nodiscard]] Units available_to_sell(ChannelId channel, SkuId sku, LocationId at) const;
    /// The most that one location of the pool may give: what a channel that does not split sells.
    [[nodiscard]] Units largest_single(ChannelId channel, SkuId sku) const;

    /// Units that may still be promised from supply at the position.
    struct Ahead {
        Units waits = 0;  ///< promised from supply before
        Units taken = 0;  ///< and from the shelf
    };
    [[nodiscard]] Units backorderable(SkuId sku, LocationId at, Instant now,
                                      const Ahead& ahead) const;

    /// Units on order for the position that are due at `until` or before.
    [[nodiscard]] Units expected(SkuId sku, LocationId at, std::int64_t until) const;
    /// The lines of a purchase order by their numbers.
    [[nodiscard]] std::map<std::uint64_t, TwinInboundLine> purchase_order(
        std::string_view number) const;

    // --- observable state ---
    std::uint64_t seq = 0;
    std::vector<TwinCode> items;
    std::map<SkuId, std::vector<TwinUnit>> item_units;  ///< of items that have any
    std::vector<TwinRecipe> recipes;                    ///< by number, from 1
    /// Of items that are kits: the number of the recipe, and whether it has stock of its own.
    std::map<SkuId, std::pair<std::size_t, bool>> kits;
    std::vector<TwinCode> locations;
    std::vector<TwinCode> channels;
    std::vector<TwinCode> pools;
    std::vector<TwinCode> groups;
    std::vector<std::string> names;
    std::vector<bool> location_enabled;
    std::vector<TwinNode> nodes;  ///< by location
    std::vector<std::vector<LocationId>> group_locations;
    std::vector<TwinChannel> channel_rows;
    std::vector<std::vector<LocationId>> pool_locations;
    std::map<TwinPlace, std::map<Bucket, Units>> positions;
    std::map<PolicyKind, std::map<TwinPlace, Units>> policies;
    std::map<PolicyKind, std::map<TwinPlace, TwinVersion>> policy_versions;
    std::map<TwinQuotaScope, TwinQuota> quotas;
    std::map<TwinQuotaScope, Units> quota_used;  ///< never zero
    std::map<std::uint64_t, TwinReservation> reservations;
    /// The reservation that an order's number leads to: the channel's own, or one without a
    /// channel; for no channel the only one.
    struct Named {
        std::uint64_t id = 0;  ///< 0 = none
        bool several = false;
    };
    [[nodiscard]] Named named_by(std::string_view order, ChannelId channel) const;
    std::map<std::string, TwinShipment> shipments;  ///< by document
    std::map<Hash128, TwinKey> transport_keys;
    std::map<Hash128, TwinKey> semantic_keys;
    std::set<std::int64_t> transport_generations;  ///< begun and not forgotten
    std::set<std::int64_t> semantic_generations;
    std::map<std::string, TwinSource> sources;
    /// Who is believed, and since which fact, by type of event and location; zero and kNoLocation
    /// stand for all.
    std::map<std::pair<FactType, LocationId>, std::pair<std::string, std::uint64_t>> authority;
    std::map<std::string, std::vector<TwinParked>> parked;  ///< by order
    std::map<std::uint64_t, TwinApiKey> api_keys;
    std::map<std::pair<std::string, std::uint64_t>, TwinInboundLine> inbound;  ///< order, line
    std::map<std::string, std::uint64_t> reservation_of_transfer;
    std::vector<TwinLane> lanes;  ///< by number
    std::map<std::pair<std::uint32_t, SkuId>, Units> lane_levels;
    std::map<std::pair<std::string, std::uint64_t>, TwinAnnounced> returns;  ///< document, line
    std::map<TwinPlace, TwinCount> counts;
    /// Of all counts ever applied: the fact's seq and what it changed.
    std::map<TwinPlace, std::vector<std::pair<std::uint64_t, Units>>> count_corrections;
    std::set<std::pair<std::int64_t, TwinPlace>> count_rows;  ///< generation, position
    std::vector<std::pair<std::int64_t, std::uint64_t>> count_generations_begun;  ///< first seq
    std::uint64_t counts_known_from = 0;

  private:
    Limits limits_;
    bool entry_goes_on_ = false;  ///< more facts of the same entry will follow
    /// An effect being put together: nothing of the twin changes until it is recorded.
    struct Draft {
        FactType type{};
        std::map<TwinPosting, Units> postings;
        std::set<CaseKind> raises;
        std::vector<TwinProblem> set_aside;
        std::map<TwinPlace, Units> taken;          ///< promised by this command so far
        std::optional<std::uint64_t> reservation;  ///< the one that changes; 0 = a new one
        TwinReservation after;
        ChannelId channel = kNoChannel;  ///< of an event that changes no reservation
        std::int64_t unit_value = -1;
        std::vector<TwinLane> new_lanes;
        bool marked = false;                  ///< some units now wait for the node's word
        std::map<TwinPlace, Units> moves_on;  ///< promised elsewhere by the entry's next fact
        std::vector<TwinStep> steps;          ///< what it does, one by one
        std::string shipment;                 ///< the document that is to remember the steps
        std::string voided;                   ///< the document whose steps were undone
        std::uint64_t voided_for = 0;         ///< and for whom
        std::function<void()> upsert;         ///< changes of tables that carry no stock
        std::string subject;                  ///< a name that the fact speaks of
        std::map<TwinPlace, Units> settled;   ///< units that had left before they were promised
        std::map<TwinPlace, Units> waits;     ///< put on back-order by this command so far
        std::size_t pieces = 0;               ///< and in how many pieces
        std::vector<TwinPlace> arrivals;      ///< where goods came in that others may wait for

        void post(SkuId sku, Place place, Bucket bucket, Units delta);
        /// Units between a location and the world outside, both legs.
        void move(SkuId sku, LocationId at, Bucket bucket, Units delta, PlaceKind counterpart);
        /// Promises units of a line at a location: its part there grows, or a new one is made.
        void promise(std::uint64_t line, SkuId sku, LocationId at, Units units,
                     std::size_t recipe = 0);
        /// Promises units of a line from supply at a location.
        void wait(std::uint64_t line, SkuId sku, LocationId at, Units units, std::int64_t due,
                  std::size_t recipe = 0);
        /// Gives back reserved units of a part.
        void give_back(TwinPart& part, Units units);
        /// A bucket of a part, and of its position.
        void change(TwinPart& part, Bucket bucket, Units delta);
    };
    struct Take {
        LocationId at;
        Units units = 0;
    };
    /// What becomes of one line of a hold: its places, or why not.
    struct LinePlan {
        Refusal refusal = Refusal::none;
        Units available_to_sell = 0;
        std::vector<Take> takes;
    };

    // Keys, sources and recording (twin.cc).
    std::optional<TwinOutcome> seen_before(const Envelope& envelope, Instant now) const;
    bool names_have_room(const Envelope& envelope) const;
    bool has_name(std::string_view name) const;
    TwinOutcome record(Draft draft, const Envelope* envelope, Instant now);
    void record_fact(Draft& draft, const Envelope* envelope, Instant now, TwinOutcome& outcome);
    void forget(Instant now);
    void intern(std::string_view name, TwinOutcome& outcome);
    bool known(SkuId sku) const { return sku.raw < items.size(); }
    bool known(LocationId at) const { return at.raw < locations.size(); }
    bool known(ChannelId channel) const { return channel.raw < channels.size(); }
    bool known(PoolId pool) const { return pool.raw < pools.size(); }
    bool known(GroupId group) const { return group.raw < groups.size(); }
    /// The channel's pool in order; empty for no channel and for a channel without pool.
    std::vector<LocationId> pool_of(ChannelId channel) const;
    bool splits(ChannelId channel) const;

    // Tables (twin.cc).
    TwinOutcome on(const UpsertItem& c, Instant now);
    TwinOutcome on(const UpsertLocation& c, Instant now);
    TwinOutcome on(const UpsertPool& c, Instant now);
    TwinOutcome on(const UpsertChannel& c, Instant now);
    TwinOutcome on(const CreateApiKey& c, Instant now);
    TwinOutcome on(const RevokeApiKey& c, Instant now);

    // Sources, and what did not come in time (twin_sources.cc).
    Refusal refusal_of_number(const Envelope& envelope) const;
    void begin_epoch_unannounced(const Envelope& envelope, TwinOutcome& outcome);
    void hear_source(const Envelope& envelope, Instant now);
    TwinOutcome on(const ReportOverdue& c, Instant now);

    // Events before their cause (twin_parked.cc).
    bool may_park(const std::string& order, std::size_t lines) const;
    std::vector<TwinParked> parked_for(const RecordEvent& c) const;
    void park(Draft& draft, const RecordEvent& c, Instant now);
    TwinOutcome park_cancellation(const RecordEvent& c, Instant now);
    TwinOutcome settled_order(const RecordEvent& c, Instant now);
    TwinOutcome on(const ChangeSourceEpoch& c, Instant now);
    TwinOutcome on(const GiveUpSequence& c, Instant now);
    TwinOutcome on(const ChangeAuthority& c, Instant now);
    TwinOutcome repeated(const Envelope& envelope, TwinOutcome answer, Instant now);
    bool believed(const RecordEvent& c) const;
    TwinOutcome advise(const RecordEvent& c, Instant now);

    // Holds (twin_hold.cc).
    TwinOutcome on(const ReserveStock& c, Instant now);
    TwinOutcome on(const StepReservation& c, Instant now);
    TwinOutcome on(const ExpireHolds& c, Instant now);
    // Cases have a twin of their own.
    TwinOutcome on(const ActOnCases& c, Instant now);
    TwinOutcome on(const WakeCases& c, Instant now);
    TwinOutcome confirm(const StepReservation& c, Instant now);
    TwinOutcome release(const StepReservation& c, Instant now);
    static void release_units(Draft& draft, const std::vector<std::size_t>& parts, Units units);
    TwinOutcome extend(const StepReservation& c, Instant now);
    TwinOutcome adjust(const StepReservation& c, Instant now);
    std::vector<LinePlan> plan_hold(ChannelId channel, std::span<const Line> lines) const;
    std::vector<LinePlan> check_lines(ChannelId channel, std::span<const Line> lines) const;
    LinePlan plan_pool_line(ChannelId channel, SkuId sku, Units quantity,
                            const std::map<TwinPlace, Units>& taken) const;
    std::vector<Take> largest_first(ChannelId channel, SkuId sku, Units quantity,
                                    std::map<TwinPlace, Units> taken) const;
    void bring_back(Draft& draft, std::size_t part_index, Units units) const;

    // What may be sold, once `taken` is promised as well (twin_selling.cc).
    TwinOutcome on(const UpsertGroup& c, Instant now);
    TwinOutcome on(const SetNodeStatus& c, Instant now);
    TwinOutcome on(const SetPolicy& c, Instant now);
    using Taken = std::map<TwinPlace, Units>;
    Units promisable(SkuId sku, LocationId at, const Taken& taken) const;
    Units left_but_for_quotas(SkuId sku, LocationId at, const Taken& taken) const;
    std::map<GroupId, Units> pool_by_group(ChannelId channel, SkuId sku, const Taken& taken) const;
    Units pool_left_but_for_quotas(ChannelId channel, SkuId sku, const Taken& taken) const;
    Units left(ChannelId channel, SkuId sku, LocationId at, const Taken& taken) const;
    Units pool_left(ChannelId channel, SkuId sku, const Taken& taken) const;

    // Goods that leave (twin_shipments.cc).
    TwinOutcome shipment(const RecordEvent& c, Instant now);
    TwinOutcome shipment_voided(const RecordEvent& c, Instant now);
    void remember_shipment(const Draft& draft, Instant now);
    /// The order that an event is about: none, one, or why it cannot be said.
    struct Meant {
        Refusal refusal = Refusal::none;
        std::uint64_t id = 0;
    };
    Meant order_meant(const RecordEvent& c) const;
    bool order_taken(std::string_view order, ChannelId channel, std::uint64_t by_other_than) const;

    // Kits (twin_kits.cc).
    std::vector<TwinProblem> bad_components(const UpsertItem& c, SkuId item) const;
    Refusal bad_kit(const UpsertItem& c, SkuId item) const;
    void put_kit(SkuId item, const std::vector<std::pair<SkuId, Units>>& components,
                 bool assembled);
    /// The number of the recipe by which the item is sold; 0: from its own stock.
    std::size_t sold_by(SkuId sku) const;
    std::vector<TwinProblem> kits_in_the_way(const RecordEvent& c) const;
    bool too_many_components(SkuId sku, Units quantity) const;
    /// What a number of an item is, by component; the item itself where it is no kit.
    std::vector<std::pair<SkuId, Units>> components_of(SkuId sku, Units quantity) const;
    void count_taken(Taken& taken, SkuId sku, LocationId at, Units quantity) const;
    /// The fewest kits that any component allows.
    using UnitsOf = std::function<Units(SkuId)>;
    Units least(std::size_t recipe, const UnitsOf& units_of) const;
    using UnitsInGroup = std::function<Units(SkuId, GroupId)>;
    Units kits_in_pool(ChannelId channel, std::size_t recipe, const Taken& taken,
                       const UnitsInGroup& left) const;
    /// The parts that a line means, with how many units of them: of a kit, component by component.
    std::vector<std::pair<std::vector<std::size_t>, Units>> shares_of_line(const TwinReservation& r,
                                                                           std::uint64_t line,
                                                                           Units quantity) const;
    /// The recipe by which a line holds its parts, that of its newest one; 0: it holds an item.
    static std::size_t recipe_of_line(const TwinReservation& r, std::uint64_t line);
    Units shrink_kits(Draft& draft, const TwinReservation& before, std::uint64_t line,
                      Units wanted) const;
    struct OrderLine {
        std::uint32_t index = 0;
        std::uint64_t number = 0;
        SkuId sku;
        Units quantity = 0;
        std::size_t recipe = 0;
    };
    /// `settled` is what is left of an order that comes after some of its events; else null.
    TwinOutcome plain_order(const RecordEvent& c, const std::vector<OrderLine>* settled,
                            Instant now);
    TwinOutcome order_confirms_hold(const RecordEvent& c, const std::vector<OrderLine>* settled,
                                    Instant now);
    TwinOutcome order_sold(const RecordEvent& c, const std::vector<OrderLine>* settled,
                           Instant now);
    /// An order's lines with kits as their components; by the recipe of a hold's line where it has
    /// one.
    std::vector<OrderLine> order_lines(std::span<const Line> lines,
                                       const TwinReservation* hold) const;

    // The life of an order (twin_fulfilment.cc).
    TwinOutcome node_work(const RecordEvent& c, Instant now);
    TwinOutcome short_pick(const RecordEvent& c, Instant now);
    TwinOutcome resource(const StepReservation& c, Instant now);
    /// Where units that cannot stay go: all to one place, or to several, or some of them.
    LinePlan move_plan(const TwinReservation& r, SkuId sku, Units quantity, LocationId from,
                       std::optional<LocationId> target, bool some_will_do,
                       const std::map<TwinPlace, Units>& taken) const;
    /// The indexes of the parts that a line of an event speaks of, at a place or (none) anywhere.
    static std::vector<std::size_t> parts_meant(const TwinReservation& r, const Line& line,
                                                std::optional<LocationId> at);
    static Units cancel(Draft& draft, const std::vector<std::size_t>& parts, Units wanted);
    TwinOutcome record_both(Draft first, Draft second, const Envelope* envelope, Instant now);
    // Units of measure (twin_units.cc).
    Refusal bad_units(const UpsertItem& c) const;
    std::vector<TwinProblem> to_base_units(std::vector<Line>& lines,
                                           std::optional<std::uint64_t> speaks_of) const;
    TwinOutcome in_base_units(const ReserveStock& c, Instant now);
    TwinOutcome in_base_units(const StepReservation& c, Instant now);
    TwinOutcome in_base_units(const RecordEvent& c, Instant now);
    template <class Command>
    TwinOutcome in_base_units(const Command& c, std::optional<std::uint64_t> speaks_of,
                              Instant now);
    template <class Command>
    TwinOutcome in_base_units(const Command& c, Instant now) {
        return on(c, now);  // no lines
    }

    // Quotas (twin_quota.cc).
    TwinOutcome on(const SetQuota& c, Instant now);
    const TwinQuota* quota(GroupId group, ChannelId channel, SkuId sku) const;
    Units used(GroupId group, ChannelId channel, SkuId sku) const;
    Units group_pool(SkuId sku, GroupId group, const Taken& taken) const;
    Units group_left(ChannelId channel, SkuId sku, GroupId group, const Taken& taken) const;
    Units missing_in(SkuId sku, GroupId group) const;
    std::map<std::pair<SkuId, GroupId>, Units> guaranteed_and_missing(const Draft& draft) const;
    void use(Draft& draft, GroupId group, ChannelId channel, SkuId sku, Units change) const;
    void use_quotas(Draft& draft) const;
    void move_use(Draft& draft, GroupId group, std::span<const LocationId> members) const;

    // Back-orders (twin_backorders.cc, twin_backorders_served.cc).
    struct Wait {
        LocationId at;
        Units units = 0;
        std::int64_t due = 0;
    };
    struct Fill {
        std::uint64_t reservation = 0;
        std::size_t part = 0;
        Units units = 0;
    };
    TwinOutcome backorder_created(const RecordEvent& c, Instant now);
    TwinOutcome backorder_filled(const RecordEvent& c, Instant now);
    Refusal no_open_order(const RecordEvent& c, std::uint64_t& id) const;
    std::map<std::int64_t, Units> supply(SkuId sku, LocationId at) const;
    std::map<std::int64_t, Units> promises(SkuId sku, LocationId at) const;
    bool inside_horizon(SkuId sku, LocationId at, std::int64_t due, Instant now) const;
    Units oversold(SkuId sku, LocationId at, Units taken) const;
    std::int64_t promise_date(SkuId sku, LocationId at, Units units, Instant now,
                              const Ahead& ahead) const;
    static Ahead ahead_in(const Draft& draft, SkuId sku, LocationId at);
    Units left_beside_waits(const Draft& draft, SkuId sku, LocationId at) const;
    Units room(const Draft& draft, SkuId sku, LocationId at, Instant now) const;
    std::int64_t date_in(const Draft& draft, SkuId sku, LocationId at, Units units,
                         Instant now) const;
    std::vector<Wait> plan_waits(Draft& draft, const std::vector<LocationId>& along, SkuId sku,
                                 Units units, Instant now) const;
    std::optional<Draft> draft_waiting(const RecordEvent& c, std::span<const Line> lines,
                                       Instant now, std::vector<TwinProblem>& problems) const;
    std::size_t parts_waiting() const;
    bool too_many_wait(const Draft& draft) const;
    std::vector<Fill> fills_of(Draft& draft) const;
    std::vector<TwinPlace> order_of_arrival(const Draft& draft) const;
    std::vector<Draft> drafts_of(const std::vector<Fill>& fills) const;
    std::map<TwinPlace, Units> uncovered(const std::vector<const Draft*>& drafts) const;
    void flag_uncovered(Draft& draft, const std::vector<Draft>& next) const;
    std::map<TwinPlace, Units> late() const;
    void flag_late(Draft& draft, std::string_view number,
                   const std::map<std::uint64_t, TwinInboundLine>& lines) const;

    // Orders that change, and carts that are checked again (twin_edit.cc).
    TwinOutcome order_edited(const RecordEvent& c, Instant now);
    TwinOutcome replace_hold(const ReserveStock& c, std::int64_t expires_at, Instant now);
    /// One line's growth: how much, and whether its place is the only one.
    struct Growing {
        std::uint32_t index = 0;
        Line line;
        bool stays = false;
    };
    /// Plans the growth into the draft; problems are told by the lines of the request.
    void grow(Draft& draft, std::vector<Growing> growth, std::vector<TwinProblem>& problems) const;
    std::optional<Draft> draft_hold(FactType type, ChannelId channel, std::span<const Line> lines,
                                    bool partial, std::string_view order, std::int64_t expires_at,
                                    std::vector<TwinProblem>& problems) const;
    void open_entry(const Envelope& envelope, TwinOutcome& outcome);

    // Events (twin_event.cc).
    TwinOutcome on(const RecordEvent& c, Instant now);
    TwinOutcome order_created(const RecordEvent& c, Instant now);
    TwinOutcome order_cancelled(const RecordEvent& c, Instant now);
    TwinOutcome physical(const RecordEvent& c, Instant now);
    std::vector<TwinProblem> check_event_lines(const RecordEvent& c) const;
    std::vector<TwinProblem> check_order_lines(const RecordEvent& c) const;
    Refusal no_place_to_force(const std::vector<LocationId>& along) const;
    /// `waits_at`: when units that nobody has are promised from supply before they are oversold.
    static std::optional<Instant> waits_at(const RecordEvent& c, const OrderLine& line,
                                           Instant now);
    void force(Draft& draft, const std::vector<LocationId>& order, const OrderLine& line,
               std::optional<Instant> waits_at = std::nullopt) const;
    std::vector<LocationId> forced_along(const RecordEvent& c, const Line& line,
                                         ChannelId channel) const;
    /// unknown_sku, location_required or unknown_location; none where the line has its position.
    Refusal no_place(const RecordEvent& c, const Line& line) const;

    // Returns (twin_return.cc) and what else happens on a shelf (twin_shelf.cc).
    TwinOutcome return_announced(const RecordEvent& c, Instant now);
    TwinOutcome return_received(const RecordEvent& c, Instant now);
    TwinOutcome return_dispositioned(const RecordEvent& c, Instant now);
    TwinOutcome shelf_changed(const RecordEvent& c, Instant now);
    TwinOutcome kit_changed(const RecordEvent& given, Instant now);

    // Counts, and what they had seen (twin_count.cc).
    TwinOutcome stock_counted(const RecordEvent& c, Instant now);
    bool counted_later(const RecordEvent& c, const TwinPlace& where) const;
    bool counted_since(const Envelope& envelope, const TwinPlace& where) const;
    void see_counts(Draft& draft, const Envelope& envelope) const;
    void begin_count_generation(Instant now, std::uint64_t first_seq);

    // Transfers (twin_transfer.cc).
    TwinOutcome transfer_requested(const RecordEvent& c, Instant now);
    TwinOutcome transfer_cancelled(const RecordEvent& c, Instant now);
    TwinOutcome transfer_shipped(const RecordEvent& c, Instant now);
    TwinOutcome transfer_received(const RecordEvent& c, Instant now);
    TwinOutcome transfer_completed(const RecordEvent& c, Instant now);
    Draft draft_of_transfer(const RecordEvent& c) const;
    TwinOutcome record_transfer(Draft draft, const RecordEvent& c, Instant now);

    // Purchase orders and receipts (twin_inbound.cc).
    TwinOutcome inbound_scheduled(const RecordEvent& c, Instant now);
    TwinOutcome inbound_changed(const RecordEvent& c, Instant now);
    TwinOutcome receipt(const RecordEvent& c, Instant now);
    void put_purchase_order(Draft& draft, std::string_view number,
                            const std::map<std::uint64_t, TwinInboundLine>& lines, Instant now);
    std::vector<TwinInboundLine*> served(std::map<std::uint64_t, TwinInboundLine>& order,
                                         const Line& line, LocationId at) const;
};

/// A refusal of the twin, with or without reasons by line.
TwinOutcome twin_refused(Refusal refusal);
TwinOutcome twin_refused(std::vector<TwinProblem> problems);

/// Whether a code may be entered: short, and nothing in it that cannot be printed.
bool twin_code_allowed(std::string_view code);
/// Gives the code its id, or a known code its new title; returns the id.
std::uint32_t twin_put_code(std::vector<TwinCode>& table, std::string_view code,
                            std::string_view title);

/// What stands against what a line asks for: 1 .. quantity_max.
inline Refusal twin_quantity_refusal(std::int64_t quantity) {
    if (quantity < 1) return Refusal::quantity_must_be_positive;
    if (quantity > quantity_max) return Refusal::quantity_too_large;
    return Refusal::none;
}

/// The caller's number of a line: 0 stands for its position, from 1.
inline std::uint64_t line_number(std::span<const Line> lines, std::size_t index) {
    return lines[index].line != 0 ? lines[index].line : index + 1;
}

}  // namespace holdfast::ledger
