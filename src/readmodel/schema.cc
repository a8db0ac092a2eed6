#include "readmodel/schema.h"

#include <fmt/format.h>

namespace holdfast::readmodel {
namespace {

// cursor     first_seq: facts before it are gone, but for those that say what something is.
// facts      One row a fact. occurred_at is NULL where it equals recorded_at. fields: the fact's
//            other tagged fields as they stand in the journal, without keys and secrets.
// postings   What a fact changed, summed per position and bucket, and what was there after it: the
//            level at any seq is one look into the primary key.
//            Of what is older than the history that is kept, the newest one of each bucket.
// late_postings  Of facts that happened before they were recorded, `units` are what business time
// adds
//            from happened_at until `until`: when they were recorded, or when a count was taken
//            that had seen them. span: see late_postings.h.
// counts     When the newest count of each position was taken, by business time.
// supply_lines  What each line of a purchase order (kind 0, by its number) and of a transfer (kind
// 1, by
//            its reservation) has still to bring, where and when. Line -1: a transfer's own date.
// expected   What supply_lines of one position and date came to after each fact that changed it.
// reservations.holds counts the rows of holds.
// holds      Units that open reservations have where, by bucket; a row goes when it reaches zero.
// entities   Which facts said what about an item, location, channel, pool, ... : the newest one up
//            to a seq is how it was then. type is the fact's.
// policies   Versions of policy rows; a value below zero removed the row.
// quotas     Versions of quota rows; both limits below zero removed the row.
// kits       Versions of what an item is as a kit: recipe is the fact that told what it is made of,
//            0 where it is no kit any more.
constexpr const char* kTables = R"(
CREATE TABLE cursor(one INTEGER PRIMARY KEY CHECK (one = 1), log_id TEXT NOT NULL,
    seq INTEGER NOT NULL, fact_hash TEXT NOT NULL, recorded_at INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, kept_us INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE facts(seq INTEGER PRIMARY KEY, type INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
    occurred_at INTEGER, source INTEGER, actor INTEGER, reason INTEGER, channel INTEGER,
    reservation INTEGER, order_number TEXT, document TEXT, fields BLOB);
CREATE INDEX facts_by_occurred ON facts(occurred_at) WHERE occurred_at IS NOT NULL;
CREATE INDEX facts_by_source ON facts(source) WHERE source IS NOT NULL;
CREATE INDEX facts_by_reservation ON facts(reservation) WHERE reservation IS NOT NULL;
CREATE INDEX facts_by_order ON facts(order_number) WHERE order_number IS NOT NULL;
CREATE INDEX facts_by_document ON facts(document) WHERE document IS NOT NULL;
CREATE TABLE postings(sku INTEGER, place INTEGER, bucket INTEGER, seq INTEGER,
    delta INTEGER NOT NULL, balance INTEGER NOT NULL,
    PRIMARY KEY (sku, place, bucket, seq)) WITHOUT ROWID;
CREATE INDEX postings_by_seq ON postings(seq, sku, place, bucket);
CREATE TABLE late_postings(sku INTEGER, place INTEGER, bucket INTEGER, span INTEGER,
    happened_at INTEGER, seq INTEGER, until INTEGER NOT NULL, units INTEGER NOT NULL,
    PRIMARY KEY (sku, place, bucket, span, happened_at, seq)) WITHOUT ROWID;
CREATE TABLE counts(sku INTEGER, place INTEGER, counted_at INTEGER NOT NULL,
    PRIMARY KEY (sku, place)) WITHOUT ROWID;
CREATE TABLE supply_lines(kind INTEGER, document TEXT, line INTEGER, sku INTEGER NOT NULL,
    location INTEGER NOT NULL, due INTEGER NOT NULL, units INTEGER NOT NULL,
    seq INTEGER NOT NULL, PRIMARY KEY (kind, document, line)) WITHOUT ROWID;
CREATE INDEX supply_lines_by_seq ON supply_lines(seq);
CREATE TABLE expected(sku INTEGER, location INTEGER, due INTEGER, seq INTEGER,
    delta INTEGER NOT NULL, units INTEGER NOT NULL,
    PRIMARY KEY (sku, location, due, seq)) WITHOUT ROWID;
CREATE INDEX expected_by_seq ON expected(seq);
CREATE TABLE reservations(id INTEGER PRIMARY KEY, channel INTEGER, order_number TEXT,
    expires_at INTEGER, seq INTEGER NOT NULL, holds INTEGER NOT NULL);
CREATE INDEX reservations_by_order ON reservations(order_number) WHERE order_number IS NOT NULL;
CREATE TABLE holds(sku INTEGER, place INTEGER, bucket INTEGER, reservation INTEGER,
    units INTEGER NOT NULL, PRIMARY KEY (sku, place, bucket, reservation)) WITHOUT ROWID;
CREATE TABLE policies(kind INTEGER, sku INTEGER, location INTEGER, channel INTEGER, seq INTEGER,
    value INTEGER NOT NULL, PRIMARY KEY (kind, sku, location, channel, seq)) WITHOUT ROWID;
CREATE TABLE quotas(group_id INTEGER, channel INTEGER, sku INTEGER, seq INTEGER,
    guarantee INTEGER NOT NULL, cap INTEGER NOT NULL, priority INTEGER NOT NULL,
    PRIMARY KEY (group_id, channel, sku, seq)) WITHOUT ROWID;
CREATE TABLE kits(sku INTEGER, seq INTEGER, recipe INTEGER NOT NULL, assembled INTEGER NOT NULL,
    PRIMARY KEY (sku, seq)) WITHOUT ROWID;
CREATE TABLE entities(type INTEGER, id INTEGER, seq INTEGER, code TEXT,
    PRIMARY KEY (type, id, seq)) WITHOUT ROWID;
CREATE TABLE lanes(number INTEGER PRIMARY KEY, source INTEGER NOT NULL,
    destination INTEGER NOT NULL, seq INTEGER NOT NULL);
CREATE INDEX lanes_by_destination ON lanes(destination);
CREATE TABLE source_positions(source INTEGER, epoch INTEGER, source_seq INTEGER,
    seq INTEGER NOT NULL, PRIMARY KEY (source, epoch, source_seq)) WITHOUT ROWID;
CREATE TABLE cases(kind INTEGER, seq INTEGER, PRIMARY KEY (kind, seq)) WITHOUT ROWID;
CREATE TABLE kpi_minutes(minute INTEGER, channel INTEGER, facts INTEGER NOT NULL,
    accepted INTEGER NOT NULL, oversold INTEGER NOT NULL, raised INTEGER NOT NULL,
    PRIMARY KEY (minute, channel)) WITHOUT ROWID;
CREATE TABLE kpi_days(day INTEGER, channel INTEGER, facts INTEGER NOT NULL,
    accepted INTEGER NOT NULL, oversold INTEGER NOT NULL, raised INTEGER NOT NULL,
    PRIMARY KEY (day, channel)) WITHOUT ROWID;
)";

constexpr Table kTableList[] = {
    {"cursor", "one"},
    {"facts", "seq"},
    {"postings", "sku, place, bucket, seq"},
    {"late_postings", "sku, place, bucket, span, happened_at, seq"},
    {"counts", "sku, place"},
    {"supply_lines", "kind, document, line"},
    {"expected", "sku, location, due, seq"},
    {"reservations", "id"},
    {"holds", "sku, place, bucket, reservation"},
    {"policies", "kind, sku, location, channel, seq"},
    {"quotas", "group_id, channel, sku, seq"},
    {"kits", "sku, seq"},
    {"entities", "type, id, seq"},
    {"lanes", "number"},
    {"source_positions", "source, epoch, source_seq"},
    {"cases", "kind, seq"},
    {"kpi_minutes", "minute, channel"},
    {"kpi_days", "day, channel"},
};

/// "HFrm": tells `file` and us that the database is of this product.
constexpr std::int64_t kApplicationId = 0x4846726d;

}  // namespace

void create_tables(Database& database) {
    // The version comes last: a file that has one has all of its tables.
    const std::string text = fmt::format(
        "BEGIN IMMEDIATE; PRAGMA application_id = {}; {} PRAGMA user_version = {}; COMMIT",
        kApplicationId, kTables, kSchemaVersion);
    database.run(text.c_str());
}

std::int64_t schema_version(Database& database) {
    Statement version(database, "PRAGMA user_version");
    const std::int64_t found = version.step() ? version.integer(0) : 0;
    version.reset();
    return found;
}

std::span<const Table> tables() { return kTableList; }

}  // namespace holdfast::readmodel
