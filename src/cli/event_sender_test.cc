// The sender against a hub that plays a script: answers that get lost, batches answered in part, a
// hub that is full. What arrives and what is reported must fit, event by event.
#include "cli/event_sender.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace holdfast::cli {
namespace {

using testing::ElementsAre;

/// Answers one request after the other with the given texts; an empty text closes the connection
/// without an answer, as a killed hub does. Requests are kept.
class ScriptedHub {
  public:
    struct Reply {
        int status = 0;  ///< 0: hang up
        std::string body;
    };
    explicit ScriptedHub(std::vector<Reply> replies) : replies_(std::move(replies)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_, any, size), 0);
        EXPECT_EQ(::listen(listener_, 8), 0);
        EXPECT_EQ(::getsockname(listener_, any, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptedHub() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// Request line and body of each request, after the script has ended.
    [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }

  private:
    void serve() {
        std::size_t next = 0;
        while (next < replies_.size()) {
            const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (peer < 0) return;
            while (next < replies_.size() && serve_one(peer, replies_[next])) ++next;
            // A hang-up consumes its reply, and the connection with it.
            if (hung_up_) ++next;
            ::close(peer);
        }
    }
    /// False when the connection ended.
    bool serve_one(int peer, const Reply& reply) {
        hung_up_ = false;
        std::string request;
        std::size_t body_at = 0;
        std::size_t wanted = std::string::npos;
        char piece[4096];
        while (request.size() < wanted) {
            const ssize_t got = ::recv(peer, piece, sizeof piece, 0);
            if (got <= 0) return false;
            request.append(piece, static_cast<std::size_t>(got));
            const std::size_t end = request.find("\r\n\r\n");
            if (body_at == 0 && end != std::string::npos) {
                body_at = end + 4;
                const std::size_t length = request.find("Content-Length: ");
                wanted =
                    body_at +
                    (length == std::string::npos ? 0 : std::stoul(request.substr(length + 16)));
            }
        }
        requests_.push_back(request.substr(0, request.find(" HTTP/")) + "\n" +
                            request.substr(body_at));
        hung_up_ = reply.status == 0;
        if (hung_up_) return false;
        const std::string answer = "HTTP/1.1 " + std::to_string(reply.status) +
                                   " X\r\nContent-Length: " + std::to_string(reply.body.size()) +
                                   "\r\n\r\n" + reply.body;
        return ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(answer.size());
    }

    std::vector<Reply> replies_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    bool hung_up_ = false;
    std::vector<std::string> requests_;
    std::thread thread_;
};

std::string word(const EventOutcome& outcome) {
    switch (outcome.kind) {
        case EventOutcome::Kind::accepted: return "accepted";
        case EventOutcome::Kind::duplicate: return "duplicate";
        case EventOutcome::Kind::refused: return outcome.code;
    }
    return "";
}

/// Sends events 1 to `events` in one batch; gives what was reported, or the trouble.
struct Sent {
    std::vector<std::string> reported;  // "1 accepted"
    Attempt<void> done;
};
Sent send_events(const ScriptedHub& hub, int events,
                 std::chrono::seconds wait = std::chrono::seconds(5)) {
    HttpClient client({.url = hub.url(), .key = "hf_live_x", .ca_file = ""});
    Sent sent;
    EventSender sender(client, {.source = "a/b", .wait = wait},
                       [&sent](std::uint64_t tag, const EventOutcome& outcome) -> Attempt<void> {
                           sent.reported.push_back(std::to_string(tag) + " " + word(outcome));
                           return {};
                       });
    for (int i = 1; i <= events && sent.done; ++i) {
        const auto number = static_cast<std::uint64_t>(i);
        sent.done = sender.add(number, number, "{\"event\":" + std::to_string(i) + "}", {number});
    }
    if (sent.done) sent.done = sender.flush();
    return sent;
}

constexpr const char* kOk = "{\"line\":1,\"status\":201,\"seq\":\"0-1\"}\n";
constexpr const char* kFull = "{\"line\":2,\"status\":503,\"problem\":{\"code\":\"overloaded\"}}\n";
constexpr const char* kSummary = "{\"summary\":{}}\n";
std::string lines(std::initializer_list<const char*> parts) {
    std::string all;
    for (const char* part : parts) all += part;
    return all;
}

TEST(EventSender, SendsABatchAndReportsEachEventInOrder) {
    ScriptedHub hub(
        {{200,
          lines({kOk, "{\"line\":2,\"status\":200,\"duplicate\":true}\n",
                 "{\"line\":3,\"status\":409,\"problem\":{\"code\":\"no_lines\"}}\n", kSummary})}});
    const Sent sent = send_events(hub, 3);
    ASSERT_TRUE(sent.done);
    EXPECT_THAT(sent.reported, ElementsAre("1 accepted", "2 duplicate", "3 no_lines"));
    EXPECT_THAT(
        hub.requests(),
        ElementsAre("POST /v1/events:batch\n{\"event\":1}\n{\"event\":2}\n{\"event\":3}\n"));
}

TEST(EventSender, AfterALostAnswerSendsOnlyWhatTheHubHasNot) {
    ScriptedHub hub(
        {{0, ""}, {200, R"({"source":"a/b","sequence":"2"})"}, {200, lines({kOk, kSummary})}});
    const Sent sent = send_events(hub, 3);
    ASSERT_TRUE(sent.done);
    EXPECT_THAT(sent.reported, ElementsAre("1 duplicate", "2 duplicate", "3 accepted"));
    EXPECT_THAT(hub.requests(),
                ElementsAre("POST /v1/events:batch\n{\"event\":1}\n{\"event\":2}\n{\"event\":3}\n",
                            "GET /v1/sources/a%2Fb\n", "POST /v1/events:batch\n{\"event\":3}\n"));
}

TEST(EventSender, SendsAgainWhatTheHubHadNoRoomFor) {
    ScriptedHub hub({{200, lines({kOk, kFull, kFull, kSummary})},
                     {200, R"({"source":"a/b","sequence":"1"})"},
                     {200, lines({kOk, kOk, kSummary})}});
    const Sent sent = send_events(hub, 3);
    ASSERT_TRUE(sent.done);
    EXPECT_THAT(sent.reported, ElementsAre("1 accepted", "2 accepted", "3 accepted"));
    EXPECT_EQ(hub.requests().back(), "POST /v1/events:batch\n{\"event\":2}\n{\"event\":3}\n");
}

TEST(EventSender, CountsAnEventAsRefusedThatALaterOneHasPassed) {
    ScriptedHub hub({{200, lines({kOk, kFull, kOk, kSummary})}});
    const Sent sent = send_events(hub, 3);
    ASSERT_TRUE(sent.done);
    EXPECT_THAT(sent.reported, ElementsAre("1 accepted", "2 overloaded", "3 accepted"));
}

TEST(EventSender, GoesOnWhenAnAnswerWasCutInTheMiddleOfALine) {
    ScriptedHub hub(
        {{200, lines({kOk, "{\"line\":2,\"sta"})}, {200, R"({"source":"a/b","sequence":"3"})"}});
    const Sent sent = send_events(hub, 3);
    ASSERT_TRUE(sent.done);
    EXPECT_THAT(sent.reported, ElementsAre("1 accepted", "2 duplicate", "3 duplicate"));
}

TEST(EventSender, GivesUpWhenTheHubStaysAway) {
    std::string url;
    {
        const ScriptedHub gone({});
        url = gone.url();
    }
    HttpClient client({.url = url, .key = "", .ca_file = ""});
    EventSender sender(client, {.source = "x", .wait = std::chrono::seconds(0)},
                       [](std::uint64_t, const EventOutcome&) -> Attempt<void> { return {}; });
    const Attempt<std::uint64_t> asked = sender.recorded_sequence();
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().exit_code, kExitUnreachable);
}

TEST(EventSender, StopsAtOnceWhenTheKeyIsNotAccepted) {
    ScriptedHub hub({{401, R"({"code":"unauthenticated","detail":"No such key."})"}});
    const Sent sent = send_events(hub, 1);
    ASSERT_FALSE(sent.done);
    EXPECT_EQ(sent.done.error().why, "No such key. (unauthenticated, HTTP 401)");
    EXPECT_TRUE(sent.reported.empty());
}

}  // namespace
}  // namespace holdfast::cli
