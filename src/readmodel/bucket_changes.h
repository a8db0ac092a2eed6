// What one fact changes, per bucket of a place. Internal to the folder.
#pragma once

#include <vector>

#include "canonical/fact.h"

namespace holdfast::readmodel {

struct BucketChange {
    SkuId sku;
    Place place;
    Bucket bucket{};
    Units delta = 0;
    /// Moved, and moved back in the same fact because a count had seen it: delta is 0 then.
    Units seen_by_count = 0;
};

/// The fact's postings summed per bucket, in the order of the table's key.
void gather_changes(const FactView& fact, std::vector<BucketChange>& changes);

}  // namespace holdfast::readmodel
