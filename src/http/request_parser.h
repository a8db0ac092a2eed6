// HTTP/1.1 requests out of a byte buffer, without input or output of its own. Boost.Beast's parser
// does the grammar; this adds what it lets through (obsolete folding, repeated fields, odd codings)
// and keeps the head as offsets, so that the buffer may move while a body is still arriving.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "http/limits.h"
#include "http/request.h"

namespace holdfast::http {

/// Why a request was refused before any route saw it. Texts are static.
struct ParseError {
    std::uint16_t status = 400;
    std::string_view code;
    std::string_view title;
    std::string_view detail;
};

class RequestParser {
  public:
    enum class Step : std::uint8_t {
        need_more,
        head,      ///< a body is declared: call set_body_limit(), then advance() again
        complete,  ///< read head and body, then reset()
        failed,    ///< see error(); the connection must end
    };

    RequestParser();
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// `bytes` starts at the first byte of the request and holds all that has arrived, the next
    /// requests too. A chunked body is decoded in place, so the bytes are changed.
    Step advance(std::span<char> bytes);
    void set_body_limit(std::size_t bytes_max) { body_limit_ = bytes_max; }
    /// Ready for the next request.
    void reset();

    [[nodiscard]] const ParseError& error() const { return error_; }
    [[nodiscard]] bool head_complete() const { return state_ != State::head; }
    [[nodiscard]] bool keep_alive() const { return keep_alive_; }
    [[nodiscard]] bool expects_continue() const { return expects_continue_; }
    /// Bytes of the buffer that were understood: the head, then with more of the body, in the end
    /// the whole request.
    [[nodiscard]] std::size_t consumed() const { return raw_at_; }
    /// Moves what is behind the decoded part of a chunked body down; returns the bytes gained.
    std::size_t close_gap(std::span<char> bytes);

    /// Fills views into `bytes`, which is what advance() was last given. `headers` is scratch
    /// memory of the caller that must live as long as the views.
    void view(std::span<const char> bytes, std::array<Header, kHeadersMax>& headers,
              RequestHead& head) const;
    [[nodiscard]] std::string_view body(std::span<const char> bytes) const;
    /// After the head: what Content-Length says; nothing for a body in chunks.
    [[nodiscard]] std::optional<std::uint64_t> declared_length() const {
        return chunked_ ? std::nullopt : std::optional(body_length_);
    }

  private:
    enum class State : std::uint8_t {
        head,
        body_pending,
        body_length,
        body_chunked,
        complete,
        failed
    };
    class Grammar;
    /// Offsets fit: the head is at most kHeadBytesMax long.
    struct Piece {
        std::uint16_t at = 0;
        std::uint16_t length = 0;
    };
    struct Field16 {
        Piece name;
        Piece value;
        Field field = Field::other;
    };

    Step fail(std::uint16_t status, std::string_view code, std::string_view title,
              std::string_view detail);
    Step malformed(std::string_view detail);
    /// Finds the end of the head; 0 when it is not here yet. May fail.
    std::size_t find_head_end(std::span<const char> bytes);
    Step parse_head(std::span<char> bytes, std::size_t head_end);
    Step check_head(std::span<const char> bytes);
    bool place_target(std::span<const char> bytes);
    Step advance_length(std::span<char> bytes);
    Step advance_chunked(std::span<char> bytes);
    Step refuse_grammar(int beast_error);

    std::unique_ptr<Grammar> grammar_;
    State state_ = State::head;
    ParseError error_;
    // The head.
    std::size_t start_ = 0;       ///< an empty line before the request line is skipped
    std::size_t line_start_ = 0;  ///< where find_head_end() goes on
    std::size_t scanned_ = 0;
    std::size_t head_end_ = 0;
    Method method_ = Method::other;
    bool http_1_0_ = false;
    bool keep_alive_ = false;
    bool chunked_ = false;
    bool expects_continue_ = false;
    Piece method_text_;
    Piece target_;
    std::uint16_t query_at_ = 0;  ///< offset of '?', or the end of the target
    std::array<Field16, kHeadersMax> fields_;
    std::size_t field_count_ = 0;
    std::array<std::uint8_t, kFieldCount> index_{};
    // The body.
    std::uint64_t body_length_ = 0;  ///< declared, or decoded so far
    std::size_t body_limit_ = kBodyBytesDefault;
    std::size_t raw_at_ = 0;  ///< first byte that was not consumed
};

}  // namespace holdfast::http
