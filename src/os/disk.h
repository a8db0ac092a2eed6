// One directory of files, as journal and checkpoints see it. Real: O_DIRECT and fdatasync on Linux.
// Simulated (os/sim): an image of synced and unsynced sectors with crashes, torn and lost writes.
//
// Start-up and followers read synchronously. The one write on the hot path is asynchronous:
// `write_synced` calls `done` when the bytes are durable, on the loop that owns the file. The real
// inline disk calls it before returning; the threaded one and the simulated one call it later.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace holdfast::os {

/// Files are written in units of this size at offsets that are multiples of it.
inline constexpr std::size_t kDiskBlockBytes = 4096;

/// Ending of the files that are not complete yet. A crash may leave them; they mean nothing.
inline constexpr std::string_view kTemporarySuffix = ".tmp";

using DiskDone = std::function<void(Result<void>)>;

class File {
  public:
    /// A write in flight is waited for; its `done` is not called any more.
    virtual ~File() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Fills `into` from `offset`. Short data at the end of the file is invalid_argument, never a
    /// short read. `into` needs no alignment. Bytes come from the disk, not from the page cache,
    /// where the file system allows it.
    virtual Result<void> read(std::uint64_t offset, MutableByteSpan into) = 0;
    /// Writes whole blocks and makes them durable (data, and size if it grew), then calls `done`.
    /// `bytes` must stay unchanged until then; its start and size are multiples of
    /// kDiskBlockBytes (os/aligned_buffer.h). At most one call in flight per file. After a failure
    /// the file must not be used again: what the disk holds is unknown.
    virtual void write_synced(std::uint64_t offset, ByteSpan bytes, DiskDone done) = 0;
    /// The same, waiting for the disk: for start-up, whatever threads or event queue there are.
    virtual Result<void> write_now(std::uint64_t offset, ByteSpan bytes) = 0;
    /// Makes durable what is in the file now, whoever wrote it, waiting for the disk: what a
    /// process before this one handed over may stand in a volatile cache still.
    virtual Result<void> sync_now() = 0;
};

/// A whole file written from front to back, of any size, that appears under its name only when it
/// is complete. Destroyed before finish(): nothing has happened.
class FileWriter {
  public:
    virtual ~FileWriter() = default;
    virtual Result<void> append(ByteSpan bytes) = 0;
    /// Syncs, renames over whatever had the name, syncs the directory. Call once, last.
    virtual Result<void> finish() = 0;
};

struct DiskSpace {
    std::uint64_t free_bytes = 0;
    std::uint64_t total_bytes = 0;
};

/// Held while alive; a second holder on the same directory is refused with ErrorCode::locked.
class DirectoryLock {
  public:
    virtual ~DirectoryLock() = default;
};

class Disk {
  public:
    virtual ~Disk() = default;
    /// Opens an existing file for reading and writing.
    virtual Result<std::unique_ptr<File>> open(std::string_view name) = 0;
    /// Creates a file of exactly `bytes` zeros, written and synced, its directory entry too. A name
    /// that exists is already_exists. Slow: not for the hot path.
    virtual Result<std::unique_ptr<File>> create_zeroed(std::string_view name,
                                                        std::uint64_t bytes) = 0;
    /// The same beside the hot path: `done` is called on the loop that owns the disk once the file
    /// is there to open, or before returning where the disk has no thread of its own. At most one
    /// in flight per disk.
    virtual void create_zeroed_later(std::string_view name, std::uint64_t bytes, DiskDone done) = 0;
    /// Replaces or creates a whole file atomically: temporary file, sync, rename, directory sync.
    virtual Result<void> write_atomically(std::string_view name, ByteSpan bytes) = 0;
    /// The same for contents that do not fit in memory at once.
    virtual Result<std::unique_ptr<FileWriter>> write_file(std::string_view name) = 0;
    virtual Result<std::vector<std::byte>> read_all(std::string_view name) = 0;
    virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
    virtual Result<void> remove(std::string_view name) = 0;
    /// Names of the plain files, sorted.
    virtual Result<std::vector<std::string>> list() = 0;
    virtual Result<std::unique_ptr<DirectoryLock>> lock() = 0;
    virtual Result<DiskSpace> space() = 0;
    /// False where the file system refuses O_DIRECT: then reads may come from the page cache.
    [[nodiscard]] virtual bool direct() const = 0;
};

}  // namespace holdfast::os
