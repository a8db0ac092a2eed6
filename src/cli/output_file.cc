#include "cli/output_file.h"

#include <cerrno>
#include <cstring>

namespace holdfast::cli {

Attempt<OutputFile> OutputFile::create(const std::string& path) {
    OutputFile file;
    file.path_ = path;
    if (path == "-") {
        file.file_ = stdout;
        return file;
    }
    file.owned_.reset(std::fopen(path.c_str(), "wbe"));
    file.file_ = file.owned_.get();
    if (file.file_ == nullptr) {
        return trouble(kExitFailed, "cannot write " + path, std::strerror(errno));
    }
    return file;
}

void OutputFile::write(std::string_view text) {
    failed_ = failed_ || std::fwrite(text.data(), 1, text.size(), file_) != text.size();
}

Attempt<void> OutputFile::close() {
    failed_ = failed_ || std::fflush(file_) != 0;
    const int why = errno;
    if (std::FILE* file = owned_.release()) failed_ = std::fclose(file) != 0 || failed_;
    if (failed_) return trouble(kExitFailed, "cannot write " + path_, std::strerror(why));
    return {};
}

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

}  // namespace holdfast::cli
