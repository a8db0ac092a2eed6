#include "base/result.h"

namespace holdfast {

std::string_view name(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument: return "invalid_argument";
        case ErrorCode::invalid_format: return "invalid_format";
        case ErrorCode::not_found: return "not_found";
        case ErrorCode::already_exists: return "already_exists";
        case ErrorCode::io_error: return "io_error";
        case ErrorCode::disk_full: return "disk_full";
        case ErrorCode::corrupt: return "corrupt";
        case ErrorCode::locked: return "locked";
        case ErrorCode::fenced: return "fenced";
        case ErrorCode::unsupported: return "unsupported";
        case ErrorCode::not_connected: return "not_connected";
        case ErrorCode::timed_out: return "timed_out";
        case ErrorCode::overloaded: return "overloaded";
        case ErrorCode::closed: return "closed";
    }
    return "unknown_error";
}

std::string to_string(const Failure& failure) {
    return std::string(name(failure.code)) + ": " + failure.detail;
}

}  // namespace holdfast
