#include "os/linux_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace holdfast::os {
namespace {

/// Reads that need alignment go through a buffer of this size, piece by piece.
constexpr std::size_t kBounceBytes = 1024 * 1024;
/// A writer hands the kernel pieces of this size; larger ones are no faster (O_DIRECT).
constexpr std::size_t kWriterBytes = 1024 * 1024;

Result<void> sync_data(int file, std::string_view name) {
    // A second fdatasync after a failed one may report success for pages that were dropped: so the
    // first failure is the answer, and nobody retries. EINTR is not among fdatasync's errors.
    if (fdatasync(file) != 0) return tl::unexpected(failure_from_errno(errno, "sync", name));
    return {};
}

Result<void> write_durably(int file, std::uint64_t offset, ByteSpan bytes) {
    while (!bytes.empty()) {
        const iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
        const ssize_t put = pwritev2(file, &piece, 1, static_cast<off_t>(offset), RWF_DSYNC);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0)
            return tl::unexpected(
                failure_from_errno(put == 0 ? EIO : errno, "write", "with RWF_DSYNC"));
        offset += static_cast<std::uint64_t>(put);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
}

/// What outlives the File while a thread still works for it.
struct SharedFile {
    Descriptor descriptor;
    std::string name;
    std::mutex mutex;
    std::condition_variable idle;
    bool writing = false;    ///< guarded by mutex
    bool abandoned = false;  ///< touched by the owning loop only
};

class LinuxFile final : public File {
  public:
    LinuxFile(std::shared_ptr<SharedFile> shared, std::uint64_t size, WritePath path)
        : shared_(std::move(shared)), size_(size), path_(std::move(path)) {}

    ~LinuxFile() override {
        shared_->abandoned = true;
        std::unique_lock hold(shared_->mutex);
        shared_->idle.wait(hold, [this] { return !shared_->writing; });
    }

    [[nodiscard]] std::uint64_t size() const override { return size_; }

    Result<void> read(std::uint64_t offset, MutableByteSpan into) override {
        if (offset > size_ || into.size() > size_ - offset)
            return failure(ErrorCode::invalid_argument,
                           fmt::format("{}: read of {} bytes at {} passes the end at {}",
                                       shared_->name, into.size(), offset, size_));
        if (path_.pace == nullptr) return read_at_once(offset, into);
        while (!into.empty()) {
            const std::size_t part = std::min(into.size(), Pace::kPieceBytes);
            if (auto got = read_at_once(offset, into.first(part)); !got) return got;
            if (auto go_on = path_.pace->spend(part); !go_on) return go_on;
            into = into.subspan(part);
            offset += part;
        }
        return {};
    }

    void write_synced(std::uint64_t offset, ByteSpan bytes, DiskDone done) override {
        HOLDFAST_CHECK(offset % kDiskBlockBytes == 0 && bytes.size() % kDiskBlockBytes == 0,
                       "commits are whole blocks");
        HOLDFAST_CHECK(!busy_, "one commit is in flight per file");
        size_ = std::max(size_, offset + bytes.size());
        if (path_.committer == nullptr || (path_.commit_inline && path_.commit_inline())) {
            done(write(offset, bytes));
            return;
        }
        busy_ = true;
        {
            const std::lock_guard hold(shared_->mutex);
            shared_->writing = true;
        }
        path_.committer->run([this, shared = shared_, offset, bytes, done = std::move(done)] {
            // `this` is alive here: its destructor waits until `writing` is false.
            Result<void> written = write(offset, bytes);
            path_.post([this, shared, done, written = std::move(written)] {
                if (shared->abandoned) return;
                busy_ = false;
                done(written);
            });
            const std::lock_guard hold(shared->mutex);
            shared->writing = false;
            shared->idle.notify_all();
        });
    }

    Result<void> write_now(std::uint64_t offset, ByteSpan bytes) override {
        HOLDFAST_CHECK(!busy_, "one commit is in flight per file");
        size_ = std::max(size_, offset + bytes.size());
        return write(offset, bytes);
    }

    Result<void> sync_now() override {
        HOLDFAST_CHECK(!busy_, "one commit is in flight per file");
        return sync_data(shared_->descriptor.raw(), shared_->name);
    }

