// Goal: what many peers make the server keep at a time is bounded by its budgets, and who keeps to
// the rules is served meanwhile.
#include "http/server_fixture.h"

namespace holdfast::http {
namespace {

const std::string kHalf(64 * 1024, 'h');

std::string begun_body(std::size_t length, const std::string& target = "/bulk") {
    return "POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) +
           "\r\n\r\n" + kHalf;
}

TEST_F(ServerTest, AnswersWithoutTheBodyWhereTheHandlerDoesNotWantIt) {
    std::size_t bytes = 1;
    serve_ = [&](const Request& request, RequestToken token) {
        bytes = request.body.size();
        server_->respond(token, {401, "text/plain", {}, "who are you"});
    };
    Client& client = connect();
    client.send(begun_body(10'000'000, "/unread"));
    run_for(1s);
    ASSERT_EQ(read_answers(client.got).size(), 1u);
    EXPECT_EQ(read_answers(client.got)[0].status, 401u);
    EXPECT_EQ(read_answers(client.got)[0].fields["Connection"], "close");
    EXPECT_EQ(bytes, 0u);
    // Neither its body nor what is sent after it is taken for a request.
    client.send(get("/smuggled"));
    run_for(5s);
    EXPECT_EQ(read_answers(client.got).size(), 1u);
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(server_->stats().requests, 1u);
}

TEST_F(ServerTest, AnswersWithoutTheBodyEvenBeforeItIsAskedFor) {
    serve_ = [&](const Request&, RequestToken token) {
        server_->respond(token, {401, "text/plain", {}, "no"});
    };
    Client& client = connect();
    client.send(
        "POST /unread HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    run_for(1s);
    ASSERT_EQ(read_answers(client.got).size(), 1u);
    EXPECT_EQ(read_answers(client.got)[0].status, 401u);
}

TEST_F(ServerTest, RefusesLargeBodiesBeyondTheBudgetUntilOthersAreDone) {
    start({.bodies_bytes_max = 1'000'000});
    Client& first = connect();
    first.send(begun_body(600'000));
    run_for(100ms);
    EXPECT_EQ(server_->stats().bodies_bytes, 600'000u);
    Client& second = connect();
    second.send(begun_body(600'000));
    Client& chunked = connect();
    chunked.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    Client& small = connect();
    small.send(post("/a", "small"));
    run_for(100ms);
    for (Client* refused : {&second, &chunked}) {
        ASSERT_EQ(read_answers(refused->got).size(), 1u);
        EXPECT_EQ(read_answers(refused->got)[0].status, 503u);
        EXPECT_EQ(read_answers(refused->got)[0].fields["Retry-After"], "1");
    }
    EXPECT_EQ(read_answers(small.got).at(0).status, 200u);
    first.leave();
    run_for(1s);
    EXPECT_EQ(server_->stats().bodies_bytes, 0u);
    Client& third = connect();
    third.send(post("/bulk", std::string(600'000, 'x')));
    run_for(1s);
    EXPECT_EQ(read_answers(third.got).at(0).status, 200u);
    EXPECT_EQ(server_->stats().bodies_bytes, 0u);
}

TEST_F(ServerTest, DropsThoseWhoDoNotReadWhenAllTogetherHoldTooMuch) {
    constexpr std::size_t kBudget = 1'000'000;
    start({.unsent_bytes_max = kBudget});
    const std::string large(200'000, 'a');
    serve_ = [&](const Request&, RequestToken token) {
        server_->respond(token, {200, "text/plain", {}, large});
    };
    std::vector<Client*> deaf;
    for (int i = 0; i < 20; ++i) {
        deaf.push_back(&connect());
        deaf.back()->stop_reading();
        deaf.back()->send(get("/") + get("/"));
        run_for(50ms);
        EXPECT_LE(server_->stats().unsent_bytes, kBudget + 2 * large.size());
    }
    Client& honest = connect();
    honest.send(get("/"));
    run_for(1s);
    EXPECT_EQ(read_answers(honest.got).at(0).body, large);
    EXPECT_GT(server_->stats().slow_readers, 0u);
    EXPECT_LE(server_->stats().unsent_bytes, kBudget);
    // The newest of them may still take what it asked for.
    deaf.back()->resume_reading();
    run_for(5s);
    EXPECT_EQ(read_answers(deaf.back()->got).size(), 2u);
    run_for(40s);
    EXPECT_EQ(server_->stats().unsent_bytes, 0u);
}

}  // namespace
}  // namespace holdfast::http
