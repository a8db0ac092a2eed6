#include "os/system_clock.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>

#include "base/hash.h"

namespace holdfast::os {
namespace {

Microseconds read_clock(clockid_t which) {
    timespec now{};
    clock_gettime(which, &now);
    return Microseconds{static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000};
}

std::uint64_t read_boot_id() {
    std::array<std::byte, 64> text{};
    const int file = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        const ssize_t got = ::read(file, text.data(), text.size());
        ::close(file);
        if (got > 0) return hash64({text.data(), static_cast<std::size_t>(got)});
    }
    // Without /proc the instant of the boot, to the second, tells boots apart nearly as well.
    const Microseconds booted = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
    return static_cast<std::uint64_t>(booted.count() / 1'000'000);
}

}  // namespace

SystemClock::SystemClock() : boot_id_(read_boot_id()) {}

Instant SystemClock::wall() const { return Instant{read_clock(CLOCK_REALTIME)}; }

Microseconds SystemClock::since_boot() const { return read_clock(CLOCK_BOOTTIME); }

}  // namespace holdfast::os
