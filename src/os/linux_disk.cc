#include "os/linux_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "base/check.h"
#include "os/linux_file.h"

namespace holdfast::os {
namespace {

constexpr const char* kLockName = "lock";
constexpr std::size_t kZeroPieceBytes = 256 * 1024;
constexpr std::chrono::microseconds kNoPause{0};
/// About 100 MB/s: twice what the fastest load writes, and a commit waits for one piece at most.
constexpr std::chrono::microseconds kPauseBesideCommits{2000};
/// read_all is for small files: marks, heads, certificates.
constexpr std::uint64_t kReadAllBytesMax = 1024ULL * 1024 * 1024;

/// Names come from our own code, but some of them from a directory listing: nothing leaves it.
Result<void> check_name(std::string_view name) {
    if (name.empty() || name.front() == '.' || name.find('/') != std::string_view::npos ||
        name.find('\0') != std::string_view::npos)
        return failure(ErrorCode::invalid_argument, fmt::format("\"{}\" is no file name", name));
    return {};
}

class LinuxLock final : public DirectoryLock {
  public:
    explicit LinuxLock(Descriptor file) : file_(std::move(file)) {}

  private:
    Descriptor file_;  // closing it releases the lock
};

/// `pause` after each piece: a file that is prepared beside a running journal must not make its
/// commits wait in the disk's queue.
Result<void> create_zeroed_in(int directory, std::string_view name, std::uint64_t bytes,
                              bool direct, std::chrono::microseconds pause) {
    const std::string text(name);
    if (faccessat(directory, text.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return failure(ErrorCode::already_exists, fmt::format("create {}: it exists", name));
    auto writer = open_linux_writer(directory, name,
                                    {.expected_bytes = bytes, .direct = direct, .replace = false});
    if (!writer) return tl::unexpected(writer.error());
    // fallocate alone would leave unwritten extents, and every commit into them would change the
    // inode's extent tree: slower than a growing file. So each byte is written once, here.
    const std::vector<std::byte> zeros(std::min<std::uint64_t>(bytes, kZeroPieceBytes));
    for (std::uint64_t at = 0; at < bytes; at += zeros.size()) {
        const std::size_t part =
            static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), bytes - at));
        if (auto put = (*writer)->append({zeros.data(), part}); !put) return put;
        if (pause.count() > 0) std::this_thread::sleep_for(pause);
    }
    return (*writer)->finish();
}

}  // namespace

Result<std::unique_ptr<LinuxDisk>> LinuxDisk::open_directory(const std::string& path,
                                                             LinuxDiskOptions options) {
    HOLDFAST_CHECK(!options.commit_thread || options.post,
                   "a committing thread needs a loop to post its results to");
    if (options.read_only) {
        options.direct = false;
    } else if (mkdir(path.c_str(), 0700) == 0) {
        // The new name must be durable before anything inside it claims to be.
        const std::string parent = path + "/..";
        const Descriptor above(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!above.valid()) return tl::unexpected(failure_from_errno(errno, "open", parent));
        if (auto synced = sync_directory(above.raw()); !synced)
            return tl::unexpected(synced.error());
    } else if (errno != EEXIST) {
        return tl::unexpected(failure_from_errno(errno, "create directory", path));
    }
    const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return tl::unexpected(failure_from_errno(errno, "open directory", path));
    return std::unique_ptr<LinuxDisk>(new LinuxDisk(directory, path, std::move(options)));
}

LinuxDisk::LinuxDisk(int directory, std::string path, LinuxDiskOptions options)
    : directory_(directory), path_(std::move(path)), options_(std::move(options)) {
    direct_ = options_.direct && probe_direct();
    if (options_.commit_thread) committer_ = std::make_unique<WorkerThread>("hf-commit");
}

LinuxDisk::~LinuxDisk() {
    *alive_ = false;
    preparer_.reset();
    committer_.reset();
    ::close(directory_);
}

bool LinuxDisk::probe_direct() const {
    const char* name = "probe.tmp";
    const Descriptor file(
        openat(directory_, name, O_RDWR | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC, 0600));
    if (!file.valid()) return false;
    AlignedBuffer block(kDiskBlockBytes);
    const bool accepted = pwrite(file.raw(), block.data(), kDiskBlockBytes, 0) ==
                          static_cast<ssize_t>(kDiskBlockBytes);
    unlinkat(directory_, name, 0);
    return accepted;
}

Result<std::unique_ptr<File>> LinuxDisk::open(std::string_view name) {
    if (auto fine = check_name(name); !fine) return tl::unexpected(fine.error());
    return open_linux_file(directory_, name,
                           {.read_only = options_.read_only,
                            .direct = direct_,
                            .dsync = options_.dsync,
                            .committer = committer_.get(),
                            .commit_inline = options_.commit_inline,
                            .post = options_.post,
                            .pace = options_.pace});
}

