// Flags that every command which talks to a hub has in common.
#pragma once

#include <string>

#include "cli/http_client.h"

namespace holdfast::cli {

struct ClientOptions {
    std::string url = "http://127.0.0.1:8460";
    std::string key_file = "./holdfast-data/admin.key";
    bool key_file_given = false;  ///< by flag or environment; then it must be readable
    std::string ca_file;
    bool json = false;
};

/// A client for the hub that the flags name. The key is the first line of the key file; a default
/// key file that does not exist sends no key.
Attempt<HttpClient> make_client(const ClientOptions& options);

}  // namespace holdfast::cli
