#include "api/scope.h"

#include <algorithm>
#include <array>

#include "http/router.h"

namespace holdfast::api {
namespace {

constexpr std::array kActions{Action::reserve_write, Action::reserve_read, Action::events_write,
                              Action::events_read,   Action::stock_read,   Action::catalog_write,
                              Action::catalog_read,  Action::cases_write,  Action::cases_read,
                              Action::status_read,   Action::admin};

tl::unexpected<Failure> wrong(std::string_view scope, std::string_view why) {
    return failure(ErrorCode::invalid_argument,
                   "scope \"" + std::string(scope) + "\": " + std::string(why));
}

bool decode_code(std::string_view text, bool& any, std::string& code) {
    any = text == "*";
    if (any) return true;
    if (text.empty() || text.find('*') != std::string_view::npos) return false;
    code.resize(text.size());
    const std::size_t length = http::percent_decode(text, code.data());
    if (length == std::string_view::npos || length > code_bytes_max) return false;
    code.resize(length);
    return true;
}

Result<Grant> parse_one(std::string_view scope) {
    const std::size_t at = scope.find('@');
    if (at == std::string_view::npos) return wrong(scope, "write action@channel/location");
    Grant grant;
    const auto action =
        std::ranges::find_if(kActions, [&](Action a) { return name(a) == scope.substr(0, at); });
    if (action == kActions.end()) return wrong(scope, "the action is not known");
    grant.action = *action;
    const std::string_view where = scope.substr(at + 1);
    const std::size_t slash = where.find('/');
    if (slash == std::string_view::npos || where.find('/', slash + 1) != std::string_view::npos) {
        return wrong(scope, "write action@channel/location, and %2F for a slash in a code");
    }
    if (!decode_code(where.substr(0, slash), grant.any_channel, grant.channel_code)) {
        return wrong(scope, "the channel is not a code and not *");
    }
    if (!decode_code(where.substr(slash + 1), grant.any_location, grant.location_code)) {
        return wrong(scope, "the location is not a code and not *");
    }
    return grant;
}

}  // namespace

Result<std::vector<Grant>> parse_scopes(std::string_view text) {
    std::vector<Grant> grants;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        Result<Grant> grant = parse_one(text.substr(0, comma));
        if (!grant) return tl::unexpected(grant.error());
        if (grants.size() == kScopesMax) {
            return failure(ErrorCode::invalid_argument, "a key has at most 64 scopes");
        }
        grants.push_back(*std::move(grant));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return grants;
}

bool resolve(std::vector<Grant>& grants, const ledger::State& state) {
    bool complete = true;
    for (Grant& grant : grants) {
        if (!grant.any_channel) grant.channel = state.channel(grant.channel_code);
        if (!grant.any_location) grant.location = state.location(grant.location_code);
        complete &= (grant.any_channel || grant.channel != kNoChannel) &&
                    (grant.any_location || grant.location != kNoLocation);
    }
    return complete;
}

bool authorize(const std::vector<Grant>& grants, Action action, const Reach& reach) {
    return std::ranges::any_of(grants, [&](const Grant& grant) {
        if (grant.action != action && grant.action != Action::admin) return false;
        const bool channel_covered =
            grant.any_channel || reach.no_channel ||
            (!reach.all_channels && grant.channel != kNoChannel && grant.channel == reach.channel);
        const bool location_covered = grant.any_location || reach.no_location ||
                                      (!reach.all_locations && grant.location != kNoLocation &&
                                       grant.location == reach.location);
        return channel_covered && location_covered;
    });
}

}  // namespace holdfast::api
