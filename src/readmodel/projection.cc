#include "readmodel/projection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "readmodel/database.h"
#include "readmodel/fact_fields.h"
#include "readmodel/schema.h"

namespace holdfast::readmodel {
namespace {

constexpr std::int64_t kMicrosecondsAMinute = 60'000'000;

std::int64_t id_or_any(std::uint32_t id) { return id == kNoId ? kAny : std::int64_t{id}; }

/// Promises to somebody: the units of a reservation stand in exactly one of the first three.
bool is_promise(Bucket bucket) {
    return bucket == Bucket::reserved || bucket == Bucket::allocated ||
           bucket == Bucket::backordered;
}
bool belongs_to_reservation(Bucket bucket) {
    return is_promise(bucket) || bucket == Bucket::picked || bucket == Bucket::erp_held;
}

void bind_id(Statement& statement, int position, std::uint32_t id) {
    if (id == kNoId) {
        statement.bind_null(position);
    } else {
        statement.bind(position, std::int64_t{id});
    }
}

std::uint64_t from_hex(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, 16);
    return number;
}

}  // namespace

std::uint64_t hash_of(const FactView& fact) { return hash64(fact.bytes()); }

Projection::Projection(Database& database, Microseconds kept)
    : database_(database),
      retention_(database, kept),
      late_(database),
      expected_(database),
      insert_fact_(database, "INSERT INTO facts VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"),
      insert_posting_(database, "INSERT INTO postings VALUES (?,?,?,?,?,?)"),
      find_level_(database,
                  "SELECT balance FROM postings WHERE sku = ? AND place = ? AND bucket = ? "
                  "ORDER BY seq DESC LIMIT 1"),
      insert_reservation_(database, "INSERT INTO reservations VALUES (?,?,?,?,?,0)"),
      update_reservation_(database,
                          "UPDATE reservations SET order_number = coalesce(?, order_number), "
                          "expires_at = ?, seq = ? WHERE id = ?"),
      find_reservation_channel_(database, "SELECT channel FROM reservations WHERE id = ?"),
      find_hold_(database,
                 "SELECT units FROM holds WHERE sku = ? AND place = ? AND bucket = ? AND "
                 "reservation = ?"),
      put_hold_(database, "INSERT OR REPLACE INTO holds VALUES (?,?,?,?,?)"),
      delete_hold_(database,
                   "DELETE FROM holds WHERE sku = ? AND place = ? AND bucket = ? AND "
                   "reservation = ?"),
      count_holds_(database, "UPDATE reservations SET holds = holds + ? WHERE id = ?"),
      insert_policy_(database, "INSERT INTO policies VALUES (?,?,?,?,?,?)"),
      insert_quota_(database, "INSERT INTO quotas VALUES (?,?,?,?,?,?,?)"),
      insert_kit_(database, "INSERT INTO kits VALUES (?,?,?,?)"),
      find_recipe_(database, "SELECT recipe FROM kits WHERE sku = ? ORDER BY seq DESC LIMIT 1"),
      insert_lane_(database, "INSERT INTO lanes VALUES (?,?,?,?)"),
      insert_entity_(database, "INSERT INTO entities VALUES (?,?,?,?)"),
      // A fact that repeats a position of its source tells nothing new: the first one counts.
      put_source_position_(database, "INSERT OR IGNORE INTO source_positions VALUES (?,?,?,?)"),
      insert_case_(database, "INSERT OR IGNORE INTO cases VALUES (?,?)"),
      add_minute_(database,
                  "INSERT INTO kpi_minutes VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                  "facts = facts + excluded.facts, accepted = accepted + excluded.accepted, "
                  "oversold = oversold + excluded.oversold, raised = raised + excluded.raised"),
      put_cursor_(database, "INSERT OR REPLACE INTO cursor VALUES (1,?,?,?,?,?,?)") {
    load_cursor();
}

void Projection::load_cursor() {
    Statement find(database_,
                   "SELECT log_id, seq, fact_hash, recorded_at, first_seq, kept_us FROM cursor");
    if (find.step()) {
        cursor_ = {.log_id = from_hex(find.text(0)),
                   .seq = find.number(1),
                   .fact_hash = from_hex(find.text(2)),
                   .recorded_at = instant_from_raw(find.integer(3)),
                   .first_seq = find.number(4),
                   .kept = Microseconds{find.integer(5)}};
    }
    find.reset();
    committed_ = cursor_;
}

void Projection::begin(std::uint64_t log_id) {
    cursor_.log_id = log_id;
    database_.run("BEGIN IMMEDIATE");
}

