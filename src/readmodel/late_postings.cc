#include "readmodel/late_postings.h"

namespace holdfast::readmodel {

LatePostings::LatePostings(Database& database)
    : insert_(database, "INSERT INTO late_postings VALUES (?,?,?,?,?,?,?,?)"),
      put_count_(database, "INSERT OR REPLACE INTO counts VALUES (?,?,?)"),
      find_count_(database, "SELECT counted_at FROM counts WHERE sku = ? AND place = ?") {}

void LatePostings::add(const FactView& fact, std::span<const BucketChange> changes) {
    const std::int64_t recorded = to_raw(fact.recorded_at());
    const std::int64_t happened = happened_at(fact.header().occurred_at, recorded);
    const bool counts = fact.field(FieldTag::count_cut).has_value();
    if (happened == recorded && !counts) return;
    for (const BucketChange& change : changes) {
        const std::int64_t sku{change.sku.raw}, place{change.place.raw()};
        const auto add = [&](std::int64_t until, Units units) {
            insert_
                .with(sku, place, static_cast<std::int64_t>(change.bucket),
                      late_span(happened, recorded), happened,
                      static_cast<std::int64_t>(fact.seq()), until, units)
                .finish();
        };
        if (happened < recorded && change.delta != 0) add(recorded, change.delta);
        // The shelf missed it from when it happened until the count put its own difference there.
        if (happened < recorded && change.seen_by_count != 0) {
            const std::int64_t until = counted_at(change);
            if (until > happened) add(until, change.seen_by_count);
        }
        if (counts && change.bucket == Bucket::sellable &&
            change.place.kind() == PlaceKind::location)
            put_count_.with(sku, place, happened).finish();
    }
}

std::int64_t LatePostings::counted_at(const BucketChange& change) {
    find_count_.with(std::int64_t{change.sku.raw}, std::int64_t{change.place.raw()});
    const std::int64_t found = find_count_.step() ? find_count_.integer(0) : 0;
    find_count_.reset();
    return found;
}

}  // namespace holdfast::readmodel
