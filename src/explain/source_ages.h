// How old the sources of an explanation are. Internal to the folder.
#pragma once

#include "explain/moment.h"
#include "explain/node.h"

namespace holdfast::explain {

/// The newest word of each source that a told fact came from.
std::vector<SourceAge> sources_of(Moment& moment, const std::vector<Node>& quantities);

}  // namespace holdfast::explain
