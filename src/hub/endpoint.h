// "host:port" as given on the command line.
#pragma once

#include <string_view>

#include "base/result.h"
#include "os/net.h"

namespace holdfast::hub {

/// Accepts "127.0.0.1:8460", "[::1]:8460", "localhost:0"; invalid_argument otherwise.
Result<os::Endpoint> parse_endpoint(std::string_view text);

/// Whether only this machine can reach the address.
bool is_loopback(const os::Endpoint& endpoint);

}  // namespace holdfast::hub
