#include "cli/journal_files.h"

#include <utility>

#include "cli/console.h"

namespace holdfast::cli {

Attempt<std::unique_ptr<os::LinuxDisk>> open_journal(const std::string& data) {
    for (const std::string& path : {data + "/journal", data}) {
        auto disk = os::LinuxDisk::open_directory(path, {.read_only = true});
        if (!disk) continue;
        const auto files = (*disk)->list();
        if (files && !files->empty()) return std::move(*disk);
    }
    return trouble(kExitNotFound, "no journal in " + data, "the directory is missing or empty",
                   "name the hub's data directory: --data DIR");
}

}  // namespace holdfast::cli
