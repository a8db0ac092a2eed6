// Just enough of an HTTP/1.1 answer for a load generator: where it ends and what its status is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::cli {

struct ResponseScan {
    enum class Kind : std::uint8_t { complete, incomplete, unintelligible };
    Kind kind = Kind::incomplete;
    std::uint32_t status = 0;
    std::size_t bytes = 0;  ///< of head and body together, when complete
    bool closes = false;    ///< the server ends the connection after this answer
};

/// Looks at the first answer in `bytes`. Answers without Content-Length count as having no body;
/// chunked ones are unintelligible, because a hub under load never sends them here.
ResponseScan scan_response(std::string_view bytes);

}  // namespace holdfast::cli
