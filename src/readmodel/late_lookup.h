// What had happened at a business time and was not recorded by then: a few looks into an index, of
// which only changes on their way at that moment are read. A part of the reader.
#pragma once

#include <cstdint>
#include <vector>

#include "canonical/fact.h"
#include "readmodel/database.h"

namespace holdfast::readmodel {

/// A change that had happened at some business time and was not recorded yet.
struct LateChange {
    Units units = 0;
    std::uint64_t seq = 0;
    Instant happened_at{};
    /// Until when it counts beside the records: its own record, or a count that had seen it.
    Instant until{};
};
struct LateChanges {
    Units units = 0;  ///< of all
    std::uint64_t facts = 0;
    std::vector<LateChange> newest;  ///< by when they happened; as many as were asked for
    std::uint64_t newest_other = 0;  ///< seq of the newest one besides these; 0 where there is none
};

class LateLookup {
  public:
    explicit LateLookup(Database& database);
    /// See Reader::late_changes.
    LateChanges find(SkuId sku, Place place, Bucket bucket, Instant at, std::uint64_t known,
                     std::size_t limit);

  private:
    Statement next_span_;
    Statement late_;
};

}  // namespace holdfast::readmodel
