// An HTTP/1.1 server on one loop. Bytes in, requests out to a Handler; answers may come at once or
// in any later turn and in any order, and leave in the order of their requests. One read per
// readable event, all complete requests of it in one turn, one write per connection in flush().
//
// Everything is called on the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/limits.h"
#include "http/request.h"
#include "os/loop.h"

namespace holdfast::http {

/// Names one request until it is answered. Answers to a connection that died are dropped.
struct RequestToken {
    std::uint32_t connection = 0;
    std::uint32_t generation = 0;
    std::uint32_t number = 0;
    friend constexpr bool operator==(const RequestToken&, const RequestToken&) = default;
};

/// What a route says about a body before it is read.
struct BodyPolicy {
    std::size_t bytes_max = kBodyBytesDefault;
    /// The answer does not depend on the body: the request is handled at once without it, and the
    /// connection ends with the answer. For who may not send one.
    bool unread = false;
};

class Handler {
  public:
    virtual ~Handler() = default;
    /// Called once per request. The views in `request` end with the call.
    virtual void handle(const Request& request, RequestToken token) = 0;
    /// Asked once per request that declares a body, before the body is awaited.
    virtual BodyPolicy accept_head(const RequestHead& /*head*/) { return {}; }
    /// A stream opened by begin_stream() ended by the peer or by a limit; its token is dead.
    virtual void on_stream_closed(RequestToken /*token*/) {}
};

/// One answer. `headers` is rendered text, each line ended by CRLF; Date, Content-Length and
/// Connection are the server's.
struct Response {
    std::uint16_t status = 200;
    std::string_view content_type;  ///< empty: no body type
    std::string_view headers;
    std::string_view body;
};

struct ServerStats {
    std::uint64_t accepted = 0;
    std::uint64_t refused_connections = 0;  ///< over the global or the peer's cap
    std::uint64_t requests = 0;
    std::uint64_t malformed = 0;  ///< answered by the server itself with 4xx or 5xx
    std::uint64_t timed_out = 0;  ///< any of the time limits
    std::uint64_t slow_streams = 0;
    std::uint64_t slow_readers = 0;  ///< disconnected because all together held too many answers
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::size_t connections = 0;   ///< open now
    std::size_t bodies_bytes = 0;  ///< of larger bodies under way
    std::size_t unsent_bytes = 0;  ///< answers that peers have not taken yet
};

class Server {
  public:
    /// The loop and the handler outlive the server.
    Server(os::Loop& loop, Handler& handler, ServerOptions options = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Serves one accepted connection: the accept handler of any number of listeners.
    void accept(std::unique_ptr<os::Stream> stream);
    /// Writes everything answered since the last call. The hub's turn-end hook calls it.
    void flush();

    /// True while the connection of this request lives.
    [[nodiscard]] bool alive(RequestToken token) const;
    /// Answers a request. Each token is answered exactly once.
    void respond(RequestToken token, const Response& response);

    /// Answers without a copy: the body is appended to the returned text, which already holds the
    /// head, and end_body() fills the length in. Nothing else of the server may be called between
    /// the two. A dead token gives a scratch text, so callers need no test.
    std::string& begin_body(RequestToken token, const Response& head);
    void end_body(RequestToken token);

    /// Opens an answer without an end, chunked (server-sent events). `head.body` is ignored.
    void begin_stream(RequestToken token, const Response& head);
    /// False when the stream is gone or its reader was too slow and has just been disconnected;
    /// then on_stream_closed is not called for it.
    bool stream_write(RequestToken token, std::string_view bytes);
    void end_stream(RequestToken token);
    /// What the reader of a stream has not taken yet; 0 when the stream is gone.
    [[nodiscard]] std::size_t stream_unsent(RequestToken token) const;

    /// Finishes what was asked, answers it with "Connection: close", takes nothing new, and calls
    /// `done` when all connections are gone or `time_max` has passed.
    void drain(Microseconds time_max, std::function<void()> done);

    [[nodiscard]] const ServerStats& stats() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// A problem (RFC 9457) with our fixed members, as the server answers what it refuses itself.
/// `code` is snake_case; the type becomes urn:holdfast:problem: and the code with hyphens.
/// Appends the JSON to `out`. Outcome is always "not_applied".
struct Problem {
    std::uint16_t status = 400;
    std::string_view code;
    std::string_view title;
    std::string_view detail;
    bool retryable = false;
};
void append_problem(std::string& out, const Problem& problem);
inline constexpr std::string_view kProblemType = "application/problem+json";

/// "Not Found" and so on; "Unknown" for a number that we never send.
std::string_view reason_phrase(std::uint16_t status);

}  // namespace holdfast::http
