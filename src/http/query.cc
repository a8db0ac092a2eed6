#include "http/query.h"

#include <algorithm>

#include "http/router.h"

namespace holdfast::http {
namespace {

bool decode(std::string_view text, std::string& into) {
    into.resize(text.size());
    const std::size_t length = percent_decode(text, into.data());
    if (length == std::string_view::npos) return false;
    into.resize(length);
    return true;
}

/// A plus sign is a space in forms and in what browsers send as a query.
std::string with_spaces(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return spaced;
}

}  // namespace

Result<Query> Query::parse(std::string_view text) {
    Query query;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (equals == 0)
            return failure(ErrorCode::invalid_format, "query: a parameter has no name");
        Param param;
        const std::string name = with_spaces(pair.substr(0, equals));
        const std::string value =
            with_spaces(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{});
        if (!decode(name, param.name) || !decode(value, param.value))
            return failure(ErrorCode::invalid_format, "query: bad percent-encoding");
        if (query.find(param.name))
            return failure(ErrorCode::invalid_format, "query: a parameter is given twice");
        if (query.params_.size() == kQueryParamsMax)
            return failure(ErrorCode::invalid_format, "query: too many parameters");
        query.params_.push_back(std::move(param));
    }
    return query;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
    for (const Param& param : params_)
        if (param.name == name) return param.value;
    return std::nullopt;
}

}  // namespace holdfast::http
