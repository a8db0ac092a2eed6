// Scopes of an API key: `action@channel/location`, separated by commas; `*` is any channel or
// location, codes are percent-encoded. Deny by default: what no scope covers is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/route.h"
#include "base/result.h"
#include "canonical/ids.h"
#include "ledger/state.h"

namespace holdfast::api {

inline constexpr std::size_t kScopesMax = 64;

/// One scope. `resolve` turns its codes into ids once the ledger knows them.
struct Grant {
    Action action = Action::open_to_all;
    bool any_channel = false;
    bool any_location = false;
    std::string channel_code;
    std::string location_code;
    ChannelId channel = kNoChannel;
    LocationId location = kNoLocation;
};

/// Fails with invalid_argument, naming the scope that is wrong.
Result<std::vector<Grant>> parse_scopes(std::string_view text);

/// Fills in ids. False when a code is still unknown, so that it must be tried again.
bool resolve(std::vector<Grant>& grants, const ledger::State& state);

/// Where an action takes place. A request whose locations are chosen by a pool, and a list that
/// is not filtered, touch any of them: only a grant with `*` covers it.
struct Reach {
    ChannelId channel = kNoChannel;
    bool all_channels = false;
    /// The action has no channel: no grant is refused for its channel.
    bool no_channel = false;
    LocationId location = kNoLocation;
    bool all_locations = false;
    bool no_location = false;
};

/// The one decision: does any grant cover the action there?
bool authorize(const std::vector<Grant>& grants, Action action, const Reach& reach);

}  // namespace holdfast::api
