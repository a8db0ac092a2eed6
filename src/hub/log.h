// The hub's own log: one JSON object a line on standard error, or plain text on a terminal.
// Never secrets, names or addresses of people.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::hub {

using LogFields = std::vector<std::pair<std::string_view, std::string>>;

/// Sets the back end up once; `quiet` leaves warnings and errors only.
void start_log(bool quiet);
/// `event` is a code to search for, `message` a constant sentence.
void log_info(std::string_view event, std::string_view message, const LogFields& fields = {});
void log_warning(std::string_view event, std::string_view message, const LogFields& fields = {});
void log_error(std::string_view event, std::string_view message, const LogFields& fields = {});

}  // namespace holdfast::hub
