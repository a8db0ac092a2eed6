#include "api_hub.h"

#include "base/check.h"

namespace holdfast::fuzz {

http::Answer ApiHub::send(const std::string& method, const std::string& target,
                          const std::string& body, const std::string& content_type) {
    http::Client& client = connect();
    client.send(
        request(method, target, body,
                authorization() + "Idempotency-Key: k\r\nContent-Type: " + content_type + "\r\n"));
    world_.run_for(std::chrono::seconds(2));
    if (client.got.empty()) return {};
    const auto answers = http::read_answers(
        client.got, method == "HEAD" ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
    const auto broken = sequencer_->state().check_invariants();
    HOLDFAST_CHECK(!broken, "no request breaks an invariant");
    return answers.empty() ? http::Answer{} : answers.front();
}

}  // namespace holdfast::fuzz
