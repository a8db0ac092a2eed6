// Bytes of a file in pieces, decompressed on the way when the file begins like a zstd frame. Knows
// how much of the file on disk has been used, so that progress is true for both kinds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::cli {

class InputFile {
  public:
    /// Fails  not_found, io_error; a directory is invalid_argument.
    static Result<InputFile> open(const std::string& path);
    ~InputFile();
    InputFile(InputFile&&) noexcept;
    InputFile& operator=(InputFile&&) noexcept;

    /// The next piece; empty at the end. Valid until the next call.
    /// Fails  io_error when reading fails, corrupt when a zstd frame is damaged or cut off.
    Result<std::string_view> next();

    [[nodiscard]] std::uint64_t bytes_on_disk() const;
    [[nodiscard]] std::uint64_t bytes_used() const;  ///< of bytes_on_disk

  private:
    struct Parts;
    explicit InputFile(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

/// Sixteen hex digits that name a file by its size on disk and its first MiB: the same file has the
/// same name wherever it lies, and looking does not need to read gigabytes.
Result<std::string> file_identity(const std::string& path);

}  // namespace holdfast::cli
