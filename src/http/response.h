// Heads of answers as text. Internal to http/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "http/server.h"

namespace holdfast::http {

/// The value of the Date field, rendered once a second.
class DateText {
  public:
    /// "Tue, 24 Nov 2026 06:07:00 GMT"
    std::string_view at(Instant now);

  private:
    std::int64_t second_ = -1;
    char text_[29] = {};
};

enum class Framing : std::uint8_t {
    length,        ///< Content-Length
    length_later,  ///< Content-Length as blanks, filled in by patch_length()
    chunked,
    until_close,  ///< HTTP/1.0 streams
    none,         ///< 204 and 304
};
/// What the Connection field says.
enum class Persistence : std::uint8_t { implied, close, keep_alive };

struct ResponseHead {
    std::uint16_t status = 200;
    std::string_view content_type;
    std::string_view headers;
    Framing framing = Framing::length;
    std::size_t length = 0;
    Persistence persistence = Persistence::implied;
};

/// Appends status line, fields and the empty line.
void append_head(std::string& out, const ResponseHead& head, std::string_view date);

/// Writes the length of the body into a head that ends at `head_end` of `out`.
void patch_length(std::string& out, std::size_t head_end, std::size_t length);

/// Appends one chunk; an empty one would end the body and is not written.
void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace holdfast::http
