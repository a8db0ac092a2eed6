// RFC 4180 as files in the world have it: a record at a time from any pieces of bytes. Accepts a
// byte order mark, CRLF, LF or CR ends, quoted fields with line breaks and doubled quotes; rejects
// what is ambiguous, and says at which line and column. Memory is bounded by one record.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::cli {

/// Bounds of one file; what exceeds them is invalid_format, never silent growth.
struct CsvLimits {
    std::size_t field_bytes_max = std::size_t{64} * 1024;
    std::size_t record_bytes_max = std::size_t{1024} * 1024;
    std::size_t fields_max = 1024;
};

class CsvReader {
  public:
    /// Gives the next piece of the file, empty at its end; valid until the next call.
    using Source = std::function<Result<std::string_view>()>;

    explicit CsvReader(Source source, CsvLimits limits = {}, char separator = ',');

    /// Reads the next record. False at the end of the file. A line without any byte is no record.
    /// Fails  invalid_format with "line L, column C: why"; what the source fails with.
    Result<bool> next();

    /// The record's fields; valid until the next call of next().
    [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }
    /// Line on which the record began; the first is 1.
    [[nodiscard]] std::uint64_t line() const { return record_line_; }
    /// Records read so far, the header included if there is one.
    [[nodiscard]] std::uint64_t records() const { return records_; }

  private:
    /// The next byte or -1 at the end; false when the source failed (see failure_).
    bool peek(int& byte);
    void take();
    Result<bool> read_record();
    Result<void> read_quoted();
    Result<void> read_plain();
    Result<void> add(char c);
    Result<void> end_field();
    void end_line();
    [[nodiscard]] tl::unexpected<Failure> wrong(std::string_view why) const;

    Source source_;
    CsvLimits limits_;
    char separator_;
    std::string_view piece_;
    std::size_t at_ = 0;
    bool at_end_ = false;
    bool started_ = false;
    std::uint64_t line_ = 1;
    std::uint64_t column_ = 1;  // in bytes
    std::uint64_t record_line_ = 0;
    std::uint64_t records_ = 0;
    std::string bytes_;              // of the record, fields one after the other
    std::vector<std::size_t> ends_;  // of each field in bytes_
    std::vector<std::string_view> fields_;
    Failure failure_{};
};

}  // namespace holdfast::cli
