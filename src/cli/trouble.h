// Why a command could not do its work, in the three parts a person needs: what, why, and what to
// do next. Carries the exit code, so that a script needs no words.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/result.h"
#include "cli/exit_code.h"

namespace holdfast::cli {

struct Trouble {
    int exit_code = kExitFailed;
    std::string what;  ///< one sentence: what was being done and did not happen
    std::string why;   ///< the cause, as precisely as it is known; may be empty
    std::string next;  ///< a command or an action; may be empty
};

template <class T>
using Attempt = tl::expected<T, Trouble>;

inline tl::unexpected<Trouble> trouble(int exit_code, std::string what, std::string why = {},
                                       std::string next = {}) {
    return tl::unexpected<Trouble>(
        Trouble{exit_code, std::move(what), std::move(why), std::move(next)});
}

/// Wraps a failure from below; the exit code follows from its class.
tl::unexpected<Trouble> trouble(const Failure& failure, std::string what, std::string next = {});

}  // namespace holdfast::cli
