// SQLite behind two small owners: a connection and a prepared statement. This is the one place that
// includes sqlite3.h.
//
// Failures stick: the first one of a connection is kept, every later call does nothing, and
// whoever ends a transaction asks once. So the code between reads like what it does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace holdfast::readmodel {

/// SQLite's integers are signed: the number in their 64 bits.
constexpr std::int64_t signed_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

enum class OpenMode : std::uint8_t {
    write,  ///< makes the file when it is missing
    read,   ///< an existing file, beside a writer
};

/// Owned and used by one thread at a time.
class Database {
  public:
    /// `cache_bytes` bounds the pages kept in memory. Fails with not_found, corrupt, io_error.
    static Result<std::unique_ptr<Database>> open(const std::string& path, OpenMode mode,
                                                  std::size_t cache_bytes);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs SQL that gives no rows, any number of statements.
    void run(const char* sql);
    /// The first failure since it was last taken; success when there was none.
    [[nodiscard]] Result<void> outcome() const;
    [[nodiscard]] bool failed() const { return failure_.has_value(); }
    void forget_failure() { failure_.reset(); }
    /// Notes a failure that is not SQLite's own: the transaction must not be committed.
    void fail(Failure failure) {
        if (!failure_) failure_ = std::move(failure);
    }
    /// Bytes of the write-ahead log that are not in the file yet, as of the last commit.
    [[nodiscard]] std::uint64_t log_bytes() const { return log_bytes_; }
    /// Moves them there, as far as no reader is in the way, so that the log is written over.
    void checkpoint();
    /// Rows that the last statement changed.
    [[nodiscard]] std::int64_t changes() const;

  private:
    friend class Statement;
    explicit Database(sqlite3* handle) : handle_(handle) {}
    void note(int code, std::string_view while_doing);

    static int on_commit(void* self, sqlite3* handle, const char* name, int pages);

    sqlite3* handle_;
    std::optional<Failure> failure_;
    std::uint64_t log_bytes_ = 0;
};

/// A prepared statement. Use: bind all, then step() until it is false; it is ready again then.
class Statement {
  public:
    /// The text is our own, so what does not compile is noted as a failure of the connection.
    Statement(Database& database, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Positions count from 1.
    Statement& bind(int position, std::int64_t value);
    /// Absent text and bytes are NULL. Borrowed until the statement was stepped to its end.
    Statement& bind(int position, std::string_view text);
    Statement& bind(int position, ByteSpan bytes);
    Statement& bind_null(int position);
    template <class... Values>
    Statement& with(const Values&... values) {
        int position = 0;
        (bind(++position, values), ...);
        return *this;
    }

    /// True while there is a row. False at the end, or when the connection has failed.
    bool step();
    /// Steps to the end, for statements without rows.
    void finish() {
        while (step()) {
        }
    }
    /// Leaves the rows that are left.
    void reset();

    // Columns count from 0 and are valid until the next step.
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(integer(column));
    }
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] ByteSpan bytes(int column) const;
    [[nodiscard]] int columns() const;
    /// Any value as SQL would write it: for comparing and printing rows.
    [[nodiscard]] std::string literal(int column) const;

  private:
    Database& database_;
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace holdfast::readmodel
