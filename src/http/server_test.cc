// Goal: the server keeps its promises on a simulated network: order, bounds, time limits, ends.
// Method: one world, a server loop and a client loop; clients send scripted bytes at given times
// and keep all that comes back. No real time passes.
#include "http/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "os/sim/sim_loop.h"

namespace holdfast::http {
namespace {

using namespace std::chrono_literals;
using os::IoResult;

class Client final : public os::StreamEvents {
  public:
    Client(os::sim::SimNetwork& network, os::sim::SimLoop& loop)
        : stream_(network.connect(loop, 80)) {
        stream_->set_events(this);
        stream_->want_read();
    }
    void send(std::string_view text) {
        unsent_ += text;
        push();
    }
    void finish() {
        finished_ = true;
        push();
    }
    void stop_reading() { reading_ = false; }
    void resume_reading() {
        reading_ = true;
        on_readable();
    }
    void leave() { stream_.reset(); }

    void on_readable() override {
        if (!reading_ || stream_ == nullptr) return;
        std::byte buffer[8192];
        const IoResult result = stream_->read(buffer);
        if (result.kind == IoResult::Kind::closed || result.kind == IoResult::Kind::broken) {
            closed = true;
            stream_.reset();
            return;
        }
        got += as_text(ByteSpan(buffer, result.bytes));
        stream_->want_read();
    }
    void on_writable() override { push(); }

    std::string got;
    bool closed = false;
    [[nodiscard]] std::size_t unsent() const { return unsent_.size(); }

  private:
    void push() {
        while (stream_ != nullptr && !unsent_.empty()) {
            const ByteSpan piece = as_byte_span(unsent_);
            const IoResult wrote = stream_->write({&piece, 1});
            if (wrote.kind == IoResult::Kind::broken) return;
            if (wrote.kind == IoResult::Kind::would_block) return stream_->want_write();
            unsent_.erase(0, wrote.bytes);
        }
        if (finished_ && stream_ != nullptr) stream_->finish_writing();
    }
    std::unique_ptr<os::Stream> stream_;
    std::string unsent_;
    bool finished_ = false;
    bool reading_ = true;
};

struct Answer {
    unsigned status = 0;
    std::string body;
    std::map<std::string, std::string> fields;
};

/// The answers in what a client got, read by Beast. `heads`: positions that answer HEAD.
std::vector<Answer> read_answers(const std::string& text, std::vector<std::size_t> heads = {}) {
    namespace bhttp = boost::beast::http;
    std::vector<Answer> answers;
    std::size_t at = 0;
    while (at < text.size()) {
        bhttp::response_parser<bhttp::string_body> parser;
        parser.eager(true);
        parser.body_limit(boost::none);
        parser.skip(std::count(heads.begin(), heads.end(), answers.size()) > 0);
        boost::beast::error_code error;
        while (!parser.is_done()) {
            at += parser.put(boost::asio::buffer(text.data() + at, text.size() - at), error);
            if (error) break;
        }
        if (error) {
            if (error != bhttp::error::need_more) ADD_FAILURE() << error.message() << "\n" << text;
            break;
        }
        Answer answer;
        answer.status = parser.get().result_int();
        answer.body = parser.get().body();
        for (const auto& field : parser.get())
            answer.fields[std::string(field.name_string())] = std::string(field.value());
        answers.push_back(std::move(answer));
    }
    return answers;
}

class ServerTest : public testing::Test, public Handler {
  protected:
    ServerTest() {
        world_.attach(clock_);
        loop_.on_turn_end([this] { server_->flush(); });
        start({});
        serve_ = [this](const Request& request, RequestToken token) { echo(request, token); };
    }
    ~ServerTest() override { clients_.clear(); }

    void start(ServerOptions options) {
        server_.reset();
        listener_.reset();
        server_ = std::make_unique<Server>(loop_, *this, options);
        listener_ = std::move(*loop_.listen(
            {.port = 80}, [this](auto stream) { server_->accept(std::move(stream)); }));
    }
    void handle(const Request& request, RequestToken token) override { serve_(request, token); }
    BodyPolicy accept_head(const RequestHead& head) override {
        return {head.path == "/bulk" ? kBodyBytesBulk : kBodyBytesDefault};
    }
    void on_stream_closed(RequestToken token) override { closed_streams_.push_back(token); }

    void echo(const Request& request, RequestToken token) {
        std::string body(name(request.method));
        body.append(" ").append(request.target).append(" ").append(request.body);
        server_->respond(token, {200, "text/plain", {}, body});
    }
    Client& connect() {
        clients_.push_back(std::make_unique<Client>(network_, client_loop_));
        return *clients_.back();
    }
    void run_for(Microseconds span) { world_.run_for(span); }

    os::sim::SimWorld world_{11};
    os::sim::SimNetwork network_{world_};
    os::sim::SimClock clock_;
    os::sim::SimLoop loop_{network_, clock_};
    os::sim::SimLoop client_loop_{network_, clock_, "10.0.0.9"};
    std::unique_ptr<Server> server_;
    std::unique_ptr<os::Listener> listener_;
    std::function<void(const Request&, RequestToken)> serve_;
    std::vector<RequestToken> closed_streams_;
    std::vector<std::unique_ptr<Client>> clients_;
};

std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}
std::string post(const std::string& target, const std::string& body,
                 const std::string& fields = "") {
    return "POST " + target +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           fields + "\r\n" + body;
}

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
        seen = request.body;
        // The padding behind the body is readable.
        for (std::size_t i = 0; i < kBodyPadding; ++i)
            seen.push_back(request.body.data()[request.body.size() + i]);
        server_->respond(token, {200, "text/plain", {}, "taken"});
    };
    Client& client = connect();
    client.send(sent + "0\r\n\r\n" + get("/next"));
    run_for(60s);
    EXPECT_EQ(read_answers(client.got).size(), 2u);
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