void Projection::apply(const FactView& fact) {
    if (fact.seq() <= cursor_.seq || database_.failed()) return;
    if (fact.seq() != cursor_.seq + 1) {
        database_.fail(
            {ErrorCode::corrupt, fmt::format("fact {} follows fact {}", fact.seq(), cursor_.seq)});
        return;
    }
    const bool makes = makes_reservation(fact);
    const std::uint64_t reservation =
        makes ? fact.seq() : fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(0);
    const std::int64_t channel = channel_of(fact, reservation);
    gather_changes(fact, changes_);
    add_fact(fact, reservation, channel);
    if (reservation != 0) add_reservation(fact, reservation);
    add_reference_data(fact);
    expected_.add(fact, reservation);
    Minute& minute = minutes_[{to_raw(fact.recorded_at()) / kMicrosecondsAMinute, channel}];
    ++minute.facts;
    add_postings(fact, minute);
    late_.add(fact, changes_);
    if (reservation != 0) add_holds(reservation);
    if (const auto raised = fact.field(FieldTag::raises)) {
        for (const std::byte kind : *raised) {
            insert_case_.with(std::to_integer<std::int64_t>(kind), signed_of(fact.seq())).finish();
            ++minute.raised;
        }
    }
    cursor_.seq = fact.seq();
    cursor_.fact_hash = hash_of(fact);
    cursor_.recorded_at = fact.recorded_at();
    retention_.after_fact(cursor_.seq, cursor_.recorded_at, cursor_.first_seq);
}

/// The fact's own channel, else that of its reservation.
std::int64_t Projection::channel_of(const FactView& fact, std::uint64_t reservation) {
    if (const auto own = fact.field_as<std::uint32_t>(FieldTag::channel)) return id_or_any(*own);
    if (reservation == 0 || reservation == fact.seq()) return kAny;
    find_reservation_channel_.with(signed_of(reservation));
    std::int64_t channel = kAny;
    if (find_reservation_channel_.step() && !find_reservation_channel_.is_null(0))
        channel = find_reservation_channel_.integer(0);
    find_reservation_channel_.reset();
    return channel;
}

void Projection::add_fact(const FactView& fact, std::uint64_t reservation, std::int64_t channel) {
    const FactHeader header = fact.header();
    fields_.clear();
    keep_fields(fact, fields_);
    Statement& s = insert_fact_;
    s.bind(1, signed_of(header.seq)).bind(2, std::int64_t{header.type}).bind(3, header.recorded_at);
    if (header.occurred_at == header.recorded_at || header.occurred_at == 0) {
        s.bind_null(4);
    } else {
        s.bind(4, header.occurred_at);
    }
    bind_id(s, 5, header.source);
    bind_id(s, 6, header.actor);
    bind_id(s, 7, header.reason == 0 ? kNoId : std::uint32_t{header.reason} - 1);
    if (channel == kAny) {
        s.bind_null(8);
    } else {
        s.bind(8, channel);
    }
    if (reservation == 0) {
        s.bind_null(9);
    } else {
        s.bind(9, signed_of(reservation));
    }
    s.bind(10, fact.text(FieldTag::order)).bind(11, fact.text(FieldTag::document));
    s.bind(12, ByteSpan(fields_)).finish();
}

void Projection::add_reservation(const FactView& fact, std::uint64_t reservation) {
    const auto expires_at = fact.field_as<std::int64_t>(FieldTag::expires_at);
    const bool made = reservation == fact.seq();
    Statement& s = made ? insert_reservation_ : update_reservation_;
    int at = 0;
    if (made) {
        s.bind(++at, signed_of(reservation));
        bind_id(s, ++at, fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId));
    }
    s.bind(++at, fact.text(FieldTag::order));
    if (expires_at) {
        s.bind(++at, *expires_at);
    } else {
        s.bind_null(++at);
    }
    s.bind(++at, signed_of(fact.seq()));
    if (!made) s.bind(++at, signed_of(reservation));
    s.finish();
}

void Projection::add_reference_data(const FactView& fact) {
    const FactHeader header = fact.header();
    if (const auto entity = fact.field_as<EntityField>(FieldTag::entity))
        insert_entity_
            .with(std::int64_t{header.type}, std::int64_t{entity->id}, signed_of(header.seq),
                  fact.text(FieldTag::code))
            .finish();
    if (const auto policy = fact.field_as<PolicyField>(FieldTag::policy))
        insert_policy_
            .with(std::int64_t{policy->kind}, id_or_any(policy->sku), id_or_any(policy->location),
                  std::int64_t{policy->reserved2}, signed_of(header.seq), policy->value)
            .finish();
    if (const auto quota = fact.field_as<QuotaField>(FieldTag::quota))
        insert_quota_
            .with(std::int64_t{quota->group}, std::int64_t{quota->channel}, id_or_any(quota->sku),
                  signed_of(header.seq), quota->guarantee, quota->cap,
                  std::int64_t{quota->priority})
            .finish();
    add_kit(fact);
    const auto lanes = fact.field(FieldTag::lanes);
    for (std::size_t i = 0; lanes && (i + 1) * sizeof(LaneField) <= lanes->size(); ++i) {
        const auto lane = fact.item<LaneField>(lanes, i, {});
        insert_lane_
            .with(std::int64_t{lane.number}, std::int64_t{lane.source},
                  std::int64_t{lane.destination}, signed_of(header.seq))
            .finish();
    }
    if (const auto at = fact.field_as<SourcePositionField>(FieldTag::source_position))
        put_source_position_
            .with(id_or_any(header.source), signed_of(at->epoch), signed_of(at->seq),
                  signed_of(header.seq))
            .finish();
}