  private:
    Result<void> read_at_once(std::uint64_t offset, MutableByteSpan into) {
        if (offset % kDiskBlockBytes == 0 && into.size() % kDiskBlockBytes == 0 &&
            reinterpret_cast<std::uintptr_t>(into.data()) % kDiskBlockBytes == 0)
            return read_blocks(offset, into.data(), into.size(), into.size());
        while (!into.empty()) {
            const std::uint64_t start = offset / kDiskBlockBytes * kDiskBlockBytes;
            const std::size_t skip = static_cast<std::size_t>(offset - start);
            const std::size_t part = std::min(into.size(), kBounceBytes - skip);
            const std::size_t wanted = static_cast<std::size_t>(round_up_to_block(skip + part));
            bounce_.reserve(wanted);
            if (auto got = read_blocks(start, bounce_.data(), wanted, skip + part); !got)
                return got;
            std::memcpy(into.data(), bounce_.data() + skip, part);
            into = into.subspan(part);
            offset += part;
        }
        return {};
    }

    /// At least `needed` bytes of `wanted`, which may end past the end of the file.
    Result<void> read_blocks(std::uint64_t start, std::byte* into, std::size_t wanted,
                             std::size_t needed) {
        std::size_t have = 0;
        while (have < needed) {
            const ssize_t got = pread(shared_->descriptor.raw(), into + have, wanted - have,
                                      static_cast<off_t>(start + have));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0)
                return tl::unexpected(failure_from_errno(
                    errno, fmt::format("read at {} of", start + have), shared_->name));
            if (got == 0)
                return failure(ErrorCode::io_error,
                               fmt::format("{}: ends at {}, shorter than when it was opened",
                                           shared_->name, start + have));
            have += static_cast<std::size_t>(got);
        }
        return {};
    }

    Result<void> write(std::uint64_t offset, ByteSpan bytes) {
        const int file = shared_->descriptor.raw();
        if (path_.dsync) return write_durably(file, offset, bytes);
        if (auto put = write_fully(file, offset, bytes, shared_->name); !put) return put;
        return sync_data(file, shared_->name);
    }

    std::shared_ptr<SharedFile> shared_;
    std::uint64_t size_;
    WritePath path_;
    bool busy_ = false;
    AlignedBuffer bounce_;
};

class LinuxWriter final : public FileWriter {
  public:
    LinuxWriter(int directory, std::string name, Descriptor file, const WriterPlan& plan)
        : directory_(directory),
          name_(std::move(name)),
          temporary_(name_ + std::string(kTemporarySuffix)),
          file_(std::move(file)),
          replace_(plan.replace),
          pace_(plan.pace),
          piece_bytes_(plan.pace == nullptr ? kWriterBytes : Pace::kPieceBytes),
          buffer_(piece_bytes_) {}

    ~LinuxWriter() override {
        if (!finished_) unlinkat(directory_, temporary_.c_str(), 0);
    }

    Result<void> append(ByteSpan bytes) override {
        while (!bytes.empty()) {
            const std::size_t part = std::min(bytes.size(), piece_bytes_ - buffered_);
            std::memcpy(buffer_.data() + buffered_, bytes.data(), part);
            buffered_ += part;
            bytes = bytes.subspan(part);
            if (buffered_ < piece_bytes_) break;
            if (auto put = flush(piece_bytes_); !put) return put;
        }
        return {};
    }

    Result<void> finish() override {
        const std::uint64_t size = written_ + buffered_;
        if (buffered_ > 0) {
            const std::size_t padded = static_cast<std::size_t>(round_up_to_block(buffered_));
            std::memset(buffer_.data() + buffered_, 0, padded - buffered_);
            if (auto put = flush(padded); !put) return put;
        }
        if (ftruncate(file_.raw(), static_cast<off_t>(size)) != 0)
            return tl::unexpected(failure_from_errno(errno, "set the size of", temporary_));
        if (fsync(file_.raw()) != 0)
            return tl::unexpected(failure_from_errno(errno, "sync", temporary_));
        const unsigned flags = replace_ ? 0U : static_cast<unsigned>(RENAME_NOREPLACE);
        if (renameat2(directory_, temporary_.c_str(), directory_, name_.c_str(), flags) != 0)
            return tl::unexpected(failure_from_errno(errno, "rename to", name_));
        finished_ = true;
        return sync_directory(directory_);
    }

