// Goal: every bound and every time limit of the server is enforced, and a peer can read why.
#include "http/server_fixture.h"

namespace holdfast::http {
namespace {

TEST_F(ServerTest, StopsReadingAtTheLimitOfUnansweredRequestsAndGoesOn) {
    std::vector<RequestToken> open;
    serve_ = [&](const Request&, RequestToken token) { open.push_back(token); };
    Client& client = connect();
    constexpr std::size_t kCount = kPipelinedMax * 3 + 7;
    std::string all;
    for (std::size_t i = 0; i < kCount; ++i) all += post("/" + std::to_string(i), "0123456789");
    client.send(all);
    run_for(1s);
    EXPECT_EQ(open.size(), kPipelinedMax);
    std::size_t answered = 0;
    while (answered < open.size()) {
        while (answered < open.size())
            server_->respond(open[answered++], {200, "text/plain", {}, "ok"});
        server_->flush();
        run_for(1s);
        EXPECT_LE(open.size() - answered, kPipelinedMax);
    }
    EXPECT_EQ(open.size(), kCount);
    EXPECT_EQ(read_answers(client.got).size(), kCount);
}

TEST_F(ServerTest, StopsReadingWhileThePeerDoesNotTakeItsAnswers) {
    const std::string large(300'000, 'a');
    std::size_t served = 0;
    serve_ = [&](const Request&, RequestToken token) {
        ++served;
        server_->respond(token, {200, "text/plain", {}, large});
    };
    Client& client = connect();
    client.stop_reading();
    std::string all;
    for (int i = 0; i < 50; ++i) all += get("/");
    client.send(all);
    run_for(5s);
    EXPECT_LE(served, kOutputBytesMax / large.size() + 2);
    client.resume_reading();
    run_for(20s);
    EXPECT_EQ(served, 50u);
    EXPECT_EQ(read_answers(client.got).size(), 50u);
}

TEST_F(ServerTest, RefusesALargeBodyAtItsHeaderAndThePeerCanReadWhy) {
    std::size_t served = 0;
    serve_ = [&](const Request& request, RequestToken token) {
        ++served;
        EXPECT_EQ(request.body.size(), kBodyBytesDefault + 1);
        server_->respond(token, {200, "text/plain", {}, "taken"});
    };
    const std::string body(kBodyBytesDefault + 1, 'b');
    Client& client = connect();
    client.send(post("/a", body));
    Client& bulk = connect();
    bulk.send(post("/bulk", body));
    run_for(5s);
    ASSERT_EQ(read_answers(client.got).size(), 1u);
    EXPECT_EQ(read_answers(client.got)[0].status, 413u);
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(served, 1u);
    EXPECT_EQ(read_answers(bulk.got).at(0).body, "taken");
}

TEST_F(ServerTest, CutsAChunkedBodyAtTheLimit) {
    Client& client = connect();
    client.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'c') + "\r\n";
    for (int i = 0; i < 40; ++i) client.send(chunk);
    run_for(10s);
    ASSERT_EQ(read_answers(client.got).size(), 1u);
    EXPECT_EQ(read_answers(client.got)[0].status, 413u);
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(server_->stats().connections, 0u);
}

TEST_F(ServerTest, CutsASlowHeader) {
    Client& client = connect();
    const std::string text = get("/slow", "X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
    for (int second = 0; second < 9; ++second) {
        client.send(text.substr(static_cast<std::size_t>(second), 1));
        run_for(1s);
        EXPECT_FALSE(client.closed) << second;
    }
    run_for(3s);
    ASSERT_EQ(read_answers(client.got).size(), 1u);
    EXPECT_EQ(read_answers(client.got)[0].status, 408u);
    run_for(3s);
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(server_->stats().timed_out, 1u);
}

TEST_F(ServerTest, ClosesAConnectionThatNeverAsks) {
    Client& client = connect();
    run_for(9s);
    EXPECT_FALSE(client.closed);
    run_for(3s);
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(client.got, "");
}

TEST_F(ServerTest, CutsASlowBodyAndLetsAFairOneThrough) {
    Client& slow = connect();
    Client& fair = connect();
    const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10020\r\n\r\n";
    slow.send(head);
    fair.send(head);
    for (int second = 0; second < 30; ++second) {
        slow.send(std::string(100, 's'));
        fair.send(std::string(334, 'f'));
        run_for(1s);
    }
    EXPECT_EQ(read_answers(slow.got).at(0).status, 408u);
    EXPECT_TRUE(slow.closed);
    EXPECT_EQ(read_answers(fair.got).at(0).status, 200u);
    EXPECT_FALSE(fair.closed);
}

TEST_F(ServerTest, ClosesIdleConnectionsAfterAMinute) {
    Client& client = connect();
    client.send(get("/a"));
    run_for(58s);
    EXPECT_FALSE(client.closed);
    client.send(get("/b"));
    run_for(58s);
    EXPECT_FALSE(client.closed);
    run_for(5s);
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(read_answers(client.got).size(), 2u);
    EXPECT_EQ(server_->stats().timed_out, 0u);
}

TEST_F(ServerTest, DoesNotTimeARequestThatIsBeingServed) {
    RequestToken open;
    serve_ = [&](const Request&, RequestToken token) { open = token; };
    Client& client = connect();
    client.send(get("/a"));
    run_for(10min);
    EXPECT_FALSE(client.closed);
    server_->respond(open, {200, "text/plain", {}, "late"});
    server_->flush();
    run_for(1s);
    EXPECT_EQ(read_answers(client.got).at(0).body, "late");
}

TEST_F(ServerTest, ClosesAPeerThatDoesNotReadItsAnswer) {
    serve_ = [&](const Request&, RequestToken token) {
        server_->respond(token, {200, "text/plain", {}, std::string(500'000, 'a')});
    };
    Client& client = connect();
    client.stop_reading();
    client.send(get("/a"));
    run_for(28s);
    EXPECT_EQ(server_->stats().connections, 1u);
    run_for(5s);
    EXPECT_EQ(server_->stats().connections, 0u);
    EXPECT_EQ(server_->stats().timed_out, 1u);
}

TEST_F(ServerTest, CapsConnectionsPerPeerAndInAll) {
    ServerOptions options;
    options.connections_max = 12;
    options.connections_per_peer_max = 5;
    start(options);
    for (int i = 0; i < 8; ++i) connect();
    run_for(1s);
    EXPECT_EQ(server_->stats().connections, 5u);
    EXPECT_EQ(server_->stats().refused_connections, 3u);
    os::sim::SimLoop other(network_, clock_, "10.0.0.10");
    os::sim::SimLoop local(network_, clock_, "127.0.0.1");
    std::vector<std::unique_ptr<Client>> more;
    for (int i = 0; i < 3; ++i) more.push_back(std::make_unique<Client>(network_, other));
    for (int i = 0; i < 6; ++i) more.push_back(std::make_unique<Client>(network_, local));
    run_for(1s);
    EXPECT_EQ(server_->stats().connections, 12u) << "loopback is limited by the total alone";
    for (auto& client : clients_) client->leave();
    run_for(1s);
    Client& again = connect();
    again.send(get("/a"));
    run_for(1s);
    EXPECT_EQ(read_answers(again.got).size(), 1u) << "places are given back";
    more.clear();
}

TEST_F(ServerTest, ServesHonestPeersAmongTenThousandSlowOnesAndRidsItselfOfThose) {
    ServerOptions options;
    options.connections_per_peer_max = 20'000;
    start(options);
    constexpr std::size_t kSlow = 10'000;
    for (std::size_t i = 0; i < kSlow; ++i)
        connect().send(i % 2 == 0 ? "GET /slow HTTP/1.1\r\nHo" : post("/slow", "x").substr(0, 50));
    run_for(1s);
    EXPECT_EQ(server_->stats().connections, kSlow);
    Client& honest = connect();
    for (int i = 0; i < 5; ++i) {
        honest.send(get("/a"));
        run_for(10ms);
        EXPECT_EQ(read_answers(honest.got).size(), static_cast<std::size_t>(i) + 1);
    }
    run_for(15s);
    honest.send(get("/b"));
    run_for(1s);
    EXPECT_EQ(read_answers(honest.got).size(), 6u);
    EXPECT_EQ(server_->stats().connections, 1u);
    EXPECT_EQ(server_->stats().timed_out, kSlow);
}

}  // namespace
}  // namespace holdfast::http
