#include "http/response.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

#include "base/check.h"
#include "http/json_writer.h"

namespace holdfast::http {
namespace {

/// Room for a length; a body of ten digits is far above every bound.
constexpr std::size_t kLengthDigits = 10;

struct StatusLine {
    std::uint16_t status;
    std::string_view line;
};

/// Those on the hot path first.
constexpr std::array kStatusLines = {
    StatusLine{201, "HTTP/1.1 201 Created\r\nDate: "},
    StatusLine{200, "HTTP/1.1 200 OK\r\nDate: "},
    StatusLine{409, "HTTP/1.1 409 Conflict\r\nDate: "},
    StatusLine{202, "HTTP/1.1 202 Accepted\r\nDate: "},
    StatusLine{204, "HTTP/1.1 204 No Content\r\nDate: "},
    StatusLine{207, "HTTP/1.1 207 Multi-Status\r\nDate: "},
    StatusLine{301, "HTTP/1.1 301 Moved Permanently\r\nDate: "},
    StatusLine{302, "HTTP/1.1 302 Found\r\nDate: "},
    StatusLine{303, "HTTP/1.1 303 See Other\r\nDate: "},
    StatusLine{304, "HTTP/1.1 304 Not Modified\r\nDate: "},
    StatusLine{307, "HTTP/1.1 307 Temporary Redirect\r\nDate: "},
    StatusLine{308, "HTTP/1.1 308 Permanent Redirect\r\nDate: "},
    StatusLine{400, "HTTP/1.1 400 Bad Request\r\nDate: "},
    StatusLine{401, "HTTP/1.1 401 Unauthorized\r\nDate: "},
    StatusLine{403, "HTTP/1.1 403 Forbidden\r\nDate: "},
    StatusLine{404, "HTTP/1.1 404 Not Found\r\nDate: "},
    StatusLine{405, "HTTP/1.1 405 Method Not Allowed\r\nDate: "},
    StatusLine{406, "HTTP/1.1 406 Not Acceptable\r\nDate: "},
    StatusLine{408, "HTTP/1.1 408 Request Timeout\r\nDate: "},
    StatusLine{410, "HTTP/1.1 410 Gone\r\nDate: "},
    StatusLine{411, "HTTP/1.1 411 Length Required\r\nDate: "},
    StatusLine{412, "HTTP/1.1 412 Precondition Failed\r\nDate: "},
    StatusLine{413, "HTTP/1.1 413 Content Too Large\r\nDate: "},
    StatusLine{414, "HTTP/1.1 414 URI Too Long\r\nDate: "},
    StatusLine{415, "HTTP/1.1 415 Unsupported Media Type\r\nDate: "},
    StatusLine{416, "HTTP/1.1 416 Range Not Satisfiable\r\nDate: "},
    StatusLine{417, "HTTP/1.1 417 Expectation Failed\r\nDate: "},
    StatusLine{421, "HTTP/1.1 421 Misdirected Request\r\nDate: "},
    StatusLine{422, "HTTP/1.1 422 Unprocessable Content\r\nDate: "},
    StatusLine{425, "HTTP/1.1 425 Too Early\r\nDate: "},
    StatusLine{428, "HTTP/1.1 428 Precondition Required\r\nDate: "},
    StatusLine{429, "HTTP/1.1 429 Too Many Requests\r\nDate: "},
    StatusLine{431, "HTTP/1.1 431 Request Header Fields Too Large\r\nDate: "},
    StatusLine{500, "HTTP/1.1 500 Internal Server Error\r\nDate: "},
    StatusLine{501, "HTTP/1.1 501 Not Implemented\r\nDate: "},
    StatusLine{502, "HTTP/1.1 502 Bad Gateway\r\nDate: "},
    StatusLine{503, "HTTP/1.1 503 Service Unavailable\r\nDate: "},
    StatusLine{504, "HTTP/1.1 504 Gateway Timeout\r\nDate: "},
    StatusLine{505, "HTTP/1.1 505 HTTP Version Not Supported\r\nDate: "},
};
constexpr std::size_t kReasonAt = std::string_view("HTTP/1.1 200 ").size();
constexpr std::size_t kReasonTail = std::string_view("\r\nDate: ").size();

std::string_view status_line(std::uint16_t status) {
    for (const StatusLine& known : kStatusLines)
        if (known.status == status) return known.line;
    return {};
}

void append_number(std::string& out, std::size_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
}

void put_two(char* at, unsigned value) {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string_view reason_phrase(std::uint16_t status) {
    std::string_view line = status_line(status);
    if (line.empty()) return "Unknown";
    line.remove_prefix(kReasonAt);
    line.remove_suffix(kReasonTail);
    return line;
}

std::string_view DateText::at(Instant now) {
    using namespace std::chrono;
    const std::int64_t second = floor<seconds>(now.time_since_epoch()).count();
    if (second != second_) {
        second_ = second;
        const auto day = floor<days>(now);
        const year_month_day date{day};
        const auto of_day = static_cast<unsigned>(floor<seconds>(now - day).count());
        const auto years = static_cast<unsigned>(static_cast<int>(date.year()));
        constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
        constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
        std::memcpy(text_, "Sun, 00 Jan 0000 00:00:00 GMT", sizeof text_);
        std::memcpy(text_, kDays.data() + weekday{day}.c_encoding() * 3, 3);
        put_two(text_ + 5, static_cast<unsigned>(date.day()));
        std::memcpy(text_ + 8, kMonths.data() + (static_cast<unsigned>(date.month()) - 1) * 3, 3);
        put_two(text_ + 12, years / 100 % 100);
        put_two(text_ + 14, years % 100);
        put_two(text_ + 17, of_day / 3600);
        put_two(text_ + 20, of_day / 60 % 60);
        put_two(text_ + 23, of_day % 60);
    }
    return {text_, sizeof text_};
}

void append_head(std::string& out, const ResponseHead& head, std::string_view date) {
    if (const std::string_view line = status_line(head.status); !line.empty()) {
        out.append(line);
    } else {
        out.append("HTTP/1.1 ");
        append_number(out, head.status);
        out.append(" Unknown\r\nDate: ");
    }
    out.append(date);
    if (!head.content_type.empty()) {
        out.append("\r\nContent-Type: ");
        out.append(head.content_type);
    }
    out.append("\r\n");
    out.append(head.headers);
    if (head.persistence == Persistence::close) out.append("Connection: close\r\n");
    if (head.persistence == Persistence::keep_alive) out.append("Connection: keep-alive\r\n");
    switch (head.framing) {
        case Framing::length:
            out.append("Content-Length: ");
            append_number(out, head.length);
            out.append("\r\n\r\n");
            break;
        case Framing::length_later: out.append("Content-Length:           0\r\n\r\n"); break;
        case Framing::chunked: out.append("Transfer-Encoding: chunked\r\n\r\n"); break;
        case Framing::until_close:
        case Framing::none: out.append("\r\n"); break;
    }
}

void patch_length(std::string& out, std::size_t head_end, std::size_t length) {
    constexpr std::size_t kLineEnd = 4;
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, length).ptr;
    const auto count = static_cast<std::size_t>(end - digits);
    HOLDFAST_CHECK(count <= kLengthDigits, "bodies are far below ten digits of bytes");
    std::memcpy(out.data() + head_end - kLineEnd - count, digits, count);
}

void append_chunk(std::string& out, std::string_view bytes) {
    if (bytes.empty()) return;
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, bytes.size(), 16).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
    out.append("\r\n");
    out.append(bytes);
    out.append("\r\n");
}

void append_problem(std::string& out, const Problem& problem) {
    std::string slug;
    for (const char c : problem.code) slug += c == '_' ? '-' : c;
    JsonWriter json(out);
    json.begin_object()
        .member("type", "urn:holdfast:problem:" + slug)
        .member("title", problem.title)
        .member("status", std::uint32_t{problem.status})
        .member("detail", problem.detail)
        .member("code", problem.code)
        .member("retryable", problem.retryable)
        .member("outcome", "not_applied")
        .member("documentation", "/docs/problems/" + slug)
        .end_object();
}

}  // namespace holdfast::http
