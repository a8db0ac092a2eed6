// The part of an explanation that is about supply to come. Internal to the folder.
#pragma once

#include "explain/explanation.h"

namespace holdfast::explain {

/// What of a position may still be promised from supply: limit, what waits, what is expected and
/// when. `told`: the other quantities of the position, which it names.
Node backorderable(Moment& moment, const Request& request, const std::vector<Node>& told);

}  // namespace holdfast::explain
