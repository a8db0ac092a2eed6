#include "cli/hub_call.h"

#include <sys/random.h>

#include <array>

#include "cli/console.h"
#include "cli/event_sender.h"

namespace holdfast::cli {

namespace json = boost::json;

Attempt<HubAnswer> call_hub(HttpClient& client, const HttpRequest& request, std::string what) {
    Result<HttpReply> reply = client.send(request);
    const bool lost = !reply && (reply.error().code == ErrorCode::closed ||
                                 reply.error().code == ErrorCode::timed_out);
    if (lost && (request.method == "GET" || !request.idempotency_key.empty())) {
        reply = client.send(request);
    }
    if (!reply) return tl::unexpected(unreachable(reply.error(), client.url()));
    if (!reply->ok()) return tl::unexpected(trouble_of(*reply, std::move(what)));
    HubAnswer answer{std::move(*reply), {}};
    if (answer.reply.body.empty()) return answer;
    boost::system::error_code error;
    json::value parsed = json::parse(answer.reply.body, error);
    if (error || !parsed.is_object()) {
        return trouble(kExitFailed, std::move(what), "the answer is not a JSON object",
                       "is that a hub? holdfast status --url " + client.url());
    }
    answer.body = std::move(parsed.get_object());
    return answer;
}

Attempt<HubAnswer> call_hub(const ClientOptions& options, const HttpRequest& request,
                            std::string what) {
    Attempt<HttpClient> client = make_client(options);
    if (!client) return tl::unexpected(client.error());
    return call_hub(*client, request, std::move(what));
}

std::string random_key() {
    constexpr char kLetters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    std::array<unsigned char, 26> bytes{};
    // Up to 256 bytes come whole once the kernel's pool is ready, and it waits for that.
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
    std::string key;
    for (const unsigned char byte : bytes) key += kLetters[byte % 32];
    return key;
}

std::string member_text(const json::object& object, std::string_view name) {
    const json::value* found = object.if_contains(name);
    if (found == nullptr || found->is_null()) return {};
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

std::vector<json::object> member_rows(const json::object& object, std::string_view name) {
    std::vector<json::object> rows;
    const json::value* found = object.if_contains(name);
    if (found == nullptr || !found->is_array()) return rows;
    for (const json::value& row : found->get_array()) {
        if (row.is_object()) rows.push_back(row.get_object());
    }
    return rows;
}

void print_answer(const ClientOptions& options, const HubAnswer& answer, const std::string& text) {
    std::string_view body = answer.reply.body;
    while (body.ends_with('\n')) body.remove_suffix(1);
    print_data(options.json ? std::string(body) + "\n" : text);
}

}  // namespace holdfast::cli