Result<std::unique_ptr<File>> LinuxDisk::create_zeroed(std::string_view name, std::uint64_t bytes) {
    if (auto fine = check_change(name); !fine) return tl::unexpected(fine.error());
    if (auto made = create_zeroed_in(directory_, name, bytes, direct_, kNoPause); !made)
        return tl::unexpected(made.error());
    return open(name);
}

Result<void> LinuxDisk::check_change(std::string_view name) const {
    if (options_.read_only)
        return failure(ErrorCode::invalid_argument,
                       fmt::format("{}: {} was opened for reading only", name, path_));
    return check_name(name);
}

void LinuxDisk::create_zeroed_later(std::string_view name, std::uint64_t bytes, DiskDone done) {
    if (auto fine = check_change(name); !fine) return done(fine);
    if (!options_.post) return done(create_zeroed_in(directory_, name, bytes, direct_, kNoPause));
    if (!preparer_) preparer_ = std::make_unique<WorkerThread>("hf-prepare");
    preparer_->run([this, name = std::string(name), bytes, done = std::move(done)] {
        Result<void> made = create_zeroed_in(directory_, name, bytes, direct_, kPauseBesideCommits);
        options_.post([alive = alive_, done, made = std::move(made)] {
            if (*alive) done(made);
        });
    });
}

Result<void> LinuxDisk::write_atomically(std::string_view name, ByteSpan bytes) {
    auto writer = write_file(name);
    if (!writer) return tl::unexpected(writer.error());
    if (auto put = (*writer)->append(bytes); !put) return put;
    return (*writer)->finish();
}

Result<std::unique_ptr<FileWriter>> LinuxDisk::write_file(std::string_view name) {
    if (auto fine = check_change(name); !fine) return tl::unexpected(fine.error());
    return open_linux_writer(directory_, name, {.direct = direct_, .pace = options_.pace});
}

Result<std::vector<std::byte>> LinuxDisk::read_all(std::string_view name) {
    auto file = open(name);
    if (!file) return tl::unexpected(file.error());
    const std::uint64_t size = (*file)->size();
    if (size > kReadAllBytesMax)
        return failure(ErrorCode::invalid_argument,
                       fmt::format("{}: {} bytes are too many to read at once", name, size));
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    if (auto got = (*file)->read(0, bytes); !got) return tl::unexpected(got.error());
    return bytes;
}

Result<void> LinuxDisk::rename(std::string_view from, std::string_view to) {
    if (auto fine = check_change(from); !fine) return fine;
    if (auto fine = check_change(to); !fine) return fine;
    if (renameat(directory_, std::string(from).c_str(), directory_, std::string(to).c_str()) != 0)
        return tl::unexpected(failure_from_errno(errno, fmt::format("rename {} to", from), to));
    return sync_directory(directory_);
}

Result<void> LinuxDisk::remove(std::string_view name) {
    if (auto fine = check_change(name); !fine) return fine;
    if (unlinkat(directory_, std::string(name).c_str(), 0) != 0)
        return tl::unexpected(failure_from_errno(errno, "remove", name));
    return sync_directory(directory_);
}

Result<std::vector<std::string>> LinuxDisk::list() {
    const int again = openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) return tl::unexpected(failure_from_errno(errno, "list", path_));
    DIR* entries = fdopendir(again);
    if (entries == nullptr) {
        const int error = errno;
        ::close(again);
        return tl::unexpected(failure_from_errno(error, "list", path_));
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(entries)) {
        struct stat facts{};
        if (fstatat(directory_, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(facts.st_mode))
            names.emplace_back(entry->d_name);
        errno = 0;
    }
    const int error = errno;
    closedir(entries);
    if (error != 0) return tl::unexpected(failure_from_errno(error, "list", path_));
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::unique_ptr<DirectoryLock>> LinuxDisk::lock() {
    if (auto fine = check_change(kLockName); !fine) return tl::unexpected(fine.error());
    Descriptor file(openat(directory_, kLockName, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid()) return tl::unexpected(failure_from_errno(errno, "open", "the lock"));
    // Open-file-description locks, because a POSIX lock would be lost when any other descriptor of
    // the file is closed, and two objects of one process would both get it.
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (fcntl(file.raw(), F_OFD_SETLK, &whole) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            return failure(ErrorCode::locked,
                           fmt::format("{} is in use by another process", path_));
        return tl::unexpected(failure_from_errno(errno, "lock", path_));
    }
    return std::make_unique<LinuxLock>(std::move(file));
}

Result<DiskSpace> LinuxDisk::space() {
    struct statvfs facts{};
    if (fstatvfs(directory_, &facts) != 0)
        return tl::unexpected(failure_from_errno(errno, "ask for the free space of", path_));
    return DiskSpace{.free_bytes = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize,
                     .total_bytes = static_cast<std::uint64_t>(facts.f_blocks) * facts.f_frsize};
}

}  // namespace holdfast::os
