// Adds facts to the tables. Generic: what a fact did is read from its postings and fields, never
// from its type, so that a new type of fact needs nothing here.
//
// What the tables hold is a function of the facts alone: where a transaction ends, when it was
// stopped and how often it was started again leave no trace. Rebuilding gives the same bytes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/instant.h"
#include "canonical/fact.h"
#include "readmodel/bucket_changes.h"
#include "readmodel/database.h"
#include "readmodel/expected_supply.h"
#include "readmodel/late_postings.h"
#include "readmodel/level_cache.h"
#include "readmodel/retention.h"

namespace holdfast::readmodel {

/// How far the facts of a journal are in the tables.
struct Cursor {
    std::uint64_t log_id = 0;     ///< of the journal; 0 = no fact yet
    std::uint64_t seq = 0;        ///< of the newest fact
    std::uint64_t fact_hash = 0;  ///< of its bytes: tells another history of the same journal
    Instant recorded_at{};        ///< its log time
    std::uint64_t first_seq = 1;  ///< facts before it are not kept one by one
    Microseconds kept{};          ///< log time that is kept; 0: all
};

std::uint64_t hash_of(const FactView& fact);

class Projection {
  public:
    /// The database has its tables and outlives the projection. `kept`: see retention.h.
    Projection(Database& database, Microseconds kept);

    [[nodiscard]] const Cursor& cursor() const { return cursor_; }

    // One transaction: begin, any number of facts in order, then commit. Failures stick to the
    // database; commit tells them, and then nothing of the transaction is there.
    void begin(std::uint64_t log_id);
    /// Facts that are in the tables already are passed over. A gap is a failure (corrupt).
    void apply(const FactView& fact);
    Result<void> commit();

  private:
    struct Minute {
        std::int64_t facts = 0;
        std::int64_t accepted = 0;
        std::int64_t oversold = 0;
        std::int64_t raised = 0;
    };
    void load_cursor();
    void add_fact(const FactView& fact, std::uint64_t reservation, std::int64_t channel);
    void add_reservation(const FactView& fact, std::uint64_t reservation);
    void add_reference_data(const FactView& fact);
    void add_kit(const FactView& fact);
    void add_postings(const FactView& fact, Minute& minute);
    void add_holds(std::uint64_t reservation);
    [[nodiscard]] std::int64_t channel_of(const FactView& fact, std::uint64_t reservation);
    [[nodiscard]] Units level(SkuId sku, Place place, Bucket bucket);
    [[nodiscard]] Units oversold(SkuId sku, Place place);
    void flush_minutes();

    Database& database_;
    Cursor cursor_;
    Cursor committed_;
    Retention retention_;
    LatePostings late_;
    ExpectedSupply expected_;
    LevelCache levels_;
    std::vector<BucketChange> changes_;                                // of one fact
    std::vector<std::byte> fields_;                                    // of one fact
    std::map<std::pair<std::int64_t, std::int64_t>, Minute> minutes_;  // of one transaction

    Statement insert_fact_;
    Statement insert_posting_;
    Statement find_level_;
    Statement insert_reservation_;
    Statement update_reservation_;
    Statement find_reservation_channel_;
    Statement find_hold_;
    Statement put_hold_;
    Statement delete_hold_;
    Statement count_holds_;
    Statement insert_policy_;
    Statement insert_quota_;
    Statement insert_kit_;
    Statement find_recipe_;
    Statement insert_lane_;
    Statement insert_entity_;
    Statement put_source_position_;
    Statement insert_case_;
    Statement add_minute_;
    Statement put_cursor_;
};

}  // namespace holdfast::readmodel
