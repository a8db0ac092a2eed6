#include "readmodel/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace holdfast::readmodel {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
/// How long a reader waits for the writer's lock on the rare occasions that need one.
constexpr int kBusyMilliseconds = 2000;

ErrorCode code_of(int code) {
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return ErrorCode::corrupt;
        case SQLITE_FULL: return ErrorCode::disk_full;
        case SQLITE_CANTOPEN: return ErrorCode::not_found;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return ErrorCode::locked;
        // A table or column that is missing: written by another version, or damaged.
        case SQLITE_ERROR:
        case SQLITE_SCHEMA: return ErrorCode::invalid_format;
        default: return ErrorCode::io_error;
    }
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path, OpenMode mode,
                                                 std::size_t cache_bytes) {
    sqlite3* handle = nullptr;
    const int flags =
        mode == OpenMode::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(handle));
    if (code != SQLITE_OK)
        return failure(code_of(code), fmt::format("open {}: {}", path,
                                                  handle == nullptr ? sqlite3_errstr(code)
                                                                    : sqlite3_errmsg(handle)));
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    // A file that somebody damaged on purpose must not run code of its schema.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    database->run(fmt::format("PRAGMA cache_size = -{}", cache_bytes / 1024).c_str());
    if (mode == OpenMode::write) {
        // Readers go on beside the one writer, and a commit is an append. Nothing is synced at a
        // commit: what a power cut takes is read from the journal again. Checkpoints do sync, so
        // that the file itself is never torn.
        database->run(
            "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
        // In place of SQLite's own checkpoints, which come every thousand pages.
        sqlite3_wal_hook(handle, &Database::on_commit, database.get());
    }
    if (Result<void> ready = database->outcome(); !ready)
        return failure(ready.error(), "open " + path);
    return database;
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::note(int code, std::string_view while_doing) {
    if (failure_ || code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    failure_ = Failure{code_of(code),
                       fmt::format("{}: {} ({})", while_doing, sqlite3_errmsg(handle_), code)};
}

Result<void> Database::outcome() const {
    if (failure_) return tl::unexpected<Failure>(*failure_);
    return {};
}

void Database::run(const char* sql) {
    if (failure_) return;
    note(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), sql);
}

void Database::checkpoint() {
    if (failure_) return;
    const int code =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    // A reader in the middle of a question keeps its pages: the next one will do.
    if ((code & 0xff) != SQLITE_BUSY) note(code, "checkpoint");
}

int Database::on_commit(void* self, sqlite3* /*handle*/, const char* /*name*/, int pages) {
    static_cast<Database*>(self)->log_bytes_ = static_cast<std::uint64_t>(pages) * kPageBytes;
    return SQLITE_OK;
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
    if (database_.failed()) return;
    database_.note(sqlite3_prepare_v3(database_.handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement_, nullptr),
                   sql);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int position, std::int64_t value) {
    if (statement_ != nullptr)
        database_.note(sqlite3_bind_int64(statement_, position, value), "bind");
    return *this;
}

Statement& Statement::bind(int position, std::string_view text) {
    if (text.empty()) return bind_null(position);
    if (statement_ != nullptr)
        database_.note(sqlite3_bind_text64(statement_, position, text.data(), text.size(),
                                           SQLITE_STATIC, SQLITE_UTF8),
                       "bind");
    return *this;
}

Statement& Statement::bind(int position, ByteSpan bytes) {
    if (bytes.empty()) return bind_null(position);
    if (statement_ != nullptr)
        database_.note(
            sqlite3_bind_blob64(statement_, position, bytes.data(), bytes.size(), SQLITE_STATIC),
            "bind");
    return *this;
}

Statement& Statement::bind_null(int position) {
    if (statement_ != nullptr) database_.note(sqlite3_bind_null(statement_, position), "bind");
    return *this;
}

bool Statement::step() {
    if (statement_ == nullptr) return false;
    if (!database_.failed()) {
        const int code = sqlite3_step(statement_);
        if (code == SQLITE_ROW) return true;
        database_.note(code, sqlite3_sql(statement_));
    }
    sqlite3_reset(statement_);
    return false;
}

void Statement::reset() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes == nullptr ? std::string_view{} : std::string_view{bytes, size};
}

ByteSpan Statement::bytes(int column) const {
    const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes == nullptr ? ByteSpan{} : ByteSpan{bytes, size};
}

int Statement::columns() const { return sqlite3_column_count(statement_); }

std::string Statement::literal(int column) const {
    switch (sqlite3_column_type(statement_, column)) {
        case SQLITE_NULL: return "NULL";
        case SQLITE_INTEGER: return fmt::format("{}", integer(column));
        case SQLITE_BLOB: {
            std::string hex = "X'";
            for (const std::byte b : bytes(column))
                hex += fmt::format("{:02x}", static_cast<unsigned>(b));
            return hex + "'";
        }
        default: {
            std::string quoted = "'";
            for (const char c : text(column)) {
                if (c == '\'') quoted += '\'';
                quoted += c;
            }
            return quoted + "'";
        }
    }
}

}  // namespace holdfast::readmodel
