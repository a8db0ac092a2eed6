#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <optional>

#include "base/check.h"

namespace holdfast::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

/// A chunked body ends with at least "0 CRLF CRLF". Beast's parser asserts that many bytes when it
/// looks at the last chunk again, so fewer are not offered; no valid message waits for less.
constexpr std::size_t kLastChunkBytes = 5;

Method to_method(bhttp::verb verb) {
    switch (verb) {
        case bhttp::verb::get: return Method::get;
        case bhttp::verb::head: return Method::head;
        case bhttp::verb::post: return Method::post;
        case bhttp::verb::put: return Method::put;
        case bhttp::verb::patch: return Method::patch;
        case bhttp::verb::delete_: return Method::delete_;
        case bhttp::verb::options: return Method::options;
        default: return Method::other;
    }
}

Field to_field(bhttp::field field, std::string_view name) {
    switch (field) {
        case bhttp::field::accept: return Field::accept;
        case bhttp::field::accept_encoding: return Field::accept_encoding;
        case bhttp::field::authorization: return Field::authorization;
        case bhttp::field::connection: return Field::connection;
        case bhttp::field::content_length: return Field::content_length;
        case bhttp::field::content_type: return Field::content_type;
        case bhttp::field::cookie: return Field::cookie;
        case bhttp::field::expect: return Field::expect;
        case bhttp::field::host: return Field::host;
        case bhttp::field::if_match: return Field::if_match;
        case bhttp::field::if_none_match: return Field::if_none_match;
        case bhttp::field::origin: return Field::origin;
        case bhttp::field::transfer_encoding: return Field::transfer_encoding;
        default: break;
    }
    if (name.size() == 15 && equals_ignoring_case(name, "Idempotency-Key"))
        return Field::idempotency_key;
    if (name.size() == 11 && equals_ignoring_case(name, "traceparent")) return Field::traceparent;
    if (name.size() == 13 && equals_ignoring_case(name, "Last-Event-ID"))
        return Field::last_event_id;
    return Field::other;
}

/// Fields whose repetition two readers could understand differently.
bool must_be_single(Field field) {
    switch (field) {
        case Field::authorization:
        case Field::content_length:
        case Field::content_type:
        case Field::expect:
        case Field::host:
        case Field::idempotency_key:
        case Field::transfer_encoding: return true;
        default: return false;
    }
}

std::string_view to_std(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

/// Beast's parser with our callbacks. Offsets are taken relative to `base`, the start of the
/// request's bytes, which is set for each call.
class RequestParser::Grammar {
  public:
    class Callbacks final : public bhttp::basic_parser<true> {
      public:
        explicit Callbacks(RequestParser& parser, Grammar& grammar)
            : parser_(parser), grammar_(grammar) {
            header_limit(static_cast<std::uint32_t>(kHeadBytesMax) + 1);
            body_limit(boost::none);
        }

      private:
        using Text = beast::string_view;
        using Error = bhttp::error;
        using Code = beast::error_code;

        void on_request_impl(bhttp::verb verb, Text method, Text target, int version,
                             Code&) override {
            parser_.method_ = to_method(verb);
            parser_.method_text_ = grammar_.piece(method);
            parser_.target_ = grammar_.piece(target);
            parser_.http_1_0_ = version == 10;
        }
        void on_response_impl(int, Text, int, Code&) override {}
        void on_field_impl(bhttp::field known, Text name, Text value, Code& error) override {
            // Trailer fields are bounded like the header and otherwise ignored.
            if (is_header_done()) return;
            if (parser_.field_count_ == kHeadersMax) {
                error = Error::header_limit;
                return;
            }
            const Field field = to_field(known, to_std(name));
            parser_.fields_[parser_.field_count_++] = {grammar_.piece(name), grammar_.piece(value),
                                                       field};
            if (field == Field::other) return;
            auto& index = parser_.index_[static_cast<std::size_t>(field)];
            if (index == 0)
                index = static_cast<std::uint8_t>(parser_.field_count_);
            else if (must_be_single(field))
                grammar_.repeated = true;
        }
        void on_header_impl(Code&) override {}
        void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
        std::size_t on_body_impl(Text, Code&) override { return 0; }
        void on_chunk_header_impl(std::uint64_t size, Text extensions, Code& error) override {
            const bool controls = std::any_of(extensions.begin(), extensions.end(), [](char c) {
                return static_cast<unsigned char>(c) < 0x20 && c != '\t';
            });
            if (extensions.size() > kChunkLineBytesMax || controls)
                error = Error::bad_chunk_extension;
            else if (size > parser_.body_limit_ - parser_.body_length_)
                error = Error::body_limit;
        }
        std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code&) override {
            char* into = grammar_.base + parser_.head_end_ + parser_.body_length_;
            std::memmove(into, body.data(), body.size());
            parser_.body_length_ += body.size();
            return body.size();
        }
        void on_finish_impl(Code&) override {}

        RequestParser& parser_;
        Grammar& grammar_;
    };

    [[nodiscard]] Piece piece(beast::string_view text) const {
        return {static_cast<std::uint16_t>(text.data() - base),
                static_cast<std::uint16_t>(text.size())};
    }

    std::optional<Callbacks> parser;
    char* base = nullptr;
    bool repeated = false;
};

