// The command line's grammar: subcommands, flags, help. Each subcommand leaves behind the function
// that does its work, so that parsing and doing stay apart.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace holdfast::cli {

/// What the parsed command line asks for; returns an exit code.
using Action = std::function<int()>;

/// Adds every subcommand to `app`. When parsing succeeds, `action` holds what to do. The options
/// live as long as the returned pointer.
std::shared_ptr<void> describe_commands(CLI::App& app, Action& action);

/// One-line version: "holdfast 0.1.0".
std::string version_text();

}  // namespace holdfast::cli
