// A directory on a Linux file system. Writes go around the page cache (O_DIRECT) where the file
// system allows it, into space that was allocated and zero-filled before, so that a commit neither
// allocates blocks nor updates the inode.
//
// Used by one thread, except that `commit_thread` and create_zeroed_later move slow calls to
// threads of its own, which hand their results back through `post`.
#pragma once

#include <memory>
#include <string>

#include "os/disk.h"
#include "os/pace.h"
#include "os/worker_thread.h"

namespace holdfast::os {

struct LinuxDiskOptions {
    /// For inspection beside a running process: nothing is created, every change is refused, and
    /// reads go through the page cache.
    bool read_only = false;
    /// Tried first; a file system that refuses it is used through the page cache.
    bool direct = true;
    /// One system call (pwritev2 with RWF_DSYNC) instead of pwrite and fdatasync.
    bool dsync = false;
    /// write_synced runs on a thread of its own; needs `post`.
    bool commit_thread = false;
    /// Asked before each commit when there is a commit thread: true commits on the caller's thread
    /// after all. A hand-over costs two switches, which a lonely commit feels and a crowd does not.
    std::function<bool()> commit_inline = {};
    /// Runs a task in a later turn of the loop that owns the disk, callable from any thread: the
    /// loop's post(). Empty: everything happens before the call returns.
    std::function<void(std::function<void()>)> post = {};
    /// For a job beside the owner of the directory: reads and whole-file writes go piece by piece
    /// at this pace, and fail with closed once it is stopped. It outlives the disk.
    Pace* pace = nullptr;
};

class LinuxDisk final : public Disk {
  public:
    /// Creates the directory (mode 0700) if its parent exists and it does not.
    static Result<std::unique_ptr<LinuxDisk>> open_directory(const std::string& path,
                                                             LinuxDiskOptions options = {});
    ~LinuxDisk() override;
    LinuxDisk(const LinuxDisk&) = delete;
    LinuxDisk& operator=(const LinuxDisk&) = delete;

    Result<std::unique_ptr<File>> open(std::string_view name) override;
    Result<std::unique_ptr<File>> create_zeroed(std::string_view name,
                                                std::uint64_t bytes) override;
    void create_zeroed_later(std::string_view name, std::uint64_t bytes, DiskDone done) override;
    Result<void> write_atomically(std::string_view name, ByteSpan bytes) override;
    Result<std::unique_ptr<FileWriter>> write_file(std::string_view name) override;
    Result<std::vector<std::byte>> read_all(std::string_view name) override;
    Result<void> rename(std::string_view from, std::string_view to) override;
    Result<void> remove(std::string_view name) override;
    Result<std::vector<std::string>> list() override;
    Result<std::unique_ptr<DirectoryLock>> lock() override;
    Result<DiskSpace> space() override;
    [[nodiscard]] bool direct() const override { return direct_; }

  private:
    LinuxDisk(int directory, std::string path, LinuxDiskOptions options);
    [[nodiscard]] bool probe_direct() const;
    [[nodiscard]] Result<void> check_change(std::string_view name) const;

    int directory_;
    std::string path_;
    LinuxDiskOptions options_;
    bool direct_ = false;
    /// Tells results posted by the threads whether this disk still exists.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::unique_ptr<WorkerThread> committer_;
    std::unique_ptr<WorkerThread> preparer_;
};

}  // namespace holdfast::os
