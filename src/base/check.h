// The only macro of the house: a check that stays on in every build.
// A failed check is a bug of ours: it prints what we believed, flushes and aborts. Nothing a user,
// a disk, a peer or a clock can cause may be written as a check; those are refusals or failures.
#pragma once

namespace holdfast {

/// Prints "CHECK FAILED file:line expression: belief" to standard error, flushes and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* expression,
                               const char* belief);

}  // namespace holdfast

#define HOLDFAST_CHECK(condition, belief)                                     \
    do {                                                                      \
        if (__builtin_expect(!(condition), 0))                                \
            ::holdfast::check_failed(__FILE__, __LINE__, #condition, belief); \
    } while (false)
