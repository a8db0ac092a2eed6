// From the bytes of an Authorization header to a principal. The answer is cached under those bytes
// and forgotten as soon as any key is made or revoked, so a request costs one look-up and one
// comparison, and a revocation holds from the next request on.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/scope.h"
#include "base/instant.h"
#include "base/planted.h"
#include "ledger/state.h"

namespace holdfast::api {

/// Commands of one key that wait for their commit. Lives as long as the hub.
struct KeyUsage {
    std::uint32_t in_flight = 0;
};

struct Principal {
    std::uint64_t key_id = 0;
    std::string actor;  ///< "key:4fQ9zX1b", as facts name it
    std::vector<Grant> grants;
    bool grants_resolved = false;
    Instant expires_at{};  ///< zero = never
    KeyUsage* usage = nullptr;
    std::string source;  ///< the one that it speaks as; empty = any

    /// Whether it may tell what this source says.
    [[nodiscard]] bool speaks_as(std::string_view other) const {
        return source.empty() || source == other || planted(Bug::key_speaks_as_any_source);
    }
    [[nodiscard]] bool may(Action action, const Reach& reach) const {
        return authorize(grants, action, reach);
    }
};

/// Whether the key still opens anything: for what outlives the request that it opened.
bool is_live(const ledger::State& state, std::uint64_t key_id, Instant now);

class Authenticator {
  public:
    /// Authorization texts that are remembered; beyond it all are forgotten at once.
    static constexpr std::size_t kCachedMax = 4096;

    /// `salt` keys the table, so that nobody outside can aim for collisions.
    explicit Authenticator(std::uint64_t salt) : salt_(salt) {}

    /// Nullptr when the header is not a live key's. Valid until the next call.
    Principal* authenticate(std::string_view authorization, const ledger::State& state,
                            Instant now);

  private:
    struct Entry {
        std::string authorization;
        Principal principal;
    };
    Principal* admit(std::string_view authorization, std::uint64_t hash,
                     const ledger::State& state);

    std::uint64_t salt_;
    std::uint64_t revision_ = 0;
    boost::unordered_flat_map<std::uint64_t, std::unique_ptr<Entry>> cached_;
    std::map<std::uint64_t, KeyUsage> usage_;  // by key id: as many as there are keys
};

}  // namespace holdfast::api
