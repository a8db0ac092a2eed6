// The exit codes of the command line. Scripts depend on them, so they never change.
#pragma once

namespace holdfast::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitNotFound = 3;
inline constexpr int kExitConflict = 4;     ///< a considered no: not enough stock, wrong state
inline constexpr int kExitUnreachable = 5;  ///< no hub answers
inline constexpr int kExitProblems = 6;     ///< a check ran to its end and found something wrong
inline constexpr int kExitInterrupted = 130;

}  // namespace holdfast::cli
