// Changes by the time they happened, where that is before they were recorded: a till that was
// offline, a file that came in the evening. They are what a level by business time adds to the
// level that the records of that time show. Rules: docs/api/explain.md, "By business time".
// Internal to the folder.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "readmodel/bucket_changes.h"
#include "readmodel/database.h"

namespace holdfast::readmodel {

/// When a fact happened. A clock that runs ahead does not make it later than its record: whoever
/// knows of a thing knows that it has happened.
inline std::int64_t happened_at(std::int64_t occurred_at, std::int64_t recorded_at) {
    return occurred_at == 0 || occurred_at > recorded_at ? recorded_at : occurred_at;
}

/// How late a record is, as a power of two: those of a span lie in a window of twice its length
/// before a moment, so that nobody who asks for the moment looks at all others.
inline std::int64_t late_span(std::int64_t happened, std::int64_t recorded) {
    return std::bit_width(static_cast<std::uint64_t>(recorded) -
                          static_cast<std::uint64_t>(happened));
}

class LatePostings {
  public:
    /// The database has its tables and outlives it.
    explicit LatePostings(Database& database);

    /// What the fact changed.
    void add(const FactView& fact, std::span<const BucketChange> changes);

  private:
    /// When the newest count of the position was taken.
    [[nodiscard]] std::int64_t counted_at(const BucketChange& change);

    Statement insert_;
    Statement put_count_;
    Statement find_count_;
};

}  // namespace holdfast::readmodel