RequestParser::RequestParser() : grammar_(std::make_unique<Grammar>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
    state_ = State::head;
    start_ = line_start_ = scanned_ = head_end_ = 0;
    field_count_ = 0;
    index_.fill(0);
    chunked_ = expects_continue_ = keep_alive_ = false;
    body_length_ = 0;
    body_limit_ = kBodyBytesDefault;
    raw_at_ = 0;
}

RequestParser::Step RequestParser::fail(std::uint16_t status, std::string_view code,
                                        std::string_view title, std::string_view detail) {
    state_ = State::failed;
    error_ = {status, code, title, detail};
    return Step::failed;
}

RequestParser::Step RequestParser::malformed(std::string_view detail) {
    return fail(400, "malformed_request", "The request is not valid HTTP", detail);
}

RequestParser::Step RequestParser::advance(std::span<char> bytes) {
    for (;;) {
        switch (state_) {
            case State::head: {
                const std::size_t end = find_head_end(bytes);
                if (state_ == State::failed) return Step::failed;
                if (end == 0) return Step::need_more;
                const Step step = parse_head(bytes, end);
                if (step == Step::failed || step == Step::head) return step;
                break;
            }
            case State::body_pending:
                state_ = chunked_ ? State::body_chunked : State::body_length;
                break;
            case State::body_length: return advance_length(bytes);
            case State::body_chunked: return advance_chunked(bytes);
            case State::complete: return Step::complete;
            case State::failed: return Step::failed;
        }
    }
}

std::size_t RequestParser::find_head_end(std::span<const char> bytes) {
    const auto folded = [&] {
        return line_start_ > start_ && line_start_ < bytes.size() &&
               (bytes[line_start_] == ' ' || bytes[line_start_] == '\t');
    };
    const std::size_t limit = std::min(bytes.size(), kHeadBytesMax);
    if (scanned_ == start_ && !bytes.empty()) {
        const char first = bytes[0];
        if (first == '\r') {
            if (bytes.size() == 1) return 0;
            if (bytes[1] == '\n') start_ = line_start_ = scanned_ = 2;
        }
        if (start_ < bytes.size() && (bytes[start_] < 'A' || bytes[start_] > 'Z')) {
            malformed("The first byte is not that of an HTTP method.");
            return 0;
        }
    }
    while (scanned_ < limit) {
        if (folded()) {
            malformed("A header field continues on a second line (obsolete folding).");
            return 0;
        }
        const char* from = bytes.data() + scanned_;
        const void* found = std::memchr(from, '\n', limit - scanned_);
        if (found == nullptr) {
            scanned_ = limit;
            break;
        }
        const auto newline =
            static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        if (newline == 0 || bytes[newline - 1] != '\r') {
            malformed("A line ends with LF alone.");
            return 0;
        }
        scanned_ = newline + 1;
        if (newline - 1 == line_start_) return newline + 1;
        line_start_ = newline + 1;
    }
    if (bytes.size() >= kHeadBytesMax)
        fail(431, "header_too_large", "The request header is too large",
             "Request line and header fields together may take 16 KiB.");
    return 0;
}

