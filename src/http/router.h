// From method and path to a route: a static trie over path segments, built once.
//
// Templates look like "/v1/reservations/{id}/confirm". A segment is either fixed text, which may
// contain a colon ("/v1/events:batch"), or one parameter in braces, or a parameter followed by a
// fixed verb ("/v1/jobs/{id}:cancel"). Fixed text wins over a parameter.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"

namespace holdfast::http {

inline constexpr std::size_t kPathParamsMax = 4;
/// Decoded parameters of one path.
inline constexpr std::size_t kPathParamBytesMax = 512;

/// Owned by the caller and reused; the views point into `bytes` or into the request's path.
struct PathParams {
    std::array<std::string_view, kPathParamsMax> values{};
    std::size_t count = 0;
    std::array<char, kPathParamBytesMax> bytes{};

    [[nodiscard]] std::string_view operator[](std::size_t i) const { return values[i]; }
};

struct RouteMatch {
    enum class Kind : std::uint8_t {
        found,
        not_found,
        method_not_allowed,  ///< `allow` says which there are
        malformed,           ///< bad percent-encoding, or a parameter that is too long
    };
    Kind kind = Kind::not_found;
    std::uint32_t route = 0;  ///< what add() was given
    /// Value of the Allow header, such as "GET, HEAD, POST".
    std::string_view allow;
};

class Router {
  public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    /// Registers a route. Two routes with the same method and shape are our bug.
    void add(Method method, std::string_view path_template, std::uint32_t route);
    /// `path` is as sent, not decoded. HEAD finds the route of GET. An empty parameter is not
    /// found.
    RouteMatch match(Method method, std::string_view path, PathParams& params) const;

  private:
    struct Node;
    std::vector<Node> nodes_;
};

/// Decodes %XX into `into`, which needs text.size() bytes; "+" stays. Returns the decoded length,
/// or npos when the encoding is bad or there is a NUL, hidden or not.
std::size_t percent_decode(std::string_view text, char* into);

}  // namespace holdfast::http
