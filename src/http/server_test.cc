// Goal: each request gets its answer, in order, framed as it should be, whatever the network does.
#include <boost/json.hpp>

#include "http/server_fixture.h"

namespace holdfast::http {
namespace {

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
    Client& client = connect();
    client.send(post("/a", "xyz"));
    run_for(1s);
    client.send(get("/b"));
    run_for(1s);
    const auto answers = read_answers(client.got);
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].status, 200u);
    EXPECT_EQ(answers[0].body, "POST /a xyz");
    EXPECT_EQ(answers[0].fields.at("Content-Type"), "text/plain");
    EXPECT_EQ(answers[0].fields.at("Date"), "Thu, 01 Jan 2026 00:00:00 GMT");
    EXPECT_EQ(answers[0].fields.count("Connection"), 0u);
    EXPECT_EQ(answers[1].body, "GET /b ");
    EXPECT_FALSE(client.closed);
}

TEST_F(ServerTest, AnswersLeaveInTheOrderOfTheirRequests) {
    std::vector<std::pair<std::string, RequestToken>> open;
    serve_ = [&](const Request& request, RequestToken token) {
        open.emplace_back(std::string(request.target), token);
    };
    Client& client = connect();
    constexpr std::size_t kCount = 200;
    std::string all;
    for (std::size_t i = 0; i < kCount; ++i) all += get("/" + std::to_string(i));
    client.send(all);
    run_for(1s);
    ASSERT_EQ(open.size(), kCount);
    for (std::size_t i = kCount - 1; i > 0; --i)
        std::swap(open[i], open[world_.random().below(i + 1)]);
    for (const auto& [target, token] : open) {
        EXPECT_TRUE(server_->alive(token));
        if (world_.random().one_in(2)) {
            server_->respond(token, {200, "text/plain", {}, target});
        } else {
            server_->begin_body(token, {200, "text/plain", {}, {}}) += target;
            server_->end_body(token);
        }
        EXPECT_FALSE(server_->alive(token));
        if (world_.random().one_in(5)) {
            server_->flush();
            run_for(1ms);
        }
    }
    server_->flush();
    run_for(1s);
    const auto answers = read_answers(client.got);
    ASSERT_EQ(answers.size(), kCount);
    for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ(answers[i].body, "/" + std::to_string(i));
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
    Client& client = connect();
    client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + get("/b"));
    run_for(1s);
    const auto answers = read_answers(client.got, {0});
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].fields.at("Content-Length"), "8");
    EXPECT_EQ(answers[1].body, "GET /b ");
}

TEST_F(ServerTest, NoContentHasNeitherBodyNorLength) {
    serve_ = [&](const Request&, RequestToken token) {
        server_->respond(token, {204, {}, {}, {}});
    };
    Client& client = connect();
    client.send(get("/"));
    run_for(1s);
    EXPECT_NE(client.got.find("HTTP/1.1 204 No Content\r\n"), std::string::npos);
    EXPECT_EQ(client.got.find("Content-Length"), std::string::npos);
}

TEST_F(ServerTest, ClosesAfterConnectionCloseAndAfterHttp10) {
    Client& modern = connect();
    modern.send(get("/a", "Connection: close\r\n") + get("/ignored"));
    Client& old = connect();
    old.send("GET /b HTTP/1.0\r\n\r\n");
    Client& kept = connect();
    kept.send("GET /c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    run_for(5s);
    auto answers = read_answers(modern.got);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].fields.at("Connection"), "close");
    EXPECT_TRUE(modern.closed);
    EXPECT_EQ(read_answers(old.got).at(0).fields.at("Connection"), "close");
    EXPECT_TRUE(old.closed);
    EXPECT_EQ(read_answers(kept.got).at(0).fields.at("Connection"), "keep-alive");
    EXPECT_FALSE(kept.closed);
}

TEST_F(ServerTest, AnswersAPeerThatHasEndedItsSide) {
    RequestToken open;
    serve_ = [&](const Request&, RequestToken token) { open = token; };
    Client& client = connect();
    client.send(get("/a"));
    client.finish();
    run_for(3s);
    server_->respond(open, {200, "text/plain", {}, "late"});
    server_->flush();
    run_for(1s);
    EXPECT_EQ(read_answers(client.got).at(0).body, "late");
    EXPECT_TRUE(client.closed);
    run_for(1s);
    EXPECT_EQ(server_->stats().connections, 0u);
}

