// Whatever the bytes, the parser of requests decides the same for every way of delivery, and takes
// only what Beast's message parser takes, read alike.
#include <string>

#include "base/check.h"
#include "http/request_reading.h"
#include "input.h"
#include "targets.h"

namespace holdfast::fuzz {

void http_request(ByteSpan bytes) {
    Input in(bytes);
    const std::size_t first = 1U + in.byte(), second = 1U + in.byte() % 16U, rest = 1U + in.byte();
    const std::string text(in.text());
    if (text.empty()) return;
    const auto whole = http::parse(text, {text.size()});
    const auto pieces = http::parse(text, {first, second, rest});
    HOLDFAST_CHECK(whole == pieces, "how bytes arrive decides nothing");
    if (whole.empty() || whole[0].find('|') == std::string::npos) return;
    // The one empty line before a request and the absolute form are taken by us alone.
    const std::string theirs = http::beast_reads(text.starts_with("\r\n") ? text.substr(2) : text);
    if (theirs.find(" http") != std::string::npos) return;
    HOLDFAST_CHECK(http::with_sorted_fields(whole[0]) == http::with_sorted_fields(theirs),
                   "what is taken is read as Beast reads it");
}

}  // namespace holdfast::fuzz
