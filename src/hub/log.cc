#include "hub/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "http/json_writer.h"

namespace holdfast::hub {
namespace {

bool g_json = true;

void write(spdlog::level::level_enum level, std::string_view event, std::string_view message,
           const LogFields& fields) {
    if (!spdlog::should_log(level)) return;
    std::string line;
    if (g_json) {
        http::JsonWriter json(line);
        json.begin_object();
        json.member("event", event);
        json.member("msg", message);
        for (const auto& [key, value] : fields) json.member(key, value);
        json.end_object();
        // The pattern has opened the object with time and level.
        line.erase(0, 1);
    } else {
        line = message;
        for (const auto& [key, value] : fields) line += fmt::format("  {}={}", key, value);
    }
    spdlog::log(level, "{}", line);
}

}  // namespace

void start_log(bool quiet) {
    g_json = isatty(STDERR_FILENO) == 0;
    auto logger = spdlog::get("holdfast");
    if (logger == nullptr) logger = spdlog::stderr_logger_mt("holdfast");
    spdlog::set_default_logger(logger);
    spdlog::set_pattern(g_json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)" : "%H:%M:%S %v",
                        g_json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local);
    spdlog::set_level(quiet ? spdlog::level::warn : spdlog::level::info);
    spdlog::flush_on(spdlog::level::info);
}

void log_info(std::string_view event, std::string_view message, const LogFields& fields) {
    write(spdlog::level::info, event, message, fields);
}
void log_warning(std::string_view event, std::string_view message, const LogFields& fields) {
    write(spdlog::level::warn, event, message, fields);
}
void log_error(std::string_view event, std::string_view message, const LogFields& fields) {
    write(spdlog::level::err, event, message, fields);
}

}  // namespace holdfast::hub
