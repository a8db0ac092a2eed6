#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace holdfast {

void check_failed(const char* file, int line, const char* expression, const char* belief) {
    std::fprintf(stderr, "CHECK FAILED %s:%d %s: %s\n", file, line, expression, belief);
    std::fflush(stderr);
    std::abort();
}

}  // namespace holdfast
