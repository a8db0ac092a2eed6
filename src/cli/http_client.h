// One keep-alive connection to a hub. The only file that knows libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/trouble.h"

namespace holdfast::cli {

struct HttpReply {
    int status = 0;
    std::string body;
    std::string content_type;
    bool replayed = false;                     ///< Idempotent-Replayed: true
    std::optional<std::uint32_t> retry_after;  ///< seconds
    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

struct HttpRequest {
    std::string_view method = "GET";
    std::string path;  ///< with the query, beginning with '/'
    std::string body;
    std::string_view content_type = "application/json";
    std::string_view accept;
    std::string idempotency_key;
};

/// Bytes of one answer; what is longer is refused.
inline constexpr std::size_t kReplyBytesMax = std::size_t{256} * 1024 * 1024;

class HttpClient {
  public:
    struct Options {
        std::string url = "http://127.0.0.1:8460";
        std::string key;      ///< API key; empty sends none
        std::string ca_file;  ///< trusted certificates for https; empty = the system's
        std::chrono::milliseconds connect_time_max{3000};
        std::chrono::milliseconds time_max{120'000};
    };
    explicit HttpClient(Options options);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    /// Sends and waits. An answer of any status is a reply.
    /// Fails  not_connected: nothing was sent. closed or timed_out: sent, and whether it took
    ///        effect is not known. invalid_argument: the URL. overloaded: the answer is too long.
    Result<HttpReply> send(const HttpRequest& request);

    [[nodiscard]] const std::string& url() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Percent-encodes what may not stand in a path segment or a query value.
std::string url_encoded(std::string_view text);

}  // namespace holdfast::cli
