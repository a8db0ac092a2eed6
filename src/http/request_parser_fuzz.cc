// A libFuzzer target: whatever the bytes, the parser decides the same for every way of delivery,
// and takes only what Beast's message parser takes, read alike.
//
// cmake -DHOLDFAST_FUZZ=ON with clang; then request_parser_fuzz CORPUS -max_total_time=60
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/check.h"
#include "http/request_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace holdfast::http;
    if (size < 4) return 0;
    const std::string text(reinterpret_cast<const char*>(data + 3), size - 3);
    const auto whole = parse(text, {text.size()});
    const auto pieces = parse(text, {1U + data[0], 1U + data[1] % 16U, 1U + data[2]});
    HOLDFAST_CHECK(whole == pieces, "how bytes arrive decides nothing");
    if (whole.empty() || whole[0].find('|') == std::string::npos) return 0;
    // The one empty line before a request and the absolute form are taken by us alone.
    const std::string rest = text.starts_with("\r\n") ? text.substr(2) : text;
    const std::string theirs = beast_reads(rest);
    if (theirs.find(" http") != std::string::npos) return 0;
    HOLDFAST_CHECK(with_sorted_fields(whole[0]) == with_sorted_fields(theirs),
                   "what is taken is read as Beast reads it");
    return 0;
}
