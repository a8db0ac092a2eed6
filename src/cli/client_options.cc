#include "cli/client_options.h"

#include <algorithm>
#include <fstream>

namespace holdfast::cli {

Attempt<HttpClient> make_client(const ClientOptions& options) {
    HttpClient::Options http;
    http.url = options.url;
    http.ca_file = options.ca_file;
    std::ifstream file(options.key_file);
    if (!std::getline(file, http.key) || http.key.empty()) {
        if (options.key_file_given) {
            return trouble(kExitUsage, "no API key in " + options.key_file,
                           "the file cannot be read or its first line is empty",
                           "a hub writes its first key to DATA/admin.key");
        }
        http.key.clear();
    }
    const bool sound =
        std::all_of(http.key.begin(), http.key.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!sound) {
        return trouble(kExitUsage, "the first line of " + options.key_file + " is no API key",
                       "a key is one word of visible ASCII");
    }
    return HttpClient(std::move(http));
}

}  // namespace holdfast::cli
