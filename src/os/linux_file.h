// Files of a LinuxDisk and the system calls around them. Included by linux_disk.cc only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "os/aligned_buffer.h"
#include "os/disk.h"
#include "os/pace.h"
#include "os/worker_thread.h"

namespace holdfast::os {

/// A file descriptor that closes itself.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int raw) : raw_(raw) {}
    Descriptor(Descriptor&& other) noexcept : raw_(std::exchange(other.raw_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { reset(); }
    [[nodiscard]] int raw() const { return raw_; }
    [[nodiscard]] bool valid() const { return raw_ >= 0; }
    void reset();

  private:
    int raw_ = -1;
};

/// "doing name: text of errno" with the code the errno stands for.
Failure failure_from_errno(int error, std::string_view doing, std::string_view name);

/// All of it, through interruptions and short writes.
Result<void> write_fully(int file, std::uint64_t offset, ByteSpan bytes, std::string_view name);

/// fsync of the directory: names are durable afterwards.
Result<void> sync_directory(int directory);

/// How a LinuxFile makes a write durable.
struct WritePath {
    bool read_only = false;
    bool direct = true;
    bool dsync = false;
    WorkerThread* committer = nullptr;    ///< nullptr: inline
    std::function<bool()> commit_inline;  ///< asked when there is a committer
    std::function<void(std::function<void()>)> post = {};
    Pace* pace = nullptr;  ///< of reads; nullptr: at full speed
};

Result<std::unique_ptr<File>> open_linux_file(int directory, std::string_view name,
                                              const WritePath& path);

/// Writes `name` + kTemporarySuffix and renames it. `expected_bytes` (0: unknown) is allocated at
/// once. `replace` false: a name that exists by then is already_exists.
struct WriterPlan {
    std::uint64_t expected_bytes = 0;
    bool direct = true;
    bool replace = true;
    Pace* pace = nullptr;
};
Result<std::unique_ptr<FileWriter>> open_linux_writer(int directory, std::string_view name,
                                                      const WriterPlan& plan);

}  // namespace holdfast::os
