// Lets go of history that is older than it has to be kept: fact by fact, behind the newest one, so
// that no moment is long. What goes is a function of the facts alone, as everything here.
//
// What stays of it: the newest change of each bucket, so that every level of the time that is kept
// can be told; facts that say what an item, location, channel, pool, group, policy or quota is;
// open reservations; key figures by day instead of by minute.
#pragma once

#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "readmodel/database.h"

namespace holdfast::readmodel {

inline constexpr Microseconds kHistoryDefault = std::chrono::hours(24 * 90);

class Retention {
  public:
    /// `kept` is log time; 0: everything for ever. The database has its tables and outlives it.
    Retention(Database& database, Microseconds kept);

    [[nodiscard]] Microseconds kept() const { return kept_; }
    /// After each fact: moves the first fact that is kept. Never beyond the newest one.
    void after_fact(std::uint64_t newest_seq, Instant newest, std::uint64_t& first_seq);
    /// Before each commit.
    void before_commit(Instant newest);
    /// After a transaction that was rolled back.
    void forget();

  private:
    struct BucketKey {
        std::int64_t sku = 0;
        std::int64_t place = 0;
        std::int64_t bucket = 0;
    };
    void let_go(std::uint64_t seq);
    void let_go_of_postings(std::uint64_t seq, std::int64_t happened, std::int64_t recorded);
    void let_go_of_supply(std::uint64_t seq);
    void let_go_of_fields(std::uint64_t seq, std::int64_t source, ByteSpan fields);

    Microseconds kept_;
    std::int64_t oldest_at_ = 0;   ///< when the first fact that is kept was recorded; 0: not known
    std::int64_t days_until_ = 0;  ///< key figures before this day are by day

    std::vector<BucketKey> buckets_;  // of one fact
    std::vector<std::byte> fields_;   // of one fact
    Statement find_recorded_at_;
    Statement find_fact_;
    Statement find_buckets_;
    Statement delete_older_posting_;
    Statement delete_late_posting_;
    Statement find_expected_;
    Statement delete_older_expected_;
    Statement delete_expected_;
    Statement delete_supply_line_;
    Statement delete_transfer_;
    Statement delete_older_position_;
    Statement delete_case_;
    Statement delete_fact_;
    Statement delete_reservation_;
    Statement sum_days_;
    Statement delete_minutes_;
};

}  // namespace holdfast::readmodel
