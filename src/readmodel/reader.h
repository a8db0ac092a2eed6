// Questions to the read model, each a few looks into an index. A reader has a connection of its own
// and sees one cut: everything between begin() and end() is of one cursor, whatever the writer
// does.
//
// Used by one thread at a time. Failures stick; end() tells the first one, and then nothing that
// was read may be used.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "canonical/fact.h"
#include "readmodel/late_lookup.h"
#include "readmodel/projection.h"

namespace holdfast::readmodel {

/// A bucket at some seq: what was there, and the newest change of it.
struct Level {
    Units units = 0;
    Units delta = 0;
    std::uint64_t seq = 0;
};

struct PlaceLevel {
    Place place;
    Bucket bucket{};
    Level level;
};

/// Units that are expected at a position for one date, and the newest fact that changed them.
struct DatedSupply {
    Instant due{};
    Units units = 0;
    std::uint64_t seq = 0;
};

/// One row of `facts`. Ids are kNoId where the fact has none.
struct FactRow {
    std::uint64_t seq = 0;
    FactType type{};
    Instant recorded_at{};
    Instant occurred_at{};
    std::uint32_t source = kNoId;
    std::uint32_t actor = kNoId;
    std::uint32_t reason = kNoId;
    std::uint32_t channel = kNoId;
    std::uint64_t reservation = 0;
    std::string order;
    std::string document;
    std::vector<std::byte> fields;  ///< see fact_fields.h
};

struct Change {
    SkuId sku;
    Place place;
    Bucket bucket{};
    Units delta = 0;
    Units balance = 0;
};

/// A version of a policy row. A value below zero removed it.
struct PolicyVersion {
    PolicyKind kind{};
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;
    std::uint64_t seq = 0;
    std::int64_t value = 0;
};

/// A road of goods from one location to another; its number is that of the place.
struct Lane {
    std::uint32_t number = 0;
    LocationId source;
    LocationId destination;
};

/// The version of a quota row that covers a channel's SKU. Limits below zero: none.
struct QuotaVersion {
    std::uint32_t channel = kNoId;
    std::int64_t guarantee = -1;
    std::int64_t cap = -1;
    std::int64_t priority = 0;
    std::uint64_t seq = 0;
    bool of_all_skus = false;
};

/// What an item is sold by: components, or, where there are none, its own stock.
struct SoldBy {
    struct Component {
        SkuId sku;
        Units units = 0;  ///< of it in one kit
    };
    std::vector<Component> components;
    std::uint64_t recipe = 0;  ///< the fact that told them
};

/// Units of one reservation in one bucket of one position, now.
struct Holder {
    std::uint64_t reservation = 0;
    Bucket bucket{};
    Units units = 0;
    std::uint32_t channel = kNoId;
    std::string order;
    std::optional<Instant> expires_at;
};

/// Which postings a timeline is about.
struct TimelineOf {
    SkuId sku;
    std::optional<Place> place;
    std::optional<Bucket> bucket;
};

struct KpiMinute {
    std::int64_t minute = 0;  ///< minutes since 1970
    std::uint32_t channel = kNoId;
    std::int64_t facts = 0;
    std::int64_t accepted = 0;  ///< units newly promised
    std::int64_t oversold = 0;  ///< units that came to be promised beyond what is there
    std::int64_t raised = 0;    ///< cases
};

class Reader {
  public:
    static Result<std::unique_ptr<Reader>> open(const std::string& path);
    ~Reader();

    /// Begins a cut. The cursor is that of the cut.
    Result<void> begin();
    [[nodiscard]] const Cursor& cursor() const { return cursor_; }
    Result<void> end();

    /// The newest level up to `at`; seq 0 where nothing was ever posted.
    Level level(SkuId sku, Place place, Bucket bucket, std::uint64_t at);
    /// All buckets of all places of a SKU that had postings up to `at`, by place, then bucket.
    std::vector<PlaceLevel> levels(SkuId sku, std::uint64_t at);
    /// Postings of one bucket before a seq, the newest first. The last one may be older than
    /// first_seq: it stands for all before it.
    std::vector<Level> postings(SkuId sku, Place place, Bucket bucket, std::uint64_t before,
                                std::size_t limit);

