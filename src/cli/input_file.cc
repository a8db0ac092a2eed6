#include "cli/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/hash.h"

namespace holdfast::cli {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} * 1024;
constexpr std::size_t kIdentityBytes = std::size_t{1024} * 1024;
constexpr unsigned char kZstdMagic[] = {0x28, 0xB5, 0x2F, 0xFD};
/// A frame may ask its reader for a window of any size; 128 MiB is what `zstd --ultra -22` needs.
constexpr int kWindowLogMax = 27;

struct Descriptor {
    int fd = -1;
    Descriptor() = default;
    explicit Descriptor(int opened) : fd(opened) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

Result<std::size_t> read_some(int fd, char* to, std::size_t bytes, const std::string& path) {
    for (;;) {
        const ssize_t got = ::read(fd, to, bytes);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR) {
            return failure(ErrorCode::io_error,
                           fmt::format("reading {}: {}", path, std::strerror(errno)));
        }
    }
}

}  // namespace

struct InputFile::Parts {
    std::string path;
    Descriptor file;
    std::uint64_t size = 0;
    std::uint64_t used = 0;
    bool at_end = false;
    bool compressed = false;
    bool frame_open = false;  // a zstd frame has begun and not ended
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> zstd{nullptr, ZSTD_freeDCtx};
    std::vector<char> raw = std::vector<char>(kPieceBytes);
    std::vector<char> plain;
    std::size_t raw_size = 0;
    std::size_t raw_done = 0;

    explicit Parts(int fd) : file(fd) {}

    Result<void> fill() {
        raw_done = raw_size = 0;
        const Result<std::size_t> got = read_some(file.fd, raw.data(), raw.size(), path);
        if (!got) return tl::unexpected(got.error());
        raw_size = *got;
        used += *got;
        at_end = *got == 0;
        return {};
    }
};

InputFile::InputFile(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
InputFile::~InputFile() = default;
InputFile::InputFile(InputFile&&) noexcept = default;
InputFile& InputFile::operator=(InputFile&&) noexcept = default;

Result<InputFile> InputFile::open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        const int why = errno;
        return failure(why == ENOENT ? ErrorCode::not_found : ErrorCode::io_error,
                       fmt::format("opening {}: {}", path, std::strerror(why)));
    }
    auto parts = std::make_unique<Parts>(fd);
    parts->path = path;
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        return failure(ErrorCode::io_error, fmt::format("{}: {}", path, std::strerror(errno)));
    }
    if (S_ISDIR(status.st_mode)) {
        return failure(ErrorCode::invalid_argument, path + " is a directory");
    }
    parts->size = static_cast<std::uint64_t>(status.st_size);
    const Result<void> filled = parts->fill();
    if (!filled) return tl::unexpected(filled.error());
    if (parts->raw_size >= sizeof kZstdMagic &&
        std::memcmp(parts->raw.data(), kZstdMagic, sizeof kZstdMagic) == 0) {
        parts->compressed = true;
        parts->zstd.reset(ZSTD_createDCtx());
        if (parts->zstd == nullptr) {
            return failure(ErrorCode::overloaded, "no memory to decompress " + path);
        }
        ZSTD_DCtx_setParameter(parts->zstd.get(), ZSTD_d_windowLogMax, kWindowLogMax);
        parts->plain.resize(kPieceBytes);
    }
    return InputFile(std::move(parts));
}

Result<std::string_view> InputFile::next() {
    Parts& p = *parts_;
    if (!p.compressed) {
        if (p.raw_done < p.raw_size) {
            const std::string_view piece(p.raw.data() + p.raw_done, p.raw_size - p.raw_done);
            p.raw_done = p.raw_size;
            return piece;
        }
        const Result<void> filled = p.fill();
        if (!filled) return tl::unexpected(filled.error());
        p.raw_done = p.raw_size;
        return std::string_view(p.raw.data(), p.raw_size);
    }
    for (;;) {
        if (p.raw_done == p.raw_size && !p.at_end) {
            const Result<void> filled = p.fill();
            if (!filled) return tl::unexpected(filled.error());
        }
        ZSTD_inBuffer in{p.raw.data(), p.raw_size, p.raw_done};
        ZSTD_outBuffer out{p.plain.data(), p.plain.size(), 0};
        const bool nothing_left = p.at_end && in.pos == in.size;
        if (nothing_left && !p.frame_open) return std::string_view{};
        const std::size_t more = ZSTD_decompressStream(p.zstd.get(), &out, &in);
        p.raw_done = in.pos;
        if (ZSTD_isError(more) != 0U) {
            return failure(ErrorCode::corrupt,
                           fmt::format("decompressing {}: {}", p.path, ZSTD_getErrorName(more)));
        }
        p.frame_open = more != 0;
        if (out.pos > 0) return std::string_view(p.plain.data(), out.pos);
        if (nothing_left && p.frame_open) {
            return failure(ErrorCode::corrupt,
                           fmt::format("{} ends in the middle of a zstd frame", p.path));
        }
    }
}

std::uint64_t InputFile::bytes_on_disk() const { return parts_->size; }
std::uint64_t InputFile::bytes_used() const { return std::min(parts_->used, parts_->size); }

Result<std::string> file_identity(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.fd < 0) {
        return failure(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io_error,
                       fmt::format("opening {}: {}", path, std::strerror(errno)));
    }
    struct stat status{};
    if (::fstat(file.fd, &status) != 0) {
        return failure(ErrorCode::io_error, fmt::format("{}: {}", path, std::strerror(errno)));
    }
    std::vector<char> head(kIdentityBytes);
    std::size_t have = 0;
    while (have < head.size()) {
        const Result<std::size_t> got =
            read_some(file.fd, head.data() + have, head.size() - have, path);
        if (!got) return tl::unexpected(got.error());
        if (*got == 0) break;
        have += *got;
    }
    const std::uint64_t hash = hash64(std::as_bytes(std::span(head.data(), have)),
                                      static_cast<std::uint64_t>(status.st_size));
    return fmt::format("{:016x}", hash);
}

}  // namespace holdfast::cli