RequestParser::Step RequestParser::parse_head(std::span<char> bytes, std::size_t head_end) {
    Grammar& grammar = *grammar_;
    grammar.parser.emplace(*this, grammar);
    grammar.base = bytes.data();
    grammar.repeated = false;
    beast::error_code error;
    grammar.parser->put({bytes.data() + start_, head_end - start_}, error);
    if (error) return refuse_grammar(error.value());
    HOLDFAST_CHECK(grammar.parser->is_header_done(), "a head up to its empty line is complete");
    if (grammar.repeated) return malformed("A header field that may come once is repeated.");
    head_end_ = raw_at_ = head_end;
    keep_alive_ = grammar.parser->keep_alive();
    return check_head(bytes);
}

RequestParser::Step RequestParser::check_head(std::span<const char> bytes) {
    const auto value = [&](Field field) -> std::string_view {
        const std::uint8_t at = index_[static_cast<std::size_t>(field)];
        if (at == 0) return {};
        const Piece piece = fields_[at - 1U].value;
        return {bytes.data() + piece.at, piece.length};
    };
    const auto has = [&](Field field) { return index_[static_cast<std::size_t>(field)] != 0; };

    if (!place_target(bytes)) return malformed("The request target is not a path.");
    if (!http_1_0_ && !has(Field::host)) return malformed("The Host field is missing.");
    if (has(Field::transfer_encoding)) {
        // Beast has refused a length beside it. Anything but plain "chunked" could be framed
        // differently by a proxy before us.
        if (http_1_0_) return malformed("HTTP/1.0 has no Transfer-Encoding.");
        if (!equals_ignoring_case(value(Field::transfer_encoding), "chunked"))
            return fail(501, "unsupported_transfer_coding", "The transfer coding is not supported",
                        "Only \"Transfer-Encoding: chunked\" is understood.");
        chunked_ = true;
    }
    if (has(Field::content_length)) {
        std::uint64_t length = 0;
        const std::string_view text = value(Field::content_length);
        if (text.empty() || text.size() > 18) return malformed("Content-Length is not a number.");
        for (const char c : text) {
            if (c < '0' || c > '9') return malformed("Content-Length is not a number.");
            length = length * 10 + static_cast<std::uint64_t>(c - '0');
        }
        body_length_ = length;
    }
    const bool body = chunked_ || body_length_ > 0;
    if (has(Field::expect) && !http_1_0_) {
        if (!equals_ignoring_case(value(Field::expect), "100-continue"))
            return fail(417, "expectation_failed", "The expectation cannot be met",
                        "Only \"Expect: 100-continue\" is understood.");
        expects_continue_ = body;
    }
    state_ = body ? State::body_pending : State::complete;
    return body ? Step::head : Step::complete;
}

/// Accepts the origin form and, as RFC 9112 3.2.2 demands, the absolute form, whose scheme and
/// authority are cut off.
bool RequestParser::place_target(std::span<const char> bytes) {
    std::string_view target(bytes.data() + target_.at, target_.length);
    if (target.starts_with("http://") || target.starts_with("https://")) {
        const std::size_t slash = target.find('/', target.find("//") + 2);
        if (slash == std::string_view::npos) return false;
        target.remove_prefix(slash);
        target_.at = static_cast<std::uint16_t>(target_.at + slash);
        target_.length = static_cast<std::uint16_t>(target.size());
    }
    if (target.empty() || target.front() != '/') return false;
    std::size_t query = target.size();
    for (std::size_t i = 0; i < target.size(); ++i) {
        const char c = target[i];
        if (c <= ' ' || c > '~' || c == '#') return false;
        if (c == '?' && query == target.size()) query = i;
    }
    query_at_ = static_cast<std::uint16_t>(query);
    return true;
}

