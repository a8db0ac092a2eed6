// The binary: parses the command line and runs one subcommand. Usage errors end with 2 and say what
// was meant; everything else is the subcommand's own.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/order_columns.h"

namespace holdfast::cli {
namespace {

/// The names below `app` that could have been meant instead of a word that is none.
std::vector<std::string> names_of(const CLI::App& app, bool flags) {
    std::vector<std::string> names;
    if (flags) {
        for (const CLI::Option* option : app.get_options()) {
            for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        }
    } else {
        for (const CLI::App* command : app.get_subcommands({}))
            names.push_back(command->get_name());
    }
    return names;
}

const CLI::App& deepest(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : deepest(*parsed.front());
}

std::string path_of(const CLI::App& app) {
    const CLI::App* parent = app.get_parent();
    return parent == nullptr ? "holdfast" : path_of(*parent) + " " + app.get_name();
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = deepest(app);
    Trouble trouble{kExitUsage, error.what(), "", path_of(command) + " --help"};
    for (const std::string& word : command.remaining()) {
        const bool flag = word.starts_with("-");
        const auto meant = closest(word.substr(0, word.find('=')), names_of(command, flag));
        trouble.what = (flag ? "no flag " : "no command or argument ") + word;
        if (meant) trouble.why = "did you mean " + *meant + "?";
        break;
    }
    return complain(trouble);
}

}  // namespace

int run(int argc, char** argv) {
    CLI::App app;
    Action action;
    const std::shared_ptr<void> options = describe_commands(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return app.exit(success);  // --help and --version
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error);
    }
    return action ? action() : kExitUsage;
}

}  // namespace holdfast::cli

int main(int argc, char** argv) { return holdfast::cli::run(argc, argv); }
