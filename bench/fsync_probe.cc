// How long one durable write takes on the disk that holds DIRECTORY: O_DIRECT into space that has
// been written before, then fdatasync, one at a time. It is what a hub's commit cannot go below,
// and the unit of the latency goals. Usage: fsync_probe DIRECTORY [BYTES] [SECONDS]. Prints one
// JSON object.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>

#include "telemetry/histogram.h"

namespace {

constexpr std::size_t kAlignment = 4096;
constexpr std::size_t kFileBytes = 64 << 20;
constexpr std::size_t kBytesMax = 4 << 20;

std::int64_t now() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

int complain(const char* what) {
    fmt::print(stderr, "fsync_probe: {}: {}\n", what, std::strerror(errno));
    return 1;
}

struct Free {
    void operator()(char* memory) const { std::free(memory); }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: fsync_probe DIRECTORY [BYTES] [SECONDS]\n");
        return 2;
    }
    const std::size_t bytes = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : kAlignment;
    const double seconds = argc > 3 ? std::strtod(argv[3], nullptr) : 1;
    if (bytes == 0 || bytes % kAlignment != 0 || bytes > kBytesMax || !(seconds > 0)) {
        fmt::print(stderr,
                   "fsync_probe: BYTES must be a multiple of {} up to {}, SECONDS positive\n",
                   kAlignment, kBytesMax);
        return 2;
    }
    const std::unique_ptr<char, Free> buffer(
        static_cast<char*>(std::aligned_alloc(kAlignment, bytes)));
    if (!buffer) return complain("memory");
    std::memset(buffer.get(), 'x', bytes);

    std::string path = std::string(argv[1]) + "/fsync_probe.XXXXXX";
    int fd = mkstemp(path.data());
    if (fd < 0) return complain(path.c_str());
    // A second descriptor with O_DIRECT; the name is not needed any more.
    int flags_direct = O_DIRECT;
    int direct = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_DIRECT);
    if (direct < 0) {
        flags_direct = 0;
        direct = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    }
    unlink(path.c_str());
    close(fd);
    if (direct < 0) return complain(path.c_str());
    for (std::size_t at = 0; at + bytes <= kFileBytes; at += bytes) {
        if (pwrite(direct, buffer.get(), bytes, static_cast<off_t>(at)) !=
            static_cast<ssize_t>(bytes))
            return complain("pwrite");
    }
    if (fsync(direct) != 0) return complain("fsync");

    holdfast::telemetry::Histogram took;
    const std::int64_t end = now() + static_cast<std::int64_t>(seconds * 1e9);
    for (std::size_t at = 0; now() < end; at = (at + bytes) % (kFileBytes / bytes * bytes)) {
        const std::int64_t begun = now();
        if (pwrite(direct, buffer.get(), bytes, static_cast<off_t>(at)) !=
            static_cast<ssize_t>(bytes))
            return complain("pwrite");
        if (fdatasync(direct) != 0) return complain("fdatasync");
        took.record(static_cast<std::uint64_t>(now() - begun));
    }
    close(direct);
    const auto us = [&](std::uint32_t q) { return static_cast<double>(took.quantile(q)) / 1000; };
    fmt::print(
        "{{\"bytes\":{},\"direct\":{},\"writes\":{},\"per_s\":{:.0f},\"p50_us\":{:.1f},\"p99_us\":{"
        ":.1f},\"p999_us\":{:.1f},\"max_us\":{:.1f}}}\n",
        bytes, flags_direct != 0, took.count(), static_cast<double>(took.count()) / seconds,
        us(500'000), us(990'000), us(999'000), static_cast<double>(took.max()) / 1000);
    return 0;
}
