// Result<T>: a value or a Failure. For the world misbehaving; refusals are values of their own
// (canonical/refusal.h) and bugs are checks (base/check.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace holdfast {

/// Classes of failure, coarse enough that a caller can decide what to do next.
enum class ErrorCode : std::uint16_t {
    invalid_argument = 1,  ///< the caller gave something that can never work
    invalid_format,        ///< bytes from outside do not parse
    not_found,
    already_exists,
    io_error,       ///< the disk or the kernel said no; see detail
    disk_full,      ///< ENOSPC or EDQUOT
    corrupt,        ///< stored bytes fail their checksum or chain: never skipped
    locked,         ///< another process holds the directory
    fenced,         ///< a newer epoch owns the journal
    unsupported,    ///< a newer format version, or a feature of the platform that is missing
    not_connected,  ///< the peer cannot be reached
    timed_out,
    overloaded,  ///< a bound is reached; try again later
    closed,      ///< the peer or we closed the stream
};

/// snake_case name of the code, as in JSON, metrics and docs.
std::string_view name(ErrorCode code);

/// What went wrong, and what was being done when it did.
struct Failure {
    ErrorCode code;
    std::string detail;
};

/// "code: detail", for logs and the command line.
std::string to_string(const Failure& failure);

template <class T>
using Result = tl::expected<T, Failure>;

/// Makes the failure side of any Result.
inline tl::unexpected<Failure> failure(ErrorCode code, std::string detail) {
    return tl::unexpected<Failure>(Failure{code, std::move(detail)});
}

/// Passes a failure on, saying what was being done.
inline tl::unexpected<Failure> failure(Failure cause, std::string_view while_doing) {
    cause.detail = std::string(while_doing) + ": " + cause.detail;
    return tl::unexpected<Failure>(std::move(cause));
}

}  // namespace holdfast
