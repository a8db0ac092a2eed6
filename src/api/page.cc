#include "api/page.h"

#include "api/handlers.h"

namespace holdfast::api {

bool page_of_params(Desk& desk, const Call& call, std::string_view list, Page& page) {
    Fault fault;
    if (!desk.params().limit(page.limit, fault)) {
        desk.refuse(call.token, fault);
        return false;
    }
    if (const auto cursor = desk.params().find("cursor")) {
        const auto key = desk.cursors().decode(list, *cursor);
        if (!key) {
            desk.refuse(call.token, problems::invalid_cursor);
            return false;
        }
        page.from = *key;
    }
    return true;
}

bool read_page(Desk& desk, const Call& call, std::string_view list, Page& page) {
    return read_params(desk, call, {{"limit"}, {"cursor"}}) &&
           page_of_params(desk, call, list, page);
}

void end_page(Desk& desk, http::JsonWriter& json, std::string_view list,
              const std::optional<CursorKey>& next) {
    json.end_array().key("next_cursor");
    if (next) {
        json.value(desk.cursors().encode(list, *next));
    } else {
        json.null();
    }
    json.member("has_more", next.has_value()).end_object();
}

}  // namespace holdfast::api