/// What it is made of is told once: by the fact that made it a kit, or made another kit of it.
void Projection::add_kit(const FactView& fact) {
    const auto kit = fact.field_as<KitField>(FieldTag::kit);
    const auto entity = fact.field_as<EntityField>(FieldTag::entity);
    if (!kit || !entity) return;
    std::int64_t recipe = 0;
    if (kit->recipe != 0 && fact.field(FieldTag::components)) {
        recipe = signed_of(fact.seq());
    } else if (kit->recipe != 0) {
        find_recipe_.with(std::int64_t{entity->id});
        recipe = find_recipe_.step() ? find_recipe_.integer(0) : 0;
        find_recipe_.reset();
    }
    insert_kit_
        .with(std::int64_t{entity->id}, signed_of(fact.seq()), recipe,
              std::int64_t{kit->flags & kKitAssembled})
        .finish();
}

Units Projection::level(SkuId sku, Place place, Bucket bucket) {
    if (const auto known = levels_.find(sku, place, bucket)) return *known;
    find_level_.with(std::int64_t{sku.raw}, std::int64_t{place.raw()},
                     static_cast<std::int64_t>(bucket));
    const Units found = find_level_.step() ? find_level_.integer(0) : 0;
    find_level_.reset();
    levels_.put(sku, place, bucket, found);
    return found;
}

Units Projection::oversold(SkuId sku, Place place) {
    const Units promised =
        level(sku, place, Bucket::reserved) + level(sku, place, Bucket::allocated);
    return std::max<Units>(0, promised - level(sku, place, Bucket::sellable));
}

void Projection::add_postings(const FactView& fact, Minute& minute) {
    Units promised = 0;
    for (std::size_t i = 0; i < changes_.size();) {
        const SkuId sku = changes_[i].sku;
        const Place place = changes_[i].place;
        const bool at_location = place.kind() == PlaceKind::location;
        const Units before = at_location ? oversold(sku, place) : 0;
        for (; i < changes_.size() && changes_[i].sku == sku && changes_[i].place == place; ++i) {
            const BucketChange& change = changes_[i];
            const Units balance = level(sku, place, change.bucket) + change.delta;
            levels_.put(sku, place, change.bucket, balance);
            insert_posting_
                .with(std::int64_t{sku.raw}, std::int64_t{place.raw()},
                      static_cast<std::int64_t>(change.bucket), signed_of(fact.seq()), change.delta,
                      balance)
                .finish();
            if (is_promise(change.bucket)) promised += change.delta;
        }
        if (at_location) minute.oversold += std::max<Units>(0, oversold(sku, place) - before);
    }
    minute.accepted += std::max<Units>(0, promised);
}

void Projection::add_holds(std::uint64_t reservation) {
    std::int64_t more = 0;
    for (const BucketChange& change : changes_) {
        if (!belongs_to_reservation(change.bucket) || change.delta == 0) continue;
        const std::int64_t sku{change.sku.raw}, place{change.place.raw()};
        const auto bucket = static_cast<std::int64_t>(change.bucket);
        find_hold_.with(sku, place, bucket, signed_of(reservation));
        const Units before = find_hold_.step() ? find_hold_.integer(0) : 0;
        find_hold_.reset();
        const Units after = before + change.delta;
        more += (after != 0 ? 1 : 0) - (before != 0 ? 1 : 0);
        if (after == 0) {
            delete_hold_.with(sku, place, bucket, signed_of(reservation)).finish();
        } else {
            put_hold_.with(sku, place, bucket, signed_of(reservation), after).finish();
        }
    }
    if (more != 0) count_holds_.with(more, signed_of(reservation)).finish();
}

void Projection::flush_minutes() {
    for (const auto& [key, minute] : minutes_)
        add_minute_
            .with(key.first, key.second, minute.facts, minute.accepted, minute.oversold,
                  minute.raised)
            .finish();
    minutes_.clear();
}

Result<void> Projection::commit() {
    flush_minutes();
    retention_.before_commit(cursor_.recorded_at);
    const std::string log_id = fmt::format("{:016x}", cursor_.log_id);
    const std::string fact_hash = fmt::format("{:016x}", cursor_.fact_hash);
    put_cursor_
        .with(std::string_view(log_id), signed_of(cursor_.seq), std::string_view(fact_hash),
              to_raw(cursor_.recorded_at), signed_of(cursor_.first_seq),
              std::int64_t{retention_.kept().count()})
        .finish();
    database_.run("COMMIT");
    if (Result<void> done = database_.outcome(); !done) {
        database_.forget_failure();
        database_.run("ROLLBACK");
        database_.forget_failure();  // there may be no transaction left
        minutes_.clear();
        levels_.clear();
        retention_.forget();
        cursor_ = committed_;
        return done;
    }
    committed_ = cursor_;
    return {};
}

}  // namespace holdfast::readmodel
