// `holdfast serve`: the flags of a hub.
#pragma once

#include "hub/serve.h"

namespace CLI {
class App;
}

namespace holdfast::cli {

/// Adds the flags to a subcommand. `options` must outlive the parse.
void add_serve_flags(CLI::App& app, hub::ServeOptions& options);

}  // namespace holdfast::cli
