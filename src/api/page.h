// Pages of a list: `limit` and `cursor` of the request, `next_cursor` and `has_more` of the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/cursor.h"
#include "api/desk.h"
#include "http/json_writer.h"

namespace holdfast::api {

struct Page {
    std::uint32_t limit = 0;
    CursorKey from;
};

/// Of parameters that were read already. Answers 400 itself. `list` names the list and its filters.
bool page_of_params(Desk& desk, const Call& call, std::string_view list, Page& page);
/// Of a list without filters.
bool read_page(Desk& desk, const Call& call, std::string_view list, Page& page);
/// Closes the array of rows and the answer around it.
void end_page(Desk& desk, http::JsonWriter& json, std::string_view list,
              const std::optional<CursorKey>& next);

}  // namespace holdfast::api
