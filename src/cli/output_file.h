// A text file that is written whole or reported: buffered, checked at the end, "-" for standard
// output.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "cli/trouble.h"

namespace holdfast::cli {

class OutputFile {
  public:
    static Attempt<OutputFile> create(const std::string& path);
    void write(std::string_view text);
    /// Flushes and closes; trouble when any write failed.
    Attempt<void> close();

  private:
    struct Closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::string path_;
    std::unique_ptr<std::FILE, Closer> owned_;
    std::FILE* file_ = nullptr;
    bool failed_ = false;
};

/// A field of a CSV file, quoted when it must be.
std::string csv_field(std::string_view text);

}  // namespace holdfast::cli