  private:
    Result<void> flush(std::size_t bytes) {
        auto put = write_fully(file_.raw(), written_, buffer_.span(bytes), temporary_);
        if (put) written_ += bytes;
        buffered_ = 0;
        if (put && pace_ != nullptr) return pace_->spend(bytes);
        return put;
    }

    int directory_;
    std::string name_;
    std::string temporary_;
    Descriptor file_;
    bool replace_;
    Pace* pace_;
    std::size_t piece_bytes_;
    bool finished_ = false;
    AlignedBuffer buffer_;
    std::size_t buffered_ = 0;
    std::uint64_t written_ = 0;
};

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        raw_ = std::exchange(other.raw_, -1);
    }
    return *this;
}

void Descriptor::reset() {
    if (raw_ >= 0) ::close(raw_);
    raw_ = -1;
}

Failure failure_from_errno(int error, std::string_view doing, std::string_view name) {
    ErrorCode code = ErrorCode::io_error;
    if (error == ENOENT) code = ErrorCode::not_found;
    if (error == EEXIST) code = ErrorCode::already_exists;
    if (error == ENOSPC || error == EDQUOT) code = ErrorCode::disk_full;
    return {code, fmt::format("{} {}: {}", doing, name, std::generic_category().message(error))};
}

Result<void> write_fully(int file, std::uint64_t offset, ByteSpan bytes, std::string_view name) {
    while (!bytes.empty()) {
        const ssize_t put = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        // A write of more than nothing that writes nothing would loop for ever.
        if (put <= 0)
            return tl::unexpected(failure_from_errno(put == 0 ? EIO : errno,
                                                     fmt::format("write at {} of", offset), name));
        offset += static_cast<std::uint64_t>(put);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
}

Result<void> sync_directory(int directory) {
    if (fsync(directory) != 0)
        return tl::unexpected(failure_from_errno(errno, "sync", "the directory"));
    return {};
}

Result<std::unique_ptr<File>> open_linux_file(int directory, std::string_view name,
                                              const WritePath& path) {
    const std::string text(name);
    const int flags = (path.read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW |
                      (path.direct ? O_DIRECT : 0);
    Descriptor file(openat(directory, text.c_str(), flags));
    if (!file.valid()) return tl::unexpected(failure_from_errno(errno, "open", name));
    struct stat facts{};
    if (fstat(file.raw(), &facts) != 0)
        return tl::unexpected(failure_from_errno(errno, "inspect", name));
    if (!S_ISREG(facts.st_mode))
        return failure(ErrorCode::invalid_argument, fmt::format("{} is not a plain file", name));
    // Without O_DIRECT the page cache may hold what a failed sync never put on the disk. Clean
    // pages can at least be dropped before recovery looks.
    if (!path.direct) static_cast<void>(posix_fadvise(file.raw(), 0, 0, POSIX_FADV_DONTNEED));
    auto shared = std::make_shared<SharedFile>();
    shared->descriptor = std::move(file);
    shared->name = text;
    return std::make_unique<LinuxFile>(std::move(shared), static_cast<std::uint64_t>(facts.st_size),
                                       path);
}

Result<std::unique_ptr<FileWriter>> open_linux_writer(int directory, std::string_view name,
                                                      const WriterPlan& plan) {
    std::string text(name);
    const std::string temporary = text + std::string(kTemporarySuffix);
    const int flags =
        O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | (plan.direct ? O_DIRECT : 0);
    Descriptor file(openat(directory, temporary.c_str(), flags, 0600));
    if (!file.valid()) return tl::unexpected(failure_from_errno(errno, "create", temporary));
    if (plan.expected_bytes > 0 &&
        fallocate(file.raw(), 0, 0, static_cast<off_t>(plan.expected_bytes)) != 0 &&
        errno != EOPNOTSUPP) {
        const int error = errno;
        unlinkat(directory, temporary.c_str(), 0);
        return tl::unexpected(failure_from_errno(error, "allocate", temporary));
    }
    return std::make_unique<LinuxWriter>(directory, std::move(text), std::move(file), plan);
}

}  // namespace holdfast::os
