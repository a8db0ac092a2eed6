// "did you mean": the known name nearest to a wrong one, for messages about typing errors.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace holdfast::api {

/// `; did you mean "quantity"?`, or a full stop where nothing is near.
std::string suggestion(std::string_view wrong, std::span<const std::string_view> known);

}  // namespace holdfast::api
