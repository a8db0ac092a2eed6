#include "cli/load_response.h"

#include <algorithm>
#include <cstring>

namespace holdfast::cli {
namespace {

constexpr std::size_t kHeadBytesMax = 16 * 1024;
constexpr std::string_view kVersionPrefix = "HTTP/1.1 ";

bool same_ignoring_case(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() &&
           std::equal(lower.begin(), lower.end(), text.begin(), [](char want, char have) {
               return want == (have >= 'A' && have <= 'Z' ? static_cast<char>(have + 32) : have);
           });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return text;
}

}  // namespace

ResponseScan scan_response(std::string_view bytes) {
    ResponseScan scan;
    const std::string_view seen = bytes.substr(0, kVersionPrefix.size());
    if (seen != kVersionPrefix.substr(0, seen.size())) {
        scan.kind = ResponseScan::Kind::unintelligible;
        return scan;
    }
    if (bytes.size() < kVersionPrefix.size() + 3) return scan;
    for (std::size_t i = 0; i < 3; ++i) {
        const char digit = bytes[kVersionPrefix.size() + i];
        if (digit < '0' || digit > '9') {
            scan.kind = ResponseScan::Kind::unintelligible;
            return scan;
        }
        scan.status = scan.status * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    std::size_t body_bytes = 0;
    std::size_t line = 0;
    for (bool in_head = true; in_head;) {
        const void* found = std::memchr(bytes.data() + line, '\n', bytes.size() - line);
        if (found == nullptr) {
            if (bytes.size() > kHeadBytesMax) scan.kind = ResponseScan::Kind::unintelligible;
            return scan;
        }
        const std::size_t end =
            static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        const std::string_view header = bytes.substr(line, end - line);
        line = end + 1;
        const char first = header.empty() ? '\r' : static_cast<char>(header.front() | 0x20);
        if (header.empty() || header == "\r") {
            in_head = false;
        } else if (first == 'c' && same_ignoring_case(header, "content-length:")) {
            for (const char digit : trimmed(header.substr(15))) {
                if (digit < '0' || digit > '9' || body_bytes > (std::size_t{1} << 40)) break;
                body_bytes = body_bytes * 10 + static_cast<std::size_t>(digit - '0');
            }
        } else if (first == 'c' && same_ignoring_case(header, "connection:")) {
            scan.closes = same_ignoring_case(trimmed(header.substr(11)), "close");
        } else if (first == 't' && same_ignoring_case(header, "transfer-encoding:")) {
            scan.kind = ResponseScan::Kind::unintelligible;
            return scan;
        }
    }
    if (bytes.size() - line < body_bytes) return scan;
    scan.bytes = line + body_bytes;
    scan.kind = ResponseScan::Kind::complete;
    return scan;
}

}  // namespace holdfast::cli
