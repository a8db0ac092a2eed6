// The query of a target as decoded names and values, strictly: bad encoding, an empty name, a name
// given twice and too many parameters are refused, so that a caller never acts on half a filter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::http {

inline constexpr std::size_t kQueryParamsMax = 64;

class Query {
  public:
    /// `text` is the target after '?'. "+" is a space. Fails with invalid_format.
    static Result<Query> parse(std::string_view text);

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    struct Param {
        std::string name;
        std::string value;
    };
    [[nodiscard]] const std::vector<Param>& params() const { return params_; }

  private:
    std::vector<Param> params_;
};

}  // namespace holdfast::http
