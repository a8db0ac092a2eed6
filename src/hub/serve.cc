#include "hub/serve.h"

#include "hub/hub.h"
#include "hub/log.h"

namespace holdfast::hub {
namespace {

int exit_code_of(const Failure& failure) {
    switch (failure.code) {
        case ErrorCode::corrupt:
        case ErrorCode::invalid_format:
        case ErrorCode::unsupported: return kExitCorrupt;
        case ErrorCode::invalid_argument: return 2;
        case ErrorCode::locked:
        case ErrorCode::not_connected:
        case ErrorCode::already_exists: return kExitUnavailable;
        default: return 1;
    }
}

std::string advice_for(const Failure& failure) {
    switch (failure.code) {
        case ErrorCode::corrupt:
            return "nothing was changed; run 'holdfast journal verify', then restore a backup or "
                   "a replica (docs/operating)";
        case ErrorCode::locked:
            return "stop the other hub on this directory, or choose another --data";
        case ErrorCode::unsupported: return "this journal was written by a newer version: use that";
        case ErrorCode::disk_full: return "free space on the file system of --data";
        default: return "see 'holdfast serve --help'";
    }
}

}  // namespace

int serve(const ServeOptions& options) {
    start_log(options.quiet);
    Hub hub(options);
    if (const Result<void> started = hub.start(); !started) {
        log_error("start.failed", "cannot start",
                  {{"detail", to_string(started.error())}, {"next", advice_for(started.error())}});
        return exit_code_of(started.error());
    }
    return hub.run();
}

}  // namespace holdfast::hub
