// A parsed request as views into the connection's receive buffer: nothing is copied.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/limits.h"

namespace holdfast::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
inline constexpr std::size_t kMethodCount = 8;

/// Upper-case, as on the wire; "OTHER" for methods that we never route.
std::string_view name(Method method);

/// The fields that routes ask for; found without comparing names again.
enum class Field : std::uint8_t {
    accept,
    accept_encoding,
    authorization,
    connection,
    content_length,
    content_type,
    cookie,
    expect,
    host,
    idempotency_key,
    if_match,
    if_none_match,
    last_event_id,
    origin,
    traceparent,
    transfer_encoding,
    other,
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::other);

struct Header {
    std::string_view name;
    std::string_view value;
    Field field = Field::other;
};

/// Request line and header fields. All views end with the call they were handed to.
struct RequestHead {
    Method method = Method::other;
    bool http_1_0 = false;
    std::string_view method_text;
    std::string_view target;  ///< as sent, without scheme and authority
    std::string_view path;    ///< target before '?', not decoded; starts with '/'
    std::string_view query;   ///< target after '?', not decoded
    std::span<const Header> headers;
    std::array<std::uint8_t, kFieldCount> index{};  ///< position in headers + 1; 0 is absent

    /// Empty when absent; the first one when it came more than once.
    [[nodiscard]] std::string_view header(Field field) const {
        const std::uint8_t at = index[static_cast<std::size_t>(field)];
        return at == 0 ? std::string_view{} : headers[at - 1U].value;
    }
    [[nodiscard]] bool has(Field field) const {
        return index[static_cast<std::size_t>(field)] != 0;
    }
    /// Any field, by name in any case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

    [[nodiscard]] std::string_view authorization() const { return header(Field::authorization); }
    [[nodiscard]] std::string_view content_type() const { return header(Field::content_type); }
    [[nodiscard]] std::string_view idempotency_key() const {
        return header(Field::idempotency_key);
    }
    [[nodiscard]] std::string_view accept() const { return header(Field::accept); }
    [[nodiscard]] std::string_view accept_encoding() const {
        return header(Field::accept_encoding);
    }
    [[nodiscard]] std::string_view traceparent() const { return header(Field::traceparent); }
    [[nodiscard]] std::string_view if_match() const { return header(Field::if_match); }
    [[nodiscard]] std::string_view if_none_match() const { return header(Field::if_none_match); }
};

/// `body` is followed by kBodyPadding readable bytes, which simdjson needs.
struct Request : RequestHead {
    std::string_view body;
    std::string_view peer;  ///< address without port; empty when unknown
};

/// Equality of ASCII text without case.
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace holdfast::http
