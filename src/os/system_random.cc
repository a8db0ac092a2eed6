#include "os/system_random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace holdfast::os {

void SystemRandom::fill(MutableByteSpan bytes) {
    while (!bytes.empty()) {
        const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        // With flags 0 the kernel waits for its pool and then always answers; a program that went
        // on with predictable ids instead would be worse than one that ends here.
        HOLDFAST_CHECK(got > 0, "getrandom answers on every kernel we support");
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace holdfast::os
