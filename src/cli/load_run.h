// The engine of a load run: one thread, many connections, one write per connection and turn.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/load_options.h"

namespace holdfast::cli {

/// Connects, sends for warmup plus duration, waits up to two seconds for the last answers.
/// Fails  invalid_argument when an option is out of its bounds; not_connected when the hub does
///        not accept, or stops accepting in the middle; invalid_format when it does not answer
///        HTTP.
/// An answer of any status is a result, not a failure.
Result<LoadReport> run_load(const LoadOptions& options);

/// One JSON object on one line: the options, ops_per_s, p50_us to max_us, ok, refused, errors.
std::string report_as_json(const LoadOptions& options, const LoadReport& report);

/// The same for a person, several lines.
std::string report_as_text(const LoadOptions& options, const LoadReport& report);

}  // namespace holdfast::cli
