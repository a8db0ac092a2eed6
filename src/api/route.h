// One row of the route table. The rows themselves are generated from api/openapi.yaml
// (operations.h), so the document is the router: a route without a scope does not build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request.h"

namespace holdfast::api {

/// What a key may be allowed to do; spelled "reserve:write" and so on in scopes.
enum class Action : std::uint8_t {
    open_to_all,  ///< needs no key
    reserve_write,
    reserve_read,
    events_write,
    events_read,
    stock_read,
    catalog_write,
    catalog_read,
    cases_write,
    cases_read,
    status_read,
    admin,  ///< covers all of them
};
/// "reserve:write"; "public" for open_to_all.
std::string_view name(Action action);

struct Route {
    std::string_view operation;
    http::Method method = http::Method::get;
    std::string_view path;  ///< template, such as "/v1/reservations/{id}/confirm"
    Action action = Action::open_to_all;
    std::size_t body_bytes_max = 0;
    bool takes_min_seq = false;
};

/// The whole table as a JSON array, for tests and the command line.
std::string routes_json();

}  // namespace holdfast::api
