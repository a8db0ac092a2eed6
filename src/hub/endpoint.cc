#include "hub/endpoint.h"

#include <charconv>
#include <string>

namespace holdfast::hub {

Result<os::Endpoint> parse_endpoint(std::string_view text) {
    const auto fault = [&] {
        return failure(ErrorCode::invalid_argument,
                       "'" + std::string(text) + "' is not host:port, such as 127.0.0.1:8460");
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return fault();
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    if (host.front() == '[') {
        if (host.size() < 3 || host.back() != ']') return fault();
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return fault();
    }
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return fault();
    return os::Endpoint{.host = std::string(host), .port = port};
}

bool is_loopback(const os::Endpoint& endpoint) {
    return endpoint.host == "localhost" || endpoint.host == "::1" ||
           endpoint.host.starts_with("127.");
}

}  // namespace holdfast::hub
