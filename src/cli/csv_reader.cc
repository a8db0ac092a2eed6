#include "cli/csv_reader.h"

#include <fmt/format.h>

#include <utility>

namespace holdfast::cli {

CsvReader::CsvReader(Source source, CsvLimits limits, char separator)
    : source_(std::move(source)), limits_(limits), separator_(separator) {}

bool CsvReader::peek(int& byte) {
    while (at_ == piece_.size() && !at_end_) {
        Result<std::string_view> piece = source_();
        if (!piece) {
            failure_ = std::move(piece.error());
            return false;
        }
        piece_ = *piece;
        at_ = 0;
        at_end_ = piece_.empty();
    }
    byte = at_end_ ? -1 : static_cast<unsigned char>(piece_[at_]);
    return true;
}

void CsvReader::take() {
    ++at_;
    ++column_;
}

tl::unexpected<Failure> CsvReader::wrong(std::string_view why) const {
    return failure(ErrorCode::invalid_format,
                   fmt::format("line {}, column {}: {}", line_, column_, why));
}

Result<void> CsvReader::add(char c) {
    const std::size_t begin = ends_.empty() ? 0 : ends_.back();
    if (bytes_.size() - begin >= limits_.field_bytes_max) {
        return wrong(fmt::format("a field is longer than {} bytes (is a quote never closed?)",
                                 limits_.field_bytes_max));
    }
    if (bytes_.size() >= limits_.record_bytes_max) {
        return wrong(fmt::format("a record is longer than {} bytes", limits_.record_bytes_max));
    }
    bytes_ += c;
    return {};
}

Result<void> CsvReader::end_field() {
    if (ends_.size() >= limits_.fields_max) {
        return wrong(fmt::format("a record has more than {} fields", limits_.fields_max));
    }
    ends_.push_back(bytes_.size());
    return {};
}

void CsvReader::end_line() {
    ++line_;
    column_ = 1;
}

/// After an opening quote: up to and with the closing one.
Result<void> CsvReader::read_quoted() {
    for (;;) {
        int byte = 0;
        if (!peek(byte)) return tl::unexpected(failure_);
        if (byte < 0) return wrong("the file ends inside a quoted field");
        const Result<void> added = byte == '"' ? Result<void>{} : add(static_cast<char>(byte));
        if (!added) return added;
        take();
        if (byte == '\n') end_line();
        if (byte != '"') continue;
        if (!peek(byte)) return tl::unexpected(failure_);
        if (byte != '"') return {};
        const Result<void> doubled = add('"');
        if (!doubled) return doubled;
        take();
    }
}

Result<void> CsvReader::read_plain() {
    for (;;) {
        int byte = 0;
        if (!peek(byte)) return tl::unexpected(failure_);
        if (byte < 0 || byte == separator_ || byte == '\n' || byte == '\r') return {};
        // A quote inside an unquoted field means different things to different programs.
        if (byte == '"') return wrong("a quote inside a field that does not begin with one");
        const Result<void> added = add(static_cast<char>(byte));
        if (!added) return added;
        take();
    }
}

/// False when only an empty line or the end of the file was there.
Result<bool> CsvReader::read_record() {
    bytes_.clear();
    ends_.clear();
    record_line_ = line_;
    bool quoted_any = false;
    for (;;) {
        int byte = 0;
        if (!peek(byte)) return tl::unexpected(failure_);
        const bool quoted = byte == '"';
        quoted_any = quoted_any || quoted;
        if (quoted) take();
        const Result<void> read = quoted ? read_quoted() : read_plain();
        if (!read) return tl::unexpected(read.error());
        if (!peek(byte)) return tl::unexpected(failure_);
        if (byte >= 0 && byte != separator_ && byte != '\n' && byte != '\r') {
            return wrong("text after a closing quote");
        }
        const bool nothing = ends_.empty() && bytes_.empty() && !quoted_any && byte != separator_;
        if (!nothing) {
            const Result<void> ended = end_field();
            if (!ended) return tl::unexpected(ended.error());
        }
        if (byte < 0) return !nothing;
        take();
        if (byte == separator_) continue;
        if (byte == '\r') {
            int after = 0;
            if (!peek(after)) return tl::unexpected(failure_);
            if (after == '\n') take();
        }
        end_line();
        return !nothing;
    }
}

Result<bool> CsvReader::next() {
    if (!std::exchange(started_, true)) {
        // A byte order mark is three bytes that no field may begin with by accident.
        constexpr std::string_view kMark = "\xEF\xBB\xBF";
        int byte = 0;
        if (!peek(byte)) return tl::unexpected(failure_);
        if (byte == 0xEF) {
            for (const char expected : kMark) {
                if (!peek(byte)) return tl::unexpected(failure_);
                if (byte != static_cast<unsigned char>(expected)) {
                    return wrong("bytes that are neither text nor a byte order mark");
                }
                take();
            }
            column_ = 1;
        }
    }
    for (;;) {
        const Result<bool> read = read_record();
        if (!read) return tl::unexpected(read.error());
        if (*read) break;
        if (at_end_) return false;
    }
    ++records_;
    fields_.clear();
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
        fields_.push_back(std::string_view(bytes_).substr(begin, end - begin));
        begin = end;
    }
    return true;
}

}  // namespace holdfast::cli
