// The interface description that this binary was built from, as text, and the pages of its
// problems (docs/api/problems.md).
#pragma once

#include <string_view>

namespace holdfast::api {

std::string_view openapi_yaml();
std::string_view openapi_json();

/// What a problem means and what to do, as Markdown; `slug` is its code with hyphens. Empty when
/// there is none.
std::string_view problem_page(std::string_view slug);

}  // namespace holdfast::api
