// A hub's journal as files, opened to look at and never to change.
#pragma once

#include <memory>
#include <string>

#include "cli/trouble.h"
#include "os/linux_disk.h"

namespace holdfast::cli {

/// The journal in a data directory, or in its folder `journal`; exit code 3 when there is none.
Attempt<std::unique_ptr<os::LinuxDisk>> open_journal(const std::string& data);

}  // namespace holdfast::cli
