// Goal: the real loop keeps its promises with real sockets, timers and threads.
// Method: loopback sockets on port zero; the loop runs on the test's thread with a deadline.
#include "os/asio_loop.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sys/resource.h>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::os {
namespace {

class FixedClock final : public Clock {
  public:
    [[nodiscard]] Instant wall() const override { return {}; }
    [[nodiscard]] Microseconds since_boot() const override { return {}; }
    [[nodiscard]] std::uint64_t boot_id() const override { return 1; }
};

/// Echoes what it reads, and destroys itself when the peer is done.
class Echo final : public StreamEvents {
  public:
    Echo(std::unique_ptr<Stream> stream, std::unique_ptr<Echo>* self)
        : stream_(std::move(stream)), self_(self) {
        stream_->set_events(this);
        stream_->want_read();
    }
    void on_readable() override {
        std::byte buffer[4096];
        const IoResult got = stream_->read(buffer);
        if (got.kind != IoResult::Kind::ok) return self_->reset();
        const ByteSpan piece(buffer, got.bytes);
        stream_->write({&piece, 1});
        stream_->want_read();
    }
    void on_writable() override {}

  private:
    std::unique_ptr<Stream> stream_;
    std::unique_ptr<Echo>* self_;
};

class Collector final : public StreamEvents {
  public:
    Collector(AsioLoop& loop, std::unique_ptr<Stream> stream, std::size_t expected)
        : loop_(loop), stream_(std::move(stream)), expected_(expected) {
        stream_->set_events(this);
        stream_->want_read();
    }
    void on_readable() override {
        std::byte buffer[4096];
        const IoResult got = stream_->read(buffer);
        if (got.kind == IoResult::Kind::ok) text_ += as_text(ByteSpan(buffer, got.bytes));
        closed_ = got.kind == IoResult::Kind::closed || got.kind == IoResult::Kind::broken;
        if (closed_ || text_.size() >= expected_) return loop_.stop();
        stream_->want_read();
    }
    void on_writable() override {
        writable_ = true;
        loop_.stop();
    }
    Stream& stream() { return *stream_; }
    std::string text_;
    bool writable_ = false;
    bool closed_ = false;

