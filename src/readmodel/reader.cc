#include "readmodel/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <queue>
#include <set>

#include "readmodel/database.h"
#include "readmodel/fact_fields.h"
#include "readmodel/schema.h"
#include "readmodel/store.h"

namespace holdfast::readmodel {
namespace {

std::int64_t raw(SkuId sku) { return std::int64_t{sku.raw}; }
std::int64_t raw(Place place) { return std::int64_t{place.raw()}; }
std::int64_t raw(Bucket bucket) { return static_cast<std::int64_t>(bucket); }
std::uint32_t id_at(const Statement& row, int column) {
    return row.is_null(column) ? kNoId : static_cast<std::uint32_t>(row.integer(column));
}
/// Codes are remembered up to this many, then forgotten together.
constexpr std::size_t kCodesMax = 100'000;
/// Reservations of one order number that a timeline follows: there is one, unless data was damaged.
constexpr std::size_t kReservationsOfOrderMax = 16;

constexpr std::string_view kFactColumns =
    "SELECT seq, type, recorded_at, occurred_at, source, actor, reason, channel, reservation, "
    "order_number, document, fields FROM facts ";

}  // namespace

struct Reader::Statements {
    explicit Statements(Database& d)
        : cursor(d, "SELECT log_id, seq, fact_hash, recorded_at, first_seq, kept_us FROM cursor"),
          level(d,
                "SELECT balance, delta, seq FROM postings WHERE sku = ? AND place = ? AND "
                "bucket = ? AND seq <= ? ORDER BY seq DESC LIMIT 1"),
          next_bucket(d,
                      "SELECT place, bucket FROM postings WHERE sku = ? AND (place, bucket) > "
                      "(?, ?) ORDER BY place, bucket LIMIT 1"),
          postings(d,
                   "SELECT balance, delta, seq FROM postings WHERE sku = ? AND place = ? AND "
                   "bucket = ? AND seq < ? ORDER BY seq DESC LIMIT ?"),
          next_date(d,
                    "SELECT due FROM expected WHERE sku = ? AND location = ? AND due > ? "
                    "ORDER BY due LIMIT 1"),
          expected(d,
                   "SELECT units, seq FROM expected WHERE sku = ? AND location = ? AND due = ? "
                   "AND seq <= ? ORDER BY seq DESC LIMIT 1"),
          fact(d, std::string(kFactColumns) + "WHERE seq = ?"),
          recorded_at(d, "SELECT recorded_at FROM facts WHERE seq >= ? ORDER BY seq LIMIT 1"),
          changes(d,
                  "SELECT sku, place, bucket, delta, balance FROM postings WHERE seq = ? "
                  "AND sku BETWEEN ? AND ? AND place BETWEEN ? AND ? "
                  "ORDER BY sku, place, bucket LIMIT ?"),
          of_order(d,
                   "SELECT seq FROM facts WHERE order_number = ? AND seq < ? "
                   "ORDER BY seq DESC LIMIT ?"),
          reservations_of_order(d,
                                "SELECT id FROM reservations WHERE order_number = ? "
                                "ORDER BY id LIMIT ?"),
          of_reservation(d,
                         "SELECT seq FROM facts WHERE reservation = ? AND seq < ? "
                         "ORDER BY seq DESC LIMIT ?"),
          policy(d,
                 "SELECT seq, value FROM policies WHERE kind = ? AND sku = ? AND location = ? "
                 "AND channel = 0 AND seq <= ? ORDER BY seq DESC LIMIT 1"),
          lanes_to(d,
                   "SELECT number, source, destination FROM lanes WHERE destination = ? "
                   "ORDER BY number"),
          lane(d, "SELECT number, source, destination FROM lanes WHERE number = ?"),
          quota_channels(d,
                         "SELECT DISTINCT channel FROM quotas WHERE group_id = ? ORDER BY channel"),
          quota(d,
                "SELECT guarantee, cap, priority, seq FROM quotas WHERE group_id = ? AND "
                "channel = ? AND sku = ? AND seq <= ? ORDER BY seq DESC LIMIT 1"),
          any_quota(d, "SELECT 1 FROM quotas LIMIT 1"),
          kit(d,
              "SELECT recipe, assembled FROM kits WHERE sku = ? AND seq <= ? "
              "ORDER BY seq DESC LIMIT 1"),
          entity(d,
                 "SELECT seq FROM entities WHERE type = ? AND id = ? AND seq <= ? "
                 "ORDER BY seq DESC LIMIT 1"),
          entities(d, "SELECT max(id) + 1 FROM entities WHERE type = ?"),
          any_policy(d, "SELECT 1 FROM policies WHERE kind = ? LIMIT 1"),
          code(d, "SELECT code FROM entities WHERE type = ? AND id = ? ORDER BY seq LIMIT 1"),
          source_seen(d,
                      "SELECT seq FROM facts WHERE source = ? AND seq <= ? "
                      "ORDER BY seq DESC LIMIT 1"),
          seq_of_source(d,
                        "SELECT seq FROM source_positions WHERE source = ? AND epoch = ? AND "
                        "source_seq <= ? ORDER BY source_seq DESC LIMIT 1"),
          holders(d,
                  "SELECT h.reservation, h.bucket, h.units, r.channel, r.order_number, "
                  "r.expires_at FROM holds h JOIN reservations r ON r.id = h.reservation "
                  "WHERE h.sku = ? AND h.place = ? AND h.bucket = ? "
                  "ORDER BY h.reservation DESC LIMIT ?"),
          kpis(d,
               "SELECT minute, channel, facts, accepted, oversold, raised FROM kpi_minutes "
               "WHERE minute >= ? AND minute < ? ORDER BY minute, channel LIMIT ?"),
          late(d) {}
    Statement cursor, level, next_bucket, postings, next_date, expected, fact, recorded_at, changes,
        of_order, reservations_of_order, of_reservation, policy, lanes_to, lane, quota_channels,
        quota, any_quota, kit, entity, entities, any_policy, code, source_seen, seq_of_source,
        holders, kpis;
    LateLookup late;
};

Reader::Reader(std::unique_ptr<Database> database)
    : database_(std::move(database)), statements_(std::make_unique<Statements>(*database_)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader>> Reader::open(const std::string& path) {
    auto database = Database::open(path, OpenMode::read, kReaderCacheBytes);
    if (!database) return tl::unexpected(database.error());
    const std::int64_t version = schema_version(**database);
    if (version != kSchemaVersion)
        return failure(
            ErrorCode::unsupported,
            fmt::format("{}: its tables are of version {}, not {}", path, version, kSchemaVersion));
    std::unique_ptr<Reader> reader(new Reader(std::move(*database)));
    if (Result<void> ready = reader->database_->outcome(); !ready)
        return tl::unexpected(ready.error());
    return reader;
}

Result<void> Reader::begin() {
    database_->forget_failure();
    database_->run("BEGIN");
    Statement& find = statements_->cursor;
    cursor_ = {};
    if (find.step()) {
        const std::string_view hex = find.text(0);
        std::from_chars(hex.data(), hex.data() + hex.size(), cursor_.log_id, 16);
        cursor_.seq = find.number(1);
        cursor_.recorded_at = instant_from_raw(find.integer(3));
        cursor_.first_seq = find.number(4);
        cursor_.kept = Microseconds{find.integer(5)};
    }
    find.reset();
    return database_->outcome();
}

Result<void> Reader::end() {
    const Result<void> outcome = database_->outcome();
    database_->forget_failure();
    database_->run("ROLLBACK");
    database_->forget_failure();
    return outcome;
}

/// The first column of the first row; 0 where there is none.
std::uint64_t Reader::newest(Statement& statement) {
    const std::uint64_t found = statement.step() ? statement.number(0) : 0;
    statement.reset();
    return found;
}

Level Reader::level(SkuId sku, Place place, Bucket bucket, std::uint64_t at) {
    Statement& s = statements_->level;
    s.with(raw(sku), raw(place), raw(bucket), signed_of(at));
    Level found;
    if (s.step()) found = {.units = s.integer(0), .delta = s.integer(1), .seq = s.number(2)};
    s.reset();
    return found;
}

std::vector<PlaceLevel> Reader::levels(SkuId sku, std::uint64_t at) {
    std::vector<PlaceLevel> found;
    std::int64_t place = -1, bucket = -1;
    Statement& next = statements_->next_bucket;
    while (true) {
        next.with(raw(sku), place, bucket);
        const bool more = next.step();
        if (more) {
            place = next.integer(0);
            bucket = next.integer(1);
        }
        next.reset();
        if (!more) return found;
        const Place where = Place::from_raw(static_cast<std::uint32_t>(place));
        const Level there = level(sku, where, static_cast<Bucket>(bucket), at);
        if (there.seq != 0) found.push_back({where, static_cast<Bucket>(bucket), there});
    }
}

std::vector<Level> Reader::postings(SkuId sku, Place place, Bucket bucket, std::uint64_t before,
                                    std::size_t limit) {
    Statement& s = statements_->postings;
    s.with(raw(sku), raw(place), raw(bucket), signed_of(before), signed_of(limit));
    std::vector<Level> found;
    while (s.step())
        found.push_back({.units = s.integer(0), .delta = s.integer(1), .seq = s.number(2)});
    return found;
}

LateChanges Reader::late_changes(SkuId sku, Place place, Bucket bucket, Instant at,
                                 std::uint64_t known, std::size_t limit) {
    return statements_->late.find(sku, place, bucket, at, known, limit);
}

std::vector<DatedSupply> Reader::expected(SkuId sku, LocationId location, Instant until,
                                          std::uint64_t at) {
    std::vector<DatedSupply> found;
    Statement& next = statements_->next_date;
    Statement& s = statements_->expected;
    for (std::int64_t due = std::numeric_limits<std::int64_t>::min();;) {
        next.with(raw(sku), std::int64_t{location.raw}, due);
        const bool more = next.step();
        if (more) due = next.integer(0);
        next.reset();
        if (!more || due > to_raw(until)) return found;
        s.with(raw(sku), std::int64_t{location.raw}, due, signed_of(at));
        if (s.step() && s.integer(0) != 0)
            found.push_back(
                {.due = instant_from_raw(due), .units = s.integer(0), .seq = s.number(1)});
        s.reset();
    }
}

std::optional<FactRow> Reader::fact(std::uint64_t seq) {
    Statement& s = statements_->fact;
    s.with(signed_of(seq));
    std::optional<FactRow> found;
    if (s.step()) {
        FactRow& row = found.emplace();
        row.seq = s.number(0);
        row.type = static_cast<FactType>(s.integer(1));
        row.recorded_at = instant_from_raw(s.integer(2));
        row.occurred_at = s.is_null(3) ? row.recorded_at : instant_from_raw(s.integer(3));
        row.source = id_at(s, 4);
        row.actor = id_at(s, 5);
        row.reason = id_at(s, 6);
        row.channel = id_at(s, 7);
        row.reservation = s.number(8);
        row.order = s.text(9);
        row.document = s.text(10);
        const ByteSpan fields = s.bytes(11);
        row.fields.assign(fields.begin(), fields.end());
    }
    s.reset();
    return found;
}

std::vector<Change> Reader::changes(std::uint64_t seq, std::size_t limit, std::optional<SkuId> sku,
                                    std::optional<Place> place) {
    // The index begins with (seq, sku, place): a range of either is looked up, not filtered.
    constexpr std::int64_t kLast = std::numeric_limits<std::uint32_t>::max();
    Statement& s = statements_->changes;
    s.with(signed_of(seq), sku ? raw(*sku) : 0, sku ? raw(*sku) : kLast, place ? raw(*place) : 0,
           place ? raw(*place) : kLast, signed_of(limit));
    std::vector<Change> found;
    while (s.step())
        found.push_back({.sku = SkuId{static_cast<std::uint32_t>(s.integer(0))},
                         .place = Place::from_raw(static_cast<std::uint32_t>(s.integer(1))),
                         .bucket = static_cast<Bucket>(s.integer(2)),
                         .delta = s.integer(3),
                         .balance = s.integer(4)});
    return found;
}

/// Log time never goes back, so that it is ordered as seq is: no index is needed to search it.
std::uint64_t Reader::seq_at(Instant at) {
    std::uint64_t low = cursor_.first_seq, high = cursor_.seq + 1;  // the answer is low - 1
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        Statement& s = statements_->recorded_at;
        s.with(signed_of(middle));
        const bool found = s.step();
        const bool later = !found || s.integer(0) > to_raw(at);
        s.reset();
        if (later) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low - 1;
}

std::vector<std::uint64_t> Reader::timeline(const TimelineOf& of, std::uint64_t before,
                                            std::size_t limit) {
    struct Head {
        std::uint64_t seq;
        Place place;
        Bucket bucket;
        bool operator<(const Head& other) const { return seq < other.seq; }
    };
    std::priority_queue<Head> heads;
    const std::uint64_t to = before == 0 ? 0 : before - 1;
    if (of.place && of.bucket) {
        const Level there = level(of.sku, *of.place, *of.bucket, to);
        if (there.seq != 0) heads.push({there.seq, *of.place, *of.bucket});
    } else if (of.place) {
        // What is on its way to a location is on the lanes that lead there.
        if (of.place->kind() == PlaceKind::location)
            for (const Lane& lane : lanes_to(of.place->location())) {
                const Place road(PlaceKind::lane, lane.number);
                const Level there = level(of.sku, road, Bucket::in_transit, to);
                if (there.seq != 0) heads.push({there.seq, road, Bucket::in_transit});
            }
        for (unsigned b = 1; name(static_cast<Bucket>(b)) != "unknown"; ++b) {
            const Level there = level(of.sku, *of.place, static_cast<Bucket>(b), to);
            if (there.seq != 0) heads.push({there.seq, *of.place, static_cast<Bucket>(b)});
        }
    } else {
        for (const PlaceLevel& there : levels(of.sku, to))
            if (!of.bucket || *of.bucket == there.bucket)
                heads.push({there.level.seq, there.place, there.bucket});
    }
    std::vector<std::uint64_t> found;
    while (!heads.empty() && !database_->failed()) {
        const Head head = heads.top();
        heads.pop();
        if (head.seq < cursor_.first_seq) break;  // what it was is not kept, and neither are others
        if (found.empty() || found.back() != head.seq) {
            if (found.size() == limit) break;
            found.push_back(head.seq);
        }
        const Level older = level(of.sku, head.place, head.bucket, head.seq - 1);
        if (older.seq != 0) heads.push({older.seq, head.place, head.bucket});
    }
    return found;
}

std::vector<std::uint64_t> Reader::order_timeline(std::string_view order, std::uint64_t before,
                                                  std::size_t limit) {
    std::set<std::uint64_t, std::greater<>> seqs;
    const auto gather = [&](Statement& s) {
        while (s.step()) seqs.insert(s.number(0));
    };
    gather(statements_->of_order.with(order, signed_of(before), signed_of(limit)));
    std::vector<std::int64_t> reservations;
    Statement& s = statements_->reservations_of_order;
    s.with(order, signed_of(kReservationsOfOrderMax));
    while (s.step()) reservations.push_back(s.integer(0));
    for (const std::int64_t reservation : reservations)
        gather(statements_->of_reservation.with(reservation, signed_of(before), signed_of(limit)));
    std::vector<std::uint64_t> found(seqs.begin(), seqs.end());
    if (found.size() > limit) found.resize(limit);
    return found;
}

std::vector<PolicyVersion> Reader::policies(PolicyKind kind, SkuId sku, LocationId location,
                                            std::uint64_t at) {
    std::vector<PolicyVersion> found;
    const std::pair<SkuId, LocationId> scopes[] = {
        {sku, location}, {sku, kNoLocation}, {kNoSku, location}, {kNoSku, kNoLocation}};
    Statement& s = statements_->policy;
    for (const auto& [of_sku, of_location] : scopes) {
        s.with(static_cast<std::int64_t>(kind), of_sku == kNoSku ? kAny : raw(of_sku),
               of_location == kNoLocation ? kAny : std::int64_t{of_location.raw}, signed_of(at));
        if (s.step())
            found.push_back({.kind = kind,
                             .sku = of_sku,
                             .location = of_location,
                             .seq = s.number(0),
                             .value = s.integer(1)});
        s.reset();
    }
    return found;
}

namespace {

Lane lane_of(const Statement& row) {
    return {.number = static_cast<std::uint32_t>(row.integer(0)),
            .source = LocationId{static_cast<std::uint32_t>(row.integer(1))},
            .destination = LocationId{static_cast<std::uint32_t>(row.integer(2))}};
}

}  // namespace

std::vector<Lane> Reader::lanes_to(LocationId destination) {
    std::vector<Lane> found;
    Statement& s = statements_->lanes_to;
    s.with(std::int64_t{destination.raw});
    while (s.step()) found.push_back(lane_of(s));
    return found;
}

std::optional<Lane> Reader::lane(std::uint32_t number) {
    Statement& s = statements_->lane;
    s.with(std::int64_t{number});
    std::optional<Lane> found;
    if (s.step()) found = lane_of(s);
    s.reset();
    return found;
}

bool Reader::any_quota() { return newest(statements_->any_quota) != 0; }

std::vector<QuotaVersion> Reader::quotas(std::uint32_t group, SkuId sku, std::uint64_t at) {
    std::vector<std::int64_t> channels;
    Statement& list = statements_->quota_channels;
    list.with(std::int64_t{group});
    while (list.step()) channels.push_back(list.integer(0));
    std::vector<QuotaVersion> found;
    Statement& s = statements_->quota;
    for (const std::int64_t channel : channels) {
        // The SKU's own row; without one, that of all SKUs.
        for (const std::int64_t of : {raw(sku), kAny}) {
            s.with(std::int64_t{group}, channel, of, signed_of(at));
            QuotaVersion row{.channel = static_cast<std::uint32_t>(channel),
                             .of_all_skus = of == kAny};
            if (s.step()) {
                row.guarantee = s.integer(0);
                row.cap = s.integer(1);
                row.priority = s.integer(2);
                row.seq = s.number(3);
            }
            s.reset();
            if (row.guarantee < 0 && row.cap < 0) continue;  // removed, or never there
            found.push_back(row);
            break;
        }
    }
    return found;
}

SoldBy Reader::sold_by(SkuId sku, std::uint64_t at) {
    Statement& s = statements_->kit;
    s.with(raw(sku), signed_of(at));
    SoldBy found;
    if (s.step() && s.integer(1) == 0) found.recipe = s.number(0);
    s.reset();
    if (found.recipe == 0) return found;
    // A fact that says what an item is made of is kept, however old it is.
    const auto told = fact(found.recipe);
    if (!told) return found;
    const auto rows = kept_field(told->fields, FieldTag::components);
    for (std::size_t i = 0; rows && (i + 1) * sizeof(ComponentField) <= rows->size(); ++i) {
        const auto row = load<ComponentField>(rows->data() + i * sizeof(ComponentField));
        found.components.push_back({.sku = SkuId{row.sku}, .units = row.units});
    }
    return found;
}

std::uint64_t Reader::entity(FactType type, std::uint32_t id, std::uint64_t at) {
    return newest(
        statements_->entity.with(static_cast<std::int64_t>(type), std::int64_t{id}, signed_of(at)));
}

std::uint32_t Reader::entities(FactType type) {
    return static_cast<std::uint32_t>(
        newest(statements_->entities.with(static_cast<std::int64_t>(type))));
}

bool Reader::any_policy(PolicyKind kind) {
    return newest(statements_->any_policy.with(static_cast<std::int64_t>(kind))) != 0;
}

const std::string& Reader::code(FactType type, std::uint32_t id) {
    const auto known = codes_.find({type, id});
    if (known != codes_.end()) return known->second;
    Statement& s = statements_->code;
    s.with(static_cast<std::int64_t>(type), std::int64_t{id});
    std::string code = s.step() ? std::string(s.text(0)) : fmt::format("#{}", id);
    s.reset();
    if (codes_.size() >= kCodesMax) codes_.clear();
    return codes_[{type, id}] = std::move(code);
}

std::uint64_t Reader::source_seen(std::uint32_t source, std::uint64_t at) {
    return newest(statements_->source_seen.with(std::int64_t{source}, signed_of(at)));
}

std::uint64_t Reader::seq_of_source(std::uint32_t source, std::uint64_t epoch,
                                    std::uint64_t source_seq) {
    return newest(statements_->seq_of_source.with(std::int64_t{source}, signed_of(epoch),
                                                  signed_of(source_seq)));
}

std::vector<Holder> Reader::holders(SkuId sku, Place place, std::size_t limit) {
    std::vector<Holder> found;
    Statement& s = statements_->holders;
    for (const Bucket bucket : {Bucket::reserved, Bucket::allocated}) {
        s.with(raw(sku), raw(place), raw(bucket), signed_of(limit));
        while (s.step()) {
            Holder& holder = found.emplace_back();
            holder.reservation = s.number(0);
            holder.bucket = static_cast<Bucket>(s.integer(1));
            holder.units = s.integer(2);
            holder.channel = id_at(s, 3);
            holder.order = s.text(4);
            if (!s.is_null(5)) holder.expires_at = instant_from_raw(s.integer(5));
        }
    }
    std::ranges::stable_sort(found, std::greater{}, &Holder::reservation);
    if (found.size() > limit) found.resize(limit);
    return found;
}

std::vector<KpiMinute> Reader::kpis(std::int64_t from_minute, std::int64_t to_minute,
                                    std::size_t limit) {
    std::vector<KpiMinute> found;
    Statement& s = statements_->kpis;
    s.with(from_minute, to_minute, signed_of(limit));
    while (s.step())
        found.push_back(
            {.minute = s.integer(0),
             .channel = s.integer(1) == kAny ? kNoId : static_cast<std::uint32_t>(s.integer(1)),
             .facts = s.integer(2),
             .accepted = s.integer(3),
             .oversold = s.integer(4),
             .raised = s.integer(5)});
    return found;
}

}  // namespace holdfast::readmodel
