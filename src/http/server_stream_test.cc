// Goal: answers without an end are bounded, their end is told, and a draining server ends well.
#include "http/server_fixture.h"

namespace holdfast::http {
namespace {

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

}  // namespace
}  // namespace holdfast::http