TEST_F(ServerTest, StreamsUntilTheHandlerEnds) {
    RequestToken open;
    serve_ = [&](const Request& request, RequestToken token) {
        if (request.path != "/live") return echo(request, token);
        open = token;
        server_->begin_stream(token, {200, "text/event-stream", "Cache-Control: no-store\r\n", {}});
    };
    Client& client = connect();
    client.send(get("/live") + get("/after"));
    run_for(1s);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(server_->stream_write(open, "data: " + std::to_string(i) + "\n\n"));
        server_->flush();
        run_for(200s);
    }
    server_->end_stream(open);
    server_->flush();
    run_for(1s);
    EXPECT_FALSE(server_->stream_write(open, "late"));
    const auto answers = read_answers(client.got);
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].body, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
    EXPECT_EQ(answers[0].fields.at("Cache-Control"), "no-store");
    EXPECT_EQ(answers[1].body, "GET /after ");
    EXPECT_TRUE(closed_streams_.empty());
}

TEST_F(ServerTest, TellsWhenAStreamsPeerLeaves) {
    RequestToken open;
    serve_ = [&](const Request&, RequestToken token) {
        open = token;
        server_->begin_stream(token, {200, "text/event-stream", {}, {}});
    };
    Client& client = connect();
    client.send(get("/live"));
    run_for(1s);
    client.leave();
    run_for(1s);
    ASSERT_EQ(closed_streams_.size(), 1u);
    EXPECT_EQ(closed_streams_[0], open);
    EXPECT_FALSE(server_->stream_write(open, "x"));
    EXPECT_EQ(server_->stats().connections, 0u);
}

TEST_F(ServerTest, DisconnectsAStreamReaderThatIsTooSlow) {
    RequestToken open;
    serve_ = [&](const Request&, RequestToken token) {
        open = token;
        server_->begin_stream(token, {200, "text/event-stream", {}, {}});
    };
    Client& client = connect();
    client.send(get("/live"));
    run_for(1s);
    client.stop_reading();
    const std::string event(10'000, 'e');
    std::size_t written = 0;
    while (server_->stream_write(open, event)) {
        ++written;
        ASSERT_LT(written, 1000u);
        server_->flush();
        run_for(1ms);
    }
    server_->flush();
    EXPECT_LE(written * event.size(), kStreamBytesMax + network_.faults().window_bytes + 1);
    EXPECT_EQ(server_->stats().slow_streams, 1u);
    EXPECT_EQ(server_->stats().connections, 0u);
    EXPECT_TRUE(closed_streams_.empty());
}

TEST_F(ServerTest, DrainsByFinishingWhatWasAsked) {
    std::map<std::string, RequestToken> open;
    serve_ = [&](const Request& request, RequestToken token) {
        if (request.path == "/live")
            return server_->begin_stream(token, {200, "text/event-stream", {}, {}});
        open[std::string(request.path)] = token;
    };
    Client& idle = connect();
    Client& busy = connect();
    Client& arriving = connect();
    Client& live = connect();
    idle.send(get("/x"));
    busy.send(get("/a") + get("/b"));
    live.send(get("/live"));
    run_for(1s);
    server_->respond(open.at("/x"), {200, "text/plain", {}, "x"});
    server_->flush();
    arriving.send("GET /c HTT");
    run_for(1s);

    bool done = false;
    server_->drain(10s, [&] { done = true; });
    server_->flush();
    run_for(1s);
    EXPECT_TRUE(idle.closed);
    EXPECT_TRUE(live.closed);
    EXPECT_EQ(closed_streams_.size(), 1u);
    Client& late = connect();
    arriving.send("P/1.1\r\nHost: h\r\n\r\n");
    run_for(1s);
    EXPECT_TRUE(late.closed);
    EXPECT_FALSE(done);
    ASSERT_EQ(open.size(), 4u);
    for (const auto& [path, token] : open)
        if (server_->alive(token)) server_->respond(token, {200, "text/plain", {}, "end"});
    server_->flush();
    run_for(3s);
    const auto answers = read_answers(busy.got);
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].fields.count("Connection"), 0u);
    EXPECT_EQ(answers[1].fields.at("Connection"), "close");
    EXPECT_EQ(read_answers(arriving.got).at(0).fields.at("Connection"), "close");
    EXPECT_TRUE(done);
}

TEST_F(ServerTest, DrainsNoLongerThanAllowed) {
    serve_ = [](const Request&, RequestToken) {};
    connect().send(get("/a"));
    run_for(1s);
    bool done = false;
    server_->drain(5s, [&] { done = true; });
    run_for(4s);
    EXPECT_FALSE(done);
    run_for(2s);
    EXPECT_TRUE(done);
    EXPECT_EQ(server_->stats().connections, 0u);
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
