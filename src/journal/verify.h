// Checks a journal at rest, or prints it: reads the directory without the lock and changes nothing.
// Beside a running owner the last commit may look like a torn tail; everything before it is exact.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/scan.h"

namespace holdfast::journal {

struct VerifyReport {
    std::optional<Fault> fault;  ///< the first thing that is wrong; counts go up to it
    std::uint64_t log_id = 0;
    std::uint64_t epoch = 0;
    std::uint64_t segments = 0;
    std::uint64_t batches = 0;
    std::uint64_t entries = 0;
    std::uint64_t facts = 0;
    std::uint64_t bytes = 0;
    std::uint64_t first_seq = 1;
    std::uint64_t next_seq = 1;
    ChainHash hash{};
    /// Things that are no fault: a torn tail, a torn watermark, leftovers of a crash.
    std::vector<std::string> notes;
};

/// Every checksum, every link of the chain, every number. `visit`, if given, sees every batch on
/// the way. Fails only where nothing can be said: io_error, unsupported, not_found (no journal).
Result<VerifyReport> verify(os::Disk& disk, const BatchVisitor& visit = {});

}  // namespace holdfast::journal
