// What was in the buckets of a position at a business time: by when things happened, not by when
// they were recorded. It answers "was there any on the shelf?"; what was promised then was decided
// on what was known, which is an explanation as of a seq.
#pragma once

#include "explain/explanation.h"

namespace holdfast::explain {

/// Buckets, on_hand, free and oversold of the request's position at `at`, as far as the moment
/// knows. Each bucket is what the records of that time show and the changes that came late. Shapes
/// the request names a location and no channel; `at` is not before the history that is kept. Source
/// docs/api/explain.md, "By business time".
Explanation explain_by_business_time(Moment& moment, const Request& request, Instant at);

}  // namespace holdfast::explain
