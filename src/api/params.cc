#include "api/params.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "api/nearest.h"
#include "api/tokens.h"
#include "http/router.h"

namespace holdfast::api {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

bool Params::decode(std::string_view text, std::string_view& out) {
    if (text.find_first_of("%+") == std::string_view::npos) {
        out = text;
        return true;
    }
    if (text.size() > bytes_.size() - used_) return false;
    char* const at = bytes_.data() + used_;
    const std::size_t length = http::percent_decode(text, at);
    if (length == std::string_view::npos) return false;
    // A plus that was written as %2B is a plus; the others are spaces.
    std::size_t written = 0;
    for (std::size_t i = 0; i < text.size(); ++i, ++written) {
        if (text[i] == '+') at[written] = ' ';
        if (text[i] == '%') i += 2;
    }
    used_ += length;
    out = {at, length};
    return true;
}

bool Params::parse(std::string_view query, std::initializer_list<ParamName> names, Fault& fault) {
    count_ = 0;
    used_ = 0;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        Param param;
        if (count_ == kParamsMax || equals == 0 || !decode(pair.substr(0, equals), param.name) ||
            !decode(pair.substr(std::min(equals + 1, pair.size())), param.value)) {
            return fault.set(problems::malformed_query, {},
                             count_ == kParamsMax ? "There are over 64 parameters."
                                                  : "Write name=value pairs, percent-encoded.");
        }
        const auto known = std::ranges::find(names, param.name, &ParamName::name);
        if (known == names.end()) {
            std::array<std::string_view, kParamsMax> candidates;
            std::size_t n = 0;
            for (const ParamName& name : names) candidates[n++] = name.name;
            return fault.set(problems::unknown_parameter, {},
                             "There is no parameter " + quoted(param.name) + " here" +
                                 suggestion(param.name, {candidates.data(), n}));
        }
        if (!known->repeats && find(param.name)) {
            return fault.set(problems::invalid_parameter, {},
                             "The parameter " + quoted(param.name) + " is given twice.");
        }
        params_[count_++] = param;
    }
    return true;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
    for (std::size_t i = 0; i < count_; ++i) {
        if (params_[i].name == name) return params_[i].value;
    }
    return std::nullopt;
}

bool Params::limit(std::uint32_t& out, Fault& fault) const {
    out = kPageLimitDefault;
    const auto text = find("limit");
    if (!text) return true;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), out);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || out < 1 ||
        out > kPageLimitMax) {
        return fault.set(problems::invalid_parameter, {}, "limit is a number from 1 to 1000.");
    }
    return true;
}

std::optional<std::uint64_t> min_seq_of(std::string_view query) {
    constexpr std::string_view kName = "min_seq";
    // Either part may come with every byte escaped; what is longer is neither name nor token.
    constexpr std::size_t kLongest = 3 * 24;
    std::array<char, kLongest> bytes;
    const auto decoded = [&](std::string_view text) -> std::string_view {
        if (text.size() > kLongest) return {};
        const std::size_t length = http::percent_decode(text, bytes.data());
        return length == std::string_view::npos ? std::string_view{}
                                                : std::string_view(bytes.data(), length);
    };
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (decoded(pair.substr(0, equals)) == kName) {
            return seq_from_token(decoded(pair.substr(std::min(equals + 1, pair.size()))));
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return std::nullopt;
}

}  // namespace holdfast::api