TEST_F(ServerTest, DropsAnswersToConnectionsThatDied) {
    std::vector<RequestToken> open;
    serve_ = [&](const Request&, RequestToken token) { open.push_back(token); };
    connect().send(get("/a"));
    run_for(1s);
    network_.reset_one();
    run_for(1s);
    EXPECT_EQ(server_->stats().connections, 0u);
    // A new connection takes the old one's place and must not get its answer.
    Client& next = connect();
    next.send(get("/b"));
    run_for(1s);
    ASSERT_EQ(open.size(), 2u);
    EXPECT_EQ(open[0].connection, open[1].connection);
    EXPECT_FALSE(server_->alive(open[0]));
    server_->respond(open[0], {200, "text/plain", {}, "wrong"});
    server_->begin_body(open[0], {200, {}, {}, {}}) += "wrong";
    server_->end_body(open[0]);
    server_->respond(open[1], {200, "text/plain", {}, "right"});
    server_->flush();
    run_for(1s);
    EXPECT_EQ(read_answers(next.got).at(0).body, "right");
}

TEST_F(ServerTest, RefusesWithAProblemAfterEarlierAnswersAndCloses) {
    std::vector<RequestToken> open;
    serve_ = [&](const Request&, RequestToken token) { open.push_back(token); };
    Client& client = connect();
    client.send(get("/a") + "GET /b HTTP/1.1\r\n\r\n" + get("/never"));
    run_for(1s);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(client.got, "");
    server_->respond(open[0], {200, "text/plain", {}, "first"});
    server_->flush();
    run_for(5s);
    const auto answers = read_answers(client.got);
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[1].status, 400u);
    EXPECT_EQ(answers[1].fields.at("Content-Type"), "application/problem+json");
    EXPECT_EQ(answers[1].fields.at("Connection"), "close");
    const auto problem = boost::json::parse(answers[1].body).as_object();
    EXPECT_EQ(problem.at("type").as_string(), "urn:holdfast:problem:malformed-request");
    EXPECT_EQ(problem.at("code").as_string(), "malformed_request");
    EXPECT_EQ(problem.at("status").as_int64(), 400);
    EXPECT_EQ(problem.at("retryable").as_bool(), false);
    EXPECT_EQ(problem.at("outcome").as_string(), "not_applied");
    EXPECT_FALSE(problem.at("title").as_string().empty());
    EXPECT_FALSE(problem.at("detail").as_string().empty());
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(server_->stats().malformed, 1u);
}

TEST_F(ServerTest, TakesLargeChunkedBodiesWhole) {
    std::string expected,
        sent = "POST /bulk HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t i = 1; i < 3000; ++i) {
        std::string part(1 + world_.random().below(2000), static_cast<char>('a' + i % 26));
        char size[32];
        std::snprintf(size, sizeof size, "%zx;ext=%zu\r\n", part.size(), i);
        sent += size + part + "\r\n";
        expected += part;
    }
    std::string seen;
    serve_ = [&](const Request& request, RequestToken token) {
        if (request.path == "/bulk") seen = request.body;
        // The padding behind the body is readable: the sanitizers would object otherwise.
        unsigned sum = 0;
        for (std::size_t i = 0; i < kBodyPadding; ++i)
            sum += static_cast<unsigned char>(request.body.data()[request.body.size() + i]);
        server_->respond(token, {200, "text/plain", {}, std::to_string(sum)});
    };
    Client& client = connect();
    client.send(sent + "0\r\n\r\n" + get("/next"));
    run_for(60s);
    EXPECT_EQ(read_answers(client.got).size(), 2u);
    EXPECT_TRUE(seen == expected) << seen.size() << " of " << expected.size();
}