  private:
    AsioLoop& loop_;
    std::unique_ptr<Stream> stream_;
    std::size_t expected_;
};

class AsioLoopTest : public testing::Test {
  protected:
    FixedClock clock_;
    AsioLoop loop_{clock_};
    std::unique_ptr<Timer> deadline_ = loop_.call_after(std::chrono::seconds(20), [this] {
        ADD_FAILURE() << "too slow";
        loop_.stop();
    });
};

TEST_F(AsioLoopTest, CarriesBytesBothWaysAndGathersWrites) {
    std::vector<std::unique_ptr<Echo>> servers(1);
    auto listener = loop_.listen({}, [&](std::unique_ptr<Stream> stream) {
        EXPECT_EQ(stream->peer(), "127.0.0.1");
        servers[0] = std::make_unique<Echo>(std::move(stream), &servers[0]);
    });
    ASSERT_TRUE(listener) << to_string(listener.error());
    auto stream = loop_.connect({.port = (*listener)->port()});
    ASSERT_TRUE(stream);
    Collector client(loop_, std::move(*stream), 11);
    const ByteSpan pieces[] = {as_byte_span("hello"), as_byte_span(" "), as_byte_span("world")};
    EXPECT_EQ(client.stream().write(pieces).bytes, 11u);
    loop_.run();
    EXPECT_EQ(client.text_, "hello world");
    client.stream().finish_writing();
    while (servers[0] != nullptr) {
        auto again = loop_.call_after(std::chrono::milliseconds(1), [&] { loop_.stop(); });
        loop_.run();
    }
}

TEST_F(AsioLoopTest, TellsWhenABlockedWriteMayGoOn) {
    std::unique_ptr<Stream> server;
    auto listener = loop_.listen({}, [&](std::unique_ptr<Stream> stream) {
        server = std::move(stream);
        loop_.stop();
    });
    ASSERT_TRUE(listener);
    auto stream = loop_.connect({.port = (*listener)->port()});
    ASSERT_TRUE(stream);
    Collector client(loop_, std::move(*stream), 1);
    loop_.run();
    ASSERT_NE(server, nullptr);
    const std::string block(1 << 20, 'x');
    const ByteSpan piece = as_byte_span(block);
    std::size_t sent = 0;
    for (;;) {
        const IoResult wrote = client.stream().write({&piece, 1});
        if (wrote.kind == IoResult::Kind::would_block) break;
        ASSERT_EQ(wrote.kind, IoResult::Kind::ok);
        sent += wrote.bytes;
    }
    client.stream().want_write();
    std::size_t received = 0;
    std::vector<std::byte> buffer(1 << 20);
    while (received < sent) {
        const IoResult got = server->read(buffer);
        if (got.kind == IoResult::Kind::ok) received += got.bytes;
    }
    loop_.run();
    EXPECT_TRUE(client.writable_);
}

TEST_F(AsioLoopTest, RunsTheHookOncePerTurnAfterAllThatWasReady) {
    std::vector<std::string> order;
    loop_.on_turn_end([&] { order.emplace_back("end"); });
    loop_.post([&] { order.emplace_back("a"); });
    loop_.post([&] {
        order.emplace_back("b");
        loop_.stop();
    });
    loop_.run();
    EXPECT_EQ(order, (std::vector<std::string>{"a", "b", "end"}));
}

TEST_F(AsioLoopTest, CancelsATimerThatIsDestroyedEvenInsideItsOwnTask) {
    int fired = 0;
    std::unique_ptr<Timer> self;
    auto cancelled = loop_.call_after(Microseconds(0), [&] { fired += 100; });
    cancelled.reset();
    self = loop_.call_after(std::chrono::milliseconds(2), [&] {
        ++fired;
        self.reset();
        loop_.stop();
    });
    loop_.run();
    EXPECT_EQ(fired, 1);
}

TEST_F(AsioLoopTest, TakesTasksFromOtherThreads) {
    constexpr int kTasks = 20'000;
    int done = 0;
    std::thread other([&] {
        for (int i = 0; i < kTasks; ++i)
            loop_.post([&] {
                if (++done == kTasks) loop_.stop();
            });
    });
    loop_.run();
    other.join();
    EXPECT_EQ(done, kTasks);
}

TEST_F(AsioLoopTest, RunsASignalAsATask) {
    int seen = 0;
    loop_.on_signal([&](int number) {
        seen = number;
        loop_.stop();
    });
    ::raise(SIGHUP);
    loop_.run();
    EXPECT_EQ(seen, SIGHUP);
}

TEST_F(AsioLoopTest, ShedsConnectionsWhenOutOfDescriptorsAndRecovers) {
    std::vector<std::unique_ptr<Stream>> accepted;
    auto listener = loop_.listen({}, [&](std::unique_ptr<Stream> stream) {
        accepted.push_back(std::move(stream));
        loop_.stop();
    });
    ASSERT_TRUE(listener);
    const Endpoint to{.port = (*listener)->port()};
    auto first = loop_.connect(to);
    loop_.run();
    ASSERT_EQ(accepted.size(), 1u);

    // Connect while there are descriptors, then take all the rest away before accepting.
    auto second = loop_.connect(to);
    ASSERT_TRUE(second);
    Collector client(loop_, std::move(*second), 1);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit few = before;
    few.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &few);
    std::vector<int> taken;
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken.push_back(fd);
    loop_.run();  // until the client sees its connection closed
    for (const int fd : taken) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(accepted.size(), 1u);
    EXPECT_TRUE(client.closed_);

    auto third = loop_.connect(to);
    ASSERT_TRUE(third);
    loop_.run();
    EXPECT_EQ(accepted.size(), 2u);
}

TEST_F(AsioLoopTest, RefusesAPortThatIsTakenAndAHostName) {
    auto listener = loop_.listen({}, [](auto) {});
    ASSERT_TRUE(listener);
    auto again = loop_.listen({.port = (*listener)->port()}, [](auto) {});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::already_exists);
    auto named = loop_.listen({.host = "localhost"}, [](auto) {});
    ASSERT_FALSE(named);
    EXPECT_EQ(named.error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace holdfast::os
