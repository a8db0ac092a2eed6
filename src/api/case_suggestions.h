// What a person may do about a case: requests that are ready to be sent, each with what it would
// change now. A preview is the decision itself: the request's own body goes through its own decoder
// and the machines decide it on the state as it is; only nothing is recorded.
#pragma once

#include <string>

#include "api/desk.h"
#include "cases/case_row.h"

namespace holdfast::api {

/// A JSON array of `suggestion`, the likeliest first; empty for a resolved case.
std::string suggestions_for(Desk& desk, const cases::Case& row);

}  // namespace holdfast::api
