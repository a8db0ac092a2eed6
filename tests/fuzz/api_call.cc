// One request to the whole hub: "METHOD TARGET", a line break, the body. Whatever it asks, the hub
// answers, and never by an error of its own.
#include "api_hub.h"
#include "base/check.h"
#include "targets.h"

namespace holdfast::fuzz {

void api_call(ByteSpan bytes) {
    const std::string_view text = as_text(bytes);
    const std::size_t line = std::min(text.find('\n'), text.size());
    const std::size_t space = std::min(text.find(' '), line);
    const std::string method(text.substr(0, space));
    const std::string target(
        text.substr(std::min(space + 1, line), line - std::min(space + 1, line)));
    // Bytes that would end the request line early are http_request's.
    const auto plain = [](char c) { return c > ' ' && c < 127; };
    if (method.empty() || target.empty() || method == "CONNECT" ||
        !std::ranges::all_of(method + target, plain))
        return;
    ApiHub hub;
    const std::uint64_t before = hub.seq();
    const http::Answer answer =
        hub.send(method, target, std::string(text.substr(std::min(line + 1, text.size()))),
                 "application/json");
    if (answer.status == 0) return;  // a stream, or the connection was closed after a bad request
    HOLDFAST_CHECK(
        answer.status < 500 || answer.status == 501 || answer.status == 503 || answer.status == 505,
        "no request makes the hub fail");
    HOLDFAST_CHECK(answer.status < 400 || hub.seq() == before, "a refusal changes nothing");
    if (method == "HEAD" || answer.body.empty()) return;
    const auto type = answer.fields.find("Content-Type");
    if (type == answer.fields.end() || type->second.find("json") == std::string::npos ||
        type->second.find("ndjson") != std::string::npos)
        return;
    boost::system::error_code error;
    (void)boost::json::parse(answer.body, error);
    HOLDFAST_CHECK(!error, "an answer is JSON");
}

}  // namespace holdfast::fuzz
