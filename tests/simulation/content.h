// Whether a fact says what its request asked for. A hub that mixes up two requests, or reads the
// lines of one after they are gone, keeps all its sums right and still does the wrong thing.
#pragma once

#include <optional>
#include <string>

#include "canonical/fact.h"
#include "simulation/request.h"

namespace holdfast::simulation {

/// The first thing in the fact that the request did not ask for. An order that was awaited promises
/// less than its lines: some of it had left, or was cancelled, before it came.
std::optional<std::string> wrong_content(const Request& request, const FactView& fact,
                                         bool awaited = false);
/// Whether a refusal that rests on the request alone has a reason there. True for the others.
bool refusal_fits(const Request& request, Refusal refusal);

}  // namespace holdfast::simulation
