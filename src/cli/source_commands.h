// `holdfast source`, `holdfast authority` and `holdfast parked`: who speaks to a hub, who of them
// is believed, and what waits for its order.
#pragma once

#include <cstdint>
#include <string>

#include "cli/client_options.h"

namespace holdfast::cli {

struct SourceOptions {
    ClientOptions client;
    std::string source;
    std::uint64_t epoch = 0;
    std::uint64_t first = 1;      ///< epoch: the number that it begins with
    bool announced_only = false;  ///< epoch: others are refused
    std::uint64_t last = 0;       ///< give-up: up to this number nothing will come
    std::string reason;
    std::string key;  ///< give-up: idempotency key; empty draws one
};
int source_list(const SourceOptions& options);
int source_show(const SourceOptions& options);
int source_epoch(const SourceOptions& options);
int source_give_up(const SourceOptions& options);

struct AuthorityOptions {
    ClientOptions client;
    std::string source;    ///< who is believed
    bool nobody = false;   ///< removes the row instead
    std::string type;      ///< of event; empty: every one
    std::string location;  ///< empty: everywhere
    std::string reason;
};
int authority_list(const AuthorityOptions& options);
int authority_set(const AuthorityOptions& options);

struct ParkedOptions {
    ClientOptions client;
    std::string order;  ///< empty: of all orders
    std::uint64_t limit = 100;
};
int parked(const ParkedOptions& options);

}  // namespace holdfast::cli