    /// What of a bucket had happened at a business time and was not recorded by then, as far as it
    /// is known at seq `known`. Together with the level at seq_at(at) it is what was there.
    LateChanges late_changes(SkuId sku, Place place, Bucket bucket, Instant at, std::uint64_t known,
                             std::size_t limit);

    /// What was expected at a position as of `at`, by date up to `until`; without dates that came
    /// to nothing.
    std::vector<DatedSupply> expected(SkuId sku, LocationId location, Instant until,
                                      std::uint64_t at);

    std::optional<FactRow> fact(std::uint64_t seq);
    /// What a fact changed, in the order of positions; at most `limit`. Of one SKU, or of one place
    /// of it, where they are given.
    std::vector<Change> changes(std::uint64_t seq, std::size_t limit, std::optional<SkuId> sku = {},
                                std::optional<Place> place = {});
    /// The newest fact recorded at or before the instant; 0 where there is none, or first_seq - 1
    /// where it is not kept.
    std::uint64_t seq_at(Instant at);
    /// Facts that changed it, before a seq, the newest first.
    std::vector<std::uint64_t> timeline(const TimelineOf& of, std::uint64_t before,
                                        std::size_t limit);
    /// Facts of an order and of its reservations, before a seq, the newest first.
    std::vector<std::uint64_t> order_timeline(std::string_view order, std::uint64_t before,
                                              std::size_t limit);

    /// The newest version up to `at` of each row that covers the position, the most specific first.
    std::vector<PolicyVersion> policies(PolicyKind kind, SkuId sku, LocationId location,
                                        std::uint64_t at);
    /// Lanes that lead to a location, by number.
    std::vector<Lane> lanes_to(LocationId destination);
    std::optional<Lane> lane(std::uint32_t number);
    /// Quotas of a SKU in a group as of `at`, by channel.
    std::vector<QuotaVersion> quotas(std::uint32_t group, SkuId sku, std::uint64_t at);
    /// Whether there ever was a quota.
    bool any_quota();
    /// What the item was sold by at a seq. A kit that is made before it is sold has its own stock.
    SoldBy sold_by(SkuId sku, std::uint64_t at);
    /// The newest fact up to `at` that says what the entity is; 0 where there is none. `type` is
    /// one that upserts: item_upserted, location_upserted, ...
    std::uint64_t entity(FactType type, std::uint32_t id, std::uint64_t at);
    /// Entities of a type, over all time: their ids are below this.
    std::uint32_t entities(FactType type);
    /// Whether there ever was a row of the kind.
    bool any_policy(PolicyKind kind);
    /// The code of an entity, which never changes; "#7" where it is not known. Remembered.
    const std::string& code(FactType type, std::uint32_t id);
    /// The newest fact of a source up to `at`; 0 where there is none.
    std::uint64_t source_seen(std::uint32_t source, std::uint64_t at);
    /// The newest fact of a source's own sequence up to a number in it; 0 where there is none.
    std::uint64_t seq_of_source(std::uint32_t source, std::uint64_t epoch,
                                std::uint64_t source_seq);

    /// Open reservations with units there, the newest first.
    std::vector<Holder> holders(SkuId sku, Place place, std::size_t limit);
    std::vector<KpiMinute> kpis(std::int64_t from_minute, std::int64_t to_minute,
                                std::size_t limit);

  private:
    struct Statements;
    explicit Reader(std::unique_ptr<Database> database);
    std::uint64_t newest(Statement& statement);

    std::unique_ptr<Database> database_;
    std::unique_ptr<Statements> statements_;
    Cursor cursor_;
    std::map<std::pair<FactType, std::uint32_t>, std::string> codes_;
};

}  // namespace holdfast::readmodel
