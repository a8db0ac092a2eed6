#include "readmodel/store.h"

#include <fmt/format.h>

#include <algorithm>

#include "readmodel/schema.h"

namespace holdfast::readmodel {
namespace {

/// SQLite's own files beside the database.
constexpr std::string_view kCompanions[] = {"-wal", "-shm", "-journal"};
/// The log is moved into the file when it is longer than this. Each time costs two syncs.
constexpr std::uint64_t kLogBytesMax = std::uint64_t{64} * 1024 * 1024;

}  // namespace

Store::Store(os::Disk& files, std::string path, std::string name, Microseconds kept)
    : files_(files), path_(std::move(path)), name_(std::move(name)), kept_(kept) {}

Result<std::unique_ptr<Store>> Store::open(os::Disk& files, const std::string& directory,
                                           std::string_view name, Microseconds kept) {
    const std::string path = directory + "/" + std::string(name);
    std::unique_ptr<Store> store(new Store(files, path, std::string(name), kept));
    const auto names = files.list();
    if (!names) return tl::unexpected(names.error());
    const bool exists = std::ranges::find(*names, name) != names->end();
    if (exists) {
        const Result<void> opened = store->open_existing();
        if (opened) return store;
        if (Result<void> made = store->begin_again(opened.error().detail); !made)
            return tl::unexpected(made.error());
        return store;
    }
    if (Result<void> made = store->make_new(); !made) return tl::unexpected(made.error());
    return store;
}

Result<void> Store::open_existing() {
    auto database = Database::open(path_, OpenMode::write, kWriterCacheBytes);
    if (!database) return tl::unexpected(database.error());
    database_ = std::move(*database);
    const std::int64_t version = schema_version(*database_);
    if (Result<void> read = database_->outcome(); !read) return read;
    if (version != kSchemaVersion)
        return failure(ErrorCode::unsupported, fmt::format("its tables are of version {}, not {}",
                                                           version, kSchemaVersion));
    projection_ = std::make_unique<Projection>(*database_, kept_);
    if (Result<void> read = database_->outcome(); !read) return read;
    const Cursor& cursor = projection_->cursor();
    if (cursor.seq != 0 && cursor.kept != kept_)
        return failure(ErrorCode::unsupported, "another length of history is asked for");
    return {};
}

Result<void> Store::make_new() {
    // Made here, so that it is as private as the journal's files; SQLite's other files follow it.
    if (Result<void> made = files_.write_atomically(name_, {}); !made) return made;
    auto database = Database::open(path_, OpenMode::write, kWriterCacheBytes);
    if (!database) return tl::unexpected(database.error());
    database_ = std::move(*database);
    create_tables(*database_);
    projection_ = std::make_unique<Projection>(*database_, kept_);
    return database_->outcome();
}

void Store::close() {
    // Statements end before their connection.
    projection_.reset();
    database_.reset();
}

Result<void> Store::begin_again(std::string why) {
    why_ = std::move(why);
    if (Result<void> removed = remove(); !removed) return removed;
    return make_new();
}

Result<void> Store::remove() {
    close();
    std::string file = name_;
    Result<void> removed = files_.remove(file);
    if (!removed && removed.error().code != ErrorCode::not_found) return removed;
    for (const std::string_view companion : kCompanions) {
        removed = files_.remove(file + std::string(companion));
        if (!removed && removed.error().code != ErrorCode::not_found) return removed;
    }
    return {};
}

void Store::keep_log_short() {
    if (database_->log_bytes() > kLogBytesMax) database_->checkpoint();
}

}  // namespace holdfast::readmodel
