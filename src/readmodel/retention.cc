#include "readmodel/retention.h"

#include "canonical/fact.h"
#include "readmodel/database.h"
#include "readmodel/fact_fields.h"
#include "readmodel/late_postings.h"

namespace holdfast::readmodel {
namespace {

/// More than come in, so that a time without facts is made up for.
constexpr int kLetGoPerFact = 4;
constexpr std::int64_t kMinutesADay = 24 * 60;
constexpr std::int64_t kMicrosecondsADay = kMinutesADay * 60'000'000;

/// Facts that say how something is until another one says otherwise, however old they are.
bool is_reference(ByteSpan fields) {
    for (const FieldTag tag :
         {FieldTag::entity, FieldTag::policy, FieldTag::quota, FieldTag::lanes})
        if (kept_field(fields, tag)) return true;
    return false;
}

}  // namespace

Retention::Retention(Database& database, Microseconds kept)
    : kept_(kept),
      find_recorded_at_(database, "SELECT recorded_at FROM facts WHERE seq = ?"),
      find_fact_(database,
                 "SELECT source, reservation, fields, occurred_at, recorded_at FROM facts "
                 "WHERE seq = ?"),
      find_buckets_(database, "SELECT sku, place, bucket FROM postings WHERE seq = ?"),
      delete_older_posting_(database,
                            "DELETE FROM postings WHERE sku = ? AND place = ? AND bucket = ? AND "
                            "seq < ?"),
      delete_late_posting_(database,
                           "DELETE FROM late_postings WHERE sku = ? AND place = ? AND bucket = ? "
                           "AND span = ? AND happened_at = ? AND seq = ?"),
      find_expected_(database,
                     "SELECT sku, location, due, units FROM expected WHERE seq = ? "
                     "ORDER BY sku, location, due"),
      delete_older_expected_(database,
                             "DELETE FROM expected WHERE sku = ? AND location = ? AND due = ? AND "
                             "seq < ?"),
      delete_expected_(database, "DELETE FROM expected WHERE seq = ? AND units = 0"),
      delete_supply_line_(database,
                          "DELETE FROM supply_lines WHERE seq = ? AND units = 0 AND line >= 0"),
      delete_transfer_(database,
                       "DELETE FROM supply_lines WHERE kind = 1 AND document = ?1 AND NOT EXISTS "
                       "(SELECT 1 FROM reservations WHERE id = ?2) AND NOT EXISTS (SELECT 1 FROM "
                       "supply_lines WHERE kind = 1 AND document = ?1 AND units != 0)"),
      delete_older_position_(database,
                             "DELETE FROM source_positions WHERE source = ? AND epoch = ? AND "
                             "source_seq < ? AND seq < ?"),
      delete_case_(database, "DELETE FROM cases WHERE kind = ? AND seq = ?"),
      delete_fact_(database, "DELETE FROM facts WHERE seq = ?"),
      delete_reservation_(database,
                          "DELETE FROM reservations WHERE id = ? AND seq = ? AND holds = 0"),
      sum_days_(database,
                "INSERT INTO kpi_days SELECT minute / 1440 AS day, channel, sum(facts), "
                "sum(accepted), sum(oversold), sum(raised) FROM kpi_minutes WHERE minute < ? "
                "GROUP BY day, channel"),
      delete_minutes_(database, "DELETE FROM kpi_minutes WHERE minute < ?") {}

void Retention::forget() { oldest_at_ = days_until_ = 0; }

void Retention::after_fact(std::uint64_t newest_seq, Instant newest, std::uint64_t& first_seq) {
    if (kept_ == Microseconds{0}) return;
    for (int i = 0; i < kLetGoPerFact && first_seq < newest_seq; ++i) {
        if (oldest_at_ == 0) {
            find_recorded_at_.with(signed_of(first_seq));
            const bool found = find_recorded_at_.step();
            oldest_at_ = found ? find_recorded_at_.integer(0) : 0;
            find_recorded_at_.reset();
            if (!found) return;  // the connection has failed
        }
        if (oldest_at_ + kept_.count() >= to_raw(newest)) return;
        let_go(first_seq);
        ++first_seq;
        oldest_at_ = 0;
    }
}

void Retention::let_go(std::uint64_t seq) {
    find_fact_.with(signed_of(seq));
    if (!find_fact_.step()) return;
    const std::int64_t source = find_fact_.is_null(0) ? -1 : find_fact_.integer(0);
    const std::int64_t reservation = find_fact_.is_null(1) ? 0 : find_fact_.integer(1);
    const ByteSpan fields = find_fact_.bytes(2);
    fields_.assign(fields.begin(), fields.end());
    const std::int64_t recorded = find_fact_.integer(4);
    const std::int64_t happened =
        find_fact_.is_null(3) ? recorded : happened_at(find_fact_.integer(3), recorded);
    find_fact_.reset();
    let_go_of_postings(seq, happened, recorded);

    let_go_of_fields(seq, source, fields_);
    if (!is_reference(fields_)) delete_fact_.with(signed_of(seq)).finish();
    let_go_of_supply(seq);
    if (reservation == 0) return;
    delete_reservation_.with(reservation, signed_of(seq)).finish();
    const std::string document = std::to_string(reservation);
    delete_transfer_.with(std::string_view(document), reservation).finish();
}

void Retention::let_go_of_postings(std::uint64_t seq, std::int64_t happened,
                                   std::int64_t recorded) {
    // Its own changes stay until the next ones of the same buckets are as old.
    buckets_.clear();
    find_buckets_.with(signed_of(seq));
    while (find_buckets_.step())
        buckets_.push_back({.sku = find_buckets_.integer(0),
                            .place = find_buckets_.integer(1),
                            .bucket = find_buckets_.integer(2)});
    for (const BucketKey& key : buckets_)
        delete_older_posting_.with(key.sku, key.place, key.bucket, signed_of(seq)).finish();
    // By business time nothing is told of the time before: its record is in what is kept.
    if (happened == recorded) return;
    for (const BucketKey& key : buckets_)
        delete_late_posting_
            .with(key.sku, key.place, key.bucket, late_span(happened, recorded), happened,
                  signed_of(seq))
            .finish();
}

/// As with postings: what was expected stays until the next change of the same date is as old. Of a
/// date on which nothing is expected any more, and of a line that has brought all, nothing stays.
void Retention::let_go_of_supply(std::uint64_t seq) {
    buckets_.clear();
    find_expected_.with(signed_of(seq));
    while (find_expected_.step())
        buckets_.push_back(
            {find_expected_.integer(0), find_expected_.integer(1), find_expected_.integer(2)});
    for (const auto& [sku, location, due] : buckets_)
        delete_older_expected_.with(sku, location, due, signed_of(seq)).finish();
    if (!buckets_.empty()) delete_expected_.with(signed_of(seq)).finish();
    delete_supply_line_.with(signed_of(seq)).finish();
}

void Retention::let_go_of_fields(std::uint64_t seq, std::int64_t source, ByteSpan fields) {
    const auto position = kept_field_as<SourcePositionField>(fields, FieldTag::source_position);
    if (position && source >= 0)
        delete_older_position_
            .with(source, signed_of(position->epoch), signed_of(position->seq), signed_of(seq))
            .finish();
    if (const auto raised = kept_field(fields, FieldTag::raises))
        for (const std::byte kind : *raised)
            delete_case_.with(std::to_integer<std::int64_t>(kind), signed_of(seq)).finish();
}

/// Whole days, so that it does not matter where transactions end.
void Retention::before_commit(Instant newest) {
    if (kept_ == Microseconds{0}) return;
    const std::int64_t day = (to_raw(newest) - kept_.count()) / kMicrosecondsADay;
    if (day <= days_until_) return;
    sum_days_.with(day * kMinutesADay).finish();
    delete_minutes_.with(day * kMinutesADay).finish();
    days_until_ = day;
}

}  // namespace holdfast::readmodel