TEST_F(ServerTest, SaysContinueOnlyWhenTheBodyIsAwaitedAndAllowed) {
    Client& waits = connect();
    waits.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    run_for(1s);
    EXPECT_EQ(waits.got, "HTTP/1.1 100 Continue\r\n\r\n");
    waits.send("xyz");
    run_for(1s);
    EXPECT_NE(waits.got.find("POST /a xyz"), std::string::npos);
    EXPECT_EQ(waits.got.find("100 Continue", 30), std::string::npos);

    Client& too_large = connect();
    too_large.send(
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
    run_for(1s);
    EXPECT_EQ(read_answers(too_large.got).at(0).status, 413u);

    Client& in_order = connect();
    std::vector<RequestToken> open;
    serve_ = [&](const Request&, RequestToken token) { open.push_back(token); };
    in_order.send(
        get("/first") +
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    run_for(1s);
    EXPECT_EQ(in_order.got, "") << "the first answer comes before the continuation";
    server_->respond(open.at(0), {200, "text/plain", {}, "one"});
    server_->flush();
    run_for(1s);
    EXPECT_NE(in_order.got.find("one"), std::string::npos);
    EXPECT_GT(in_order.got.find("HTTP/1.1 100 Continue"), in_order.got.find("one"));
    EXPECT_NE(in_order.got.find("HTTP/1.1 100 Continue"), std::string::npos);
}

/// Everything at once under many seeds: random requests, random delays and order of answering,
/// connections that are reset. Answers must be those of the requests, in their order.
TEST(ServerUnderFaults, MixesNoAnswersUpWhateverTheNetworkDoes) {
    std::uint64_t answered = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        os::sim::SimWorld world(seed);
        os::sim::SimNetwork network(world);
        network.faults().reset = seed % 2 == 0 ? 2'000 : 0;
        os::sim::SimClock clock;
        world.attach(clock);
        os::sim::SimLoop loop(network, clock);
        os::sim::SimLoop client_loop(network, clock, "10.0.0.9");
        struct Delayed final : Handler {
            os::sim::SimWorld* world = nullptr;
            Server* server = nullptr;
            os::sim::SimLoop* loop = nullptr;
            void handle(const Request& request, RequestToken token) override {
                std::string text(request.target);
                text.append(" ").append(request.body);
                if (world->random().one_in(3))
                    return server->respond(token, {200, "text/plain", {}, text});
                world->schedule_after(world->random_delay(1us, 5ms), [this, token, text] {
                    loop->post([this, token, text] {
                        server->respond(token, {200, "text/plain", {}, text});
                    });
                });
            }
        } handler;
        Server server(loop, handler);
        handler.world = &world;
        handler.server = &server;
        handler.loop = &loop;
        loop.on_turn_end([&] { server.flush(); });
        auto listener =
            loop.listen({.port = 80}, [&](auto stream) { server.accept(std::move(stream)); });
        std::vector<std::unique_ptr<Client>> clients;
        std::vector<std::vector<std::string>> expected(20);
        for (std::size_t c = 0; c < expected.size(); ++c) {
            clients.push_back(std::make_unique<Client>(network, client_loop));
            for (std::size_t i = world.random().below(60); i > 0; --i) {
                const std::string target = "/" + std::to_string(c) + "/" + std::to_string(i);
                const std::string body(world.random().below(3000), static_cast<char>('a' + i % 26));
                clients[c]->send(post(target, body));
                expected[c].push_back(target + " " + body);
            }
        }
        world.run_for(5s);
        for (std::size_t c = 0; c < expected.size(); ++c) {
            const auto answers = read_answers(clients[c]->got);
            ASSERT_LE(answers.size(), expected[c].size());
            if (network.faults().reset == 0) {
                ASSERT_EQ(answers.size(), expected[c].size()) << "seed " << seed;
            }
            for (std::size_t i = 0; i < answers.size(); ++i)
                ASSERT_EQ(answers[i].body, expected[c][i]) << "seed " << seed << " client " << c;
            answered += answers.size();
        }
        clients.clear();
        world.run_for(2min);
        EXPECT_EQ(server.stats().connections, 0u) << "seed " << seed;
        EXPECT_EQ(network.open_connections(), 0u) << "seed " << seed;
    }
    EXPECT_GT(answered, 10'000u);
}

}  // namespace
}  // namespace holdfast::http
