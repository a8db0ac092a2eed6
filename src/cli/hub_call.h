// One question to a hub and its answer as JSON: sends, repeats what may be repeated, and turns a
// problem into trouble. Included by few sources, because it brings a JSON library.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client_options.h"

namespace holdfast::cli {

struct HubAnswer {
    HttpReply reply;
    boost::json::object body;  ///< empty for an answer without content
};

/// A request with an idempotency key is sent again once when its answer got lost: the hub answers
/// the same, whether the first one arrived or not.
Attempt<HubAnswer> call_hub(HttpClient& client, const HttpRequest& request, std::string what);

/// make_client and call_hub in one, for commands that ask once.
Attempt<HubAnswer> call_hub(const ClientOptions& options, const HttpRequest& request,
                            std::string what);

/// A key nobody else draws: 26 characters from the kernel's random bytes.
std::string random_key();

/// The member as text: strings as they are, numbers and truth as JSON, "" when it is absent.
std::string member_text(const boost::json::object& object, std::string_view name);
/// The member's array of objects; empty when it is none.
std::vector<boost::json::object> member_rows(const boost::json::object& object,
                                             std::string_view name);

/// With --json the hub's own answer, one line; else the text for a person.
void print_answer(const ClientOptions& options, const HubAnswer& answer, const std::string& text);

}  // namespace holdfast::cli
