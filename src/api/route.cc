#include "api/route.h"

#include "api/operations.h"
#include "http/json_writer.h"

namespace holdfast::api {

std::string_view name(Action action) {
    switch (action) {
        case Action::open_to_all: return "public";
        case Action::reserve_write: return "reserve:write";
        case Action::reserve_read: return "reserve:read";
        case Action::events_write: return "events:write";
        case Action::events_read: return "events:read";
        case Action::stock_read: return "stock:read";
        case Action::catalog_write: return "catalog:write";
        case Action::catalog_read: return "catalog:read";
        case Action::cases_write: return "cases:write";
        case Action::cases_read: return "cases:read";
        case Action::status_read: return "status:read";
        case Action::admin: return "admin";
    }
    return "";
}

std::string routes_json() {
    std::string out;
    http::JsonWriter json(out);
    json.begin_array();
    for (const Route& route : kRoutes) {
        json.begin_object()
            .member("operation", route.operation)
            .member("method", route.method == http::Method::delete_ ? std::string_view("DELETE")
                                                                    : name(route.method))
            .member("path", route.path)
            .member("scope", name(route.action))
            .member("body_bytes_max", std::uint64_t{route.body_bytes_max})
            .end_object();
    }
    json.end_array();
    return out;
}

}  // namespace holdfast::api