RequestParser::Step RequestParser::advance_length(std::span<char> bytes) {
    if (body_length_ > body_limit_)
        return fail(413, "body_too_large", "The request body is too large",
                    "The declared length is above the limit of this route.");
    if (bytes.size() - head_end_ < body_length_) return Step::need_more;
    raw_at_ = head_end_ + static_cast<std::size_t>(body_length_);
    state_ = State::complete;
    return Step::complete;
}

RequestParser::Step RequestParser::advance_chunked(std::span<char> bytes) {
    Grammar& grammar = *grammar_;
    grammar.base = bytes.data();
    while (!grammar.parser->is_done()) {
        const std::size_t offered = bytes.size() - raw_at_;
        if (offered < kLastChunkBytes) return Step::need_more;
        beast::error_code error;
        const std::size_t used = grammar.parser->put({bytes.data() + raw_at_, offered}, error);
        raw_at_ += used;
        if (error == bhttp::error::need_more) {
            if (offered - used > kHeadBytesMax)
                return fail(431, "header_too_large", "The request header is too large",
                            "A chunk's size line or the trailer fields take more than 16 KiB.");
            if (used == 0) return Step::need_more;
            continue;
        }
        if (error) return refuse_grammar(error.value());
    }
    state_ = State::complete;
    return Step::complete;
}

RequestParser::Step RequestParser::refuse_grammar(int beast_error) {
    switch (static_cast<bhttp::error>(beast_error)) {
        case bhttp::error::header_limit:
            return fail(431, "header_too_large", "The request header is too large",
                        "At most 64 header fields and 16 KiB are taken.");
        case bhttp::error::body_limit:
            return fail(413, "body_too_large", "The request body is too large",
                        "The chunks together are above the limit of this route.");
        case bhttp::error::bad_version:
            return fail(505, "unsupported_http_version", "The HTTP version is not supported",
                        "HTTP/1.1 and HTTP/1.0 are served.");
        case bhttp::error::bad_method: return malformed("The method is not a token.");
        case bhttp::error::bad_target:
            return malformed("The request target holds a control character.");
        case bhttp::error::bad_field: return malformed("A header field's name is not a token.");
        case bhttp::error::bad_value:
            return malformed("A header field's value holds a control character.");
        case bhttp::error::bad_line_ending: return malformed("A line ends with CR alone.");
        case bhttp::error::bad_content_length:
        case bhttp::error::multiple_content_length:
            return malformed("Content-Length is wrong, or stands beside Transfer-Encoding.");
        case bhttp::error::bad_transfer_encoding:
            return malformed("Transfer-Encoding is wrong, or stands beside Content-Length.");
        case bhttp::error::bad_chunk:
        case bhttp::error::bad_chunk_extension: return malformed("A chunk's size line is wrong.");
        default: return malformed("The request cannot be parsed.");
    }
}

std::size_t RequestParser::close_gap(std::span<char> bytes) {
    if (state_ != State::body_chunked) return 0;
    const std::size_t decoded_end = head_end_ + static_cast<std::size_t>(body_length_);
    const std::size_t gap = raw_at_ - decoded_end;
    if (gap == 0) return 0;
    std::memmove(bytes.data() + decoded_end, bytes.data() + raw_at_, bytes.size() - raw_at_);
    raw_at_ = decoded_end;
    return gap;
}

void RequestParser::view(std::span<const char> bytes, std::array<Header, kHeadersMax>& headers,
                         RequestHead& head) const {
    const auto text = [&](Piece piece) {
        return std::string_view(bytes.data() + piece.at, piece.length);
    };
    head.method = method_;
    head.http_1_0 = http_1_0_;
    head.method_text = text(method_text_);
    head.target = text(target_);
    head.path = head.target.substr(0, query_at_);
    head.query =
        query_at_ < head.target.size() ? head.target.substr(query_at_ + 1U) : std::string_view{};
    for (std::size_t i = 0; i < field_count_; ++i)
        headers[i] = {text(fields_[i].name), text(fields_[i].value), fields_[i].field};
    head.headers = {headers.data(), field_count_};
    head.index = index_;
}

std::string_view RequestParser::body(std::span<const char> bytes) const {
    return {bytes.data() + head_end_, static_cast<std::size_t>(body_length_)};
}

}  // namespace holdfast::http
