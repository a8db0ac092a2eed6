// The query of a request, strictly: only the names a route takes, each once unless it is a list,
// decoded into memory of the caller's. A caller never acts on half a filter because of a typing
// error. Nothing is allocated.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "api/problem.h"

namespace holdfast::api {

inline constexpr std::size_t kParamsMax = 64;
inline constexpr std::size_t kQueryBytesMax = 8192;
inline constexpr std::uint32_t kPageLimitMax = 1000;
inline constexpr std::uint32_t kPageLimitDefault = 100;

struct ParamName {
    std::string_view name;
    bool repeats = false;
};

class Params {
  public:
    /// False with a fault: malformed_query, unknown_parameter, invalid_parameter.
    bool parse(std::string_view query, std::initializer_list<ParamName> names, Fault& fault);

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::string_view name(std::size_t i) const { return params_[i].name; }
    [[nodiscard]] std::string_view value(std::size_t i) const { return params_[i].value; }

    /// `limit`, or its default. False with invalid_parameter.
    bool limit(std::uint32_t& out, Fault& fault) const;

  private:
    struct Param {
        std::string_view name;
        std::string_view value;
    };
    bool decode(std::string_view text, std::string_view& out);

    std::array<Param, kParamsMax> params_;
    std::size_t count_ = 0;
    std::array<char, kQueryBytesMax> bytes_;
    std::size_t used_ = 0;
};

/// min_seq of a raw query, before the route has looked at the rest; nothing when absent or bad.
std::optional<std::uint64_t> min_seq_of(std::string_view query);

}  // namespace holdfast::api
