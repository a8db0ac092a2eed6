#include "http/router.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace holdfast::http {
namespace {

constexpr std::uint32_t kNoRoute = 0xFFFFFFFF;
constexpr std::uint32_t kNoNode = 0;  // the root is nobody's child
constexpr std::size_t kSegmentsMax = 16;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Splits "/a/b" into "a" and "b"; npos when there are too many segments.
std::size_t split(std::string_view path, std::array<std::string_view, kSegmentsMax>& segments) {
    std::size_t count = 0;
    path.remove_prefix(1);
    for (;;) {
        if (count == kSegmentsMax) return std::string_view::npos;
        const std::size_t end = std::min(path.find('/'), path.size());
        segments[count++] = path.substr(0, end);
        if (end == path.size()) return count;
        path.remove_prefix(end + 1);
    }
}

constexpr std::array kRoutedMethods = {Method::get,   Method::head,    Method::post,   Method::put,
                                       Method::patch, Method::delete_, Method::options};

}  // namespace

std::size_t percent_decode(std::string_view text, char* into) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\0') return std::string_view::npos;
        if (text[i] != '%') {
            into[length++] = text[i];
            continue;
        }
        const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::string_view::npos;
        into[length++] = static_cast<char>(high * 16 + low);
        i += 2;
    }
    return length;
}

/// One segment of a template. `verb` is the fixed text behind a parameter, with its colon.
struct Router::Node {
    std::string text;
    bool parameter = false;
    std::uint32_t first_child = kNoNode;
    std::uint32_t sibling = kNoNode;
    std::array<std::uint32_t, kMethodCount> routes;
    std::string allow;

    Node() { routes.fill(kNoRoute); }
    [[nodiscard]] bool has_routes() const { return !allow.empty(); }
    [[nodiscard]] bool matches(std::string_view segment) const {
        if (!parameter) return segment == text;
        return segment.size() > text.size() && segment.ends_with(text);
    }
};

Router::Router() : nodes_(1) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view path_template, std::uint32_t route) {
    HOLDFAST_CHECK(!path_template.empty() && path_template.front() == '/',
                   "templates start with a slash");
    std::array<std::string_view, kSegmentsMax> segments;
    const std::size_t count = split(path_template, segments);
    HOLDFAST_CHECK(count != std::string_view::npos, "templates have at most kSegmentsMax segments");
    std::uint32_t at = 0;
    std::size_t parameters = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::string_view text = segments[i];
        const bool parameter = text.starts_with('{');
        if (parameter) {
            const std::size_t close = text.find('}');
            HOLDFAST_CHECK(close != std::string_view::npos, "a parameter's brace is closed");
            text.remove_prefix(close + 1);
            HOLDFAST_CHECK(text.empty() || text.front() == ':', "a verb begins with a colon");
            HOLDFAST_CHECK(++parameters <= kPathParamsMax, "templates have few parameters");
        }
        std::uint32_t child = nodes_[at].first_child;
        while (child != kNoNode &&
               (nodes_[child].parameter != parameter || nodes_[child].text != text))
            child = nodes_[child].sibling;
        if (child == kNoNode) {
            child = static_cast<std::uint32_t>(nodes_.size());
            Node node;
            node.text = text;
            node.parameter = parameter;
            nodes_.push_back(std::move(node));
            // Fixed text is tried before a parameter with a verb, and that before a bare one.
            const auto rank = [&](const Node& n) {
                return !n.parameter ? 0 : n.text.empty() ? 2 : 1;
            };
            std::uint32_t* link = &nodes_[at].first_child;
            while (*link != kNoNode && rank(nodes_[*link]) <= rank(nodes_[child]))
                link = &nodes_[*link].sibling;
            nodes_[child].sibling = *link;
            *link = child;
        }
        at = child;
    }
    Node& node = nodes_[at];
    auto& slot = node.routes[static_cast<std::size_t>(method)];
    HOLDFAST_CHECK(slot == kNoRoute, "one route per method and template");
    slot = route;
    node.allow.clear();
    const bool get = node.routes[static_cast<std::size_t>(Method::get)] != kNoRoute;
    for (const Method m : kRoutedMethods) {
        const bool served = node.routes[static_cast<std::size_t>(m)] != kNoRoute;
        if (!served && !(m == Method::head && get)) continue;
        if (!node.allow.empty()) node.allow += ", ";
        node.allow += name(m);
    }
}

RouteMatch Router::match(Method method, std::string_view path, PathParams& params) const {
    params.count = 0;
    if (path.empty() || path.front() != '/') return {};
    std::array<std::string_view, kSegmentsMax> segments;
    const std::size_t count = split(path, segments);
    if (count == std::string_view::npos) return {};

    // Depth-first over the few nodes that match, with an explicit stack: a fixed segment that leads
    // nowhere must not hide a parameter beside it.
    std::array<std::uint32_t, kSegmentsMax + 1> path_nodes{};
    std::size_t depth = 0;
    std::uint32_t candidate = nodes_[0].first_child;
    for (;;) {
        while (candidate != kNoNode && !nodes_[candidate].matches(segments[depth]))
            candidate = nodes_[candidate].sibling;
        if (candidate != kNoNode) {
            path_nodes[depth] = candidate;
            if (depth + 1 < count) {
                ++depth;
                candidate = nodes_[candidate].first_child;
                continue;
            }
            if (nodes_[candidate].has_routes()) break;
            candidate = nodes_[candidate].sibling;
            continue;
        }
        if (depth == 0) return {};
        --depth;
        candidate = nodes_[path_nodes[depth]].sibling;
    }

    std::size_t used = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Node& node = nodes_[path_nodes[i]];
        if (!node.parameter) continue;
        std::string_view value = segments[i];
        value.remove_suffix(node.text.size());
        if (value.find('%') != std::string_view::npos) {
            if (value.size() > params.bytes.size() - used)
                return {RouteMatch::Kind::malformed, 0, {}};
            char* into = params.bytes.data() + used;
            const std::size_t length = percent_decode(value, into);
            if (length == std::string_view::npos) return {RouteMatch::Kind::malformed, 0, {}};
            value = {into, length};
            used += length;
        } else if (value.size() > params.bytes.size()) {
            return {RouteMatch::Kind::malformed, 0, {}};
        }
        params.values[params.count++] = value;
    }

    const Node& node = nodes_[path_nodes[count - 1]];
    std::uint32_t route = node.routes[static_cast<std::size_t>(method)];
    if (route == kNoRoute && method == Method::head)
        route = node.routes[static_cast<std::size_t>(Method::get)];
    if (route == kNoRoute) return {RouteMatch::Kind::method_not_allowed, 0, node.allow};
    return {RouteMatch::Kind::found, route, node.allow};
}

}  // namespace holdfast::http
