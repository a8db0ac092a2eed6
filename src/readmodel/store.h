// The read model's file: opened as it is when it can be used, else thrown away and begun again. It
// holds nothing that the journal does not, so throwing it away is never a loss.
#pragma once

#include <memory>
#include <string>

#include "os/disk.h"
#include "readmodel/database.h"
#include "readmodel/projection.h"

namespace holdfast::readmodel {

inline constexpr std::string_view kFileName = "readmodel.sqlite";
/// Pages that the writer keeps in memory, and each reader.
inline constexpr std::size_t kWriterCacheBytes = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t kReaderCacheBytes = std::size_t{16} * 1024 * 1024;

/// Used by one thread at a time.
class Store {
  public:
    /// `directory` is where SQLite finds what `files` calls by name. `kept` is the history that is
    /// kept, see retention.h: a file that keeps another one is begun again. Fails only where a new
    /// file cannot be made either.
    static Result<std::unique_ptr<Store>> open(os::Disk& files, const std::string& directory,
                                               std::string_view name = kFileName,
                                               Microseconds kept = kHistoryDefault);

    [[nodiscard]] Projection& projection() { return *projection_; }
    /// Nothing where a new file could not be made.
    [[nodiscard]] Cursor cursor() const {
        return projection_ == nullptr ? Cursor{} : projection_->cursor();
    }
    [[nodiscard]] Database& database() { return *database_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Why the file that was there was thrown away; empty when it was used, or there was none.
    [[nodiscard]] const std::string& began_again_because() const { return why_; }

    /// Throws the file away. The store is of no use after it.
    Result<void> remove();
    /// Throws the file away and begins again.
    Result<void> begin_again(std::string why);
    /// After a commit: bounds the log that readers look through.
    void keep_log_short();

  private:
    Store(os::Disk& files, std::string path, std::string name, Microseconds kept);
    Result<void> open_existing();
    Result<void> make_new();
    void close();

    os::Disk& files_;
    std::string path_;
    std::string name_;
    Microseconds kept_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<Projection> projection_;
    std::string why_;
};

}  // namespace holdfast::readmodel
