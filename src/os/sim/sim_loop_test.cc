// Goal: the simulated loop and network keep TCP's promises under every fault, and a seed decides
// all. Method: echo servers and clients in one world; the bytes that come back are compared, and
// whole runs are compared by their trace.
#include "os/sim/sim_loop.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace holdfast::os::sim {
namespace {

using namespace std::chrono_literals;

/// Echoes, respecting back-pressure; ends when the peer ends.
class EchoServer {
  public:
    EchoServer(SimLoop& loop, std::uint16_t port) {
        auto made = loop.listen({.port = port}, [this](std::unique_ptr<Stream> stream) {
            const int id = next_++;
            peers_[id] = std::make_unique<Peer>(*this, id, std::move(stream));
        });
        listener_ = std::move(*made);
    }
    std::uint64_t bytes = 0;

  private:
    struct Peer final : StreamEvents {
        Peer(EchoServer& s, int i, std::unique_ptr<Stream> given)
            : server(s), id(i), stream(std::move(given)) {
            stream->set_events(this);
            stream->want_read();
        }
        void on_readable() override {
            std::byte buffer[1000];
            const IoResult got = stream->read(buffer);
            if (got.kind == IoResult::Kind::broken) return void(server.peers_.erase(id));
            if (got.kind == IoResult::Kind::closed) {
                ended = true;
            } else {
                pending += as_text(ByteSpan(buffer, got.bytes));
                server.bytes += got.bytes;
            }
            send();
        }
        void on_writable() override { send(); }
        void send() {
            if (!pending.empty()) {
                const ByteSpan piece = as_byte_span(pending);
                const IoResult wrote = stream->write({&piece, 1});
                if (wrote.kind == IoResult::Kind::broken) return void(server.peers_.erase(id));
                pending.erase(0, wrote.bytes);
                if (!pending.empty()) stream->want_write();
            }
            if (pending.empty() && ended) return void(server.peers_.erase(id));
            if (pending.size() < 4000 && !ended) stream->want_read();
        }
        EchoServer& server;
        int id;
        std::unique_ptr<Stream> stream;
        std::string pending;
        bool ended = false;
    };
    std::unique_ptr<Listener> listener_;
    std::map<int, std::unique_ptr<Peer>> peers_;
    int next_ = 0;
};

/// Sends a text, ends its side, and collects what comes back.
class Client final : public StreamEvents {
  public:
    Client(SimNetwork& network, SimLoop& loop, std::uint16_t port, std::string text)
        : stream_(network.connect(loop, port)), text_(std::move(text)) {
        stream_->set_events(this);
        stream_->want_read();
        send();
    }
    void on_readable() override {
        std::byte buffer[700];
        const IoResult got = stream_->read(buffer);
        if (got.kind == IoResult::Kind::closed || got.kind == IoResult::Kind::broken) {
            closed = true;
            stream_.reset();
            return;
        }
        back += as_text(ByteSpan(buffer, got.bytes));
        stream_->want_read();
    }
    void on_writable() override { send(); }
    std::string back;
    bool closed = false;

  private:
    void send() {
        while (stream_ != nullptr && sent_ < text_.size()) {
            const ByteSpan piece = as_byte_span(std::string_view(text_).substr(sent_));
            const IoResult wrote = stream_->write({&piece, 1});
            if (wrote.kind == IoResult::Kind::broken) return;
            if (wrote.kind == IoResult::Kind::would_block) return stream_->want_write();
            sent_ += wrote.bytes;
        }
        if (stream_ != nullptr) stream_->finish_writing();
    }
    std::unique_ptr<Stream> stream_;
    std::string text_;
    std::size_t sent_ = 0;
};

std::string some_text(SimRandom& random, std::size_t size) {
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>('a' + random.below(26));
    return text;
}

struct Outcome {
    std::uint64_t trace = 0;
    std::uint64_t events = 0;
    std::size_t complete = 0;
    std::size_t clients = 0;
    std::size_t open = 0;
};

Outcome echo_run(std::uint64_t seed, std::size_t clients, std::uint32_t reset) {
    SimWorld world(seed);
    SimNetwork network(world);
    network.faults().reset = reset;
    network.faults().window_bytes = 2000;
    SimClock clock;
    world.attach(clock);
    SimLoop server_loop(network, clock);
    SimLoop client_loop(network, clock, "10.0.0.9");
    Outcome run;
    {
        EchoServer server(server_loop, 80);
        std::vector<std::string> texts;
        std::vector<std::unique_ptr<Client>> all;
        for (std::size_t i = 0; i < clients; ++i) {
            texts.push_back(some_text(world.random(), world.random().below(20'000)));
            all.push_back(std::make_unique<Client>(network, client_loop, 80, texts.back()));
        }
        while (world.step()) {
        }
        for (std::size_t i = 0; i < clients; ++i) {
            EXPECT_TRUE(all[i]->closed) << "seed " << seed;
            EXPECT_EQ(all[i]->back, texts[i].substr(0, all[i]->back.size())) << "seed " << seed;
            run.complete += all[i]->back == texts[i] ? 1 : 0;
        }
    }
    while (world.step()) {
    }
    run.clients = clients;
    run.trace = world.trace_hash();
    run.events = world.events();
    run.open = network.open_connections();
    return run;
}

TEST(SimWorld, RunsEventsInTimeOrderAndForgetsCancelledOnes) {
    SimWorld world(1);
    SimClock clock;
    world.attach(clock);
    const Microseconds before = clock.since_boot();
    std::string order;
    world.schedule(30us, [&] { order += 'c'; });
    world.schedule(10us, [&] { order += 'a'; });
    const EventId gone = world.schedule(20us, [&] { order += 'x'; });
    world.schedule(20us, [&] { order += 'b'; });
    world.cancel(gone);
    world.run_until(25us);
    EXPECT_EQ(order, "ab");
    EXPECT_EQ(clock.since_boot() - before, 25us);
    world.run_for(1s);
    EXPECT_EQ(order, "abc");
    EXPECT_EQ(world.events(), 3u);
    EXPECT_EQ(world.pending(), 0u);
    world.cancel(gone);  // stale: harmless
}

TEST(SimLoop, EchoesEveryByteInOrderThroughSplitsAndShortWrites) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Outcome run = echo_run(seed, 10, 0);
        EXPECT_EQ(run.complete, run.clients) << "seed " << seed;
        EXPECT_EQ(run.open, 0u) << "seed " << seed;
    }
}

TEST(SimLoop, LosesTailsNeverMiddlesWhenConnectionsAreReset) {
    std::size_t complete = 0, clients = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Outcome run = echo_run(seed, 10, 20'000);
        EXPECT_EQ(run.open, 0u) << "seed " << seed;
        complete += run.complete;
        clients += run.clients;
    }
    EXPECT_LT(complete, clients);
    EXPECT_GT(complete, 0u);
}

TEST(SimLoop, RepeatsARunExactlyUnderItsSeed) {
    const Outcome first = echo_run(7, 10, 5'000);
    const Outcome again = echo_run(7, 10, 5'000);
    EXPECT_EQ(first.trace, again.trace);
    EXPECT_EQ(first.events, again.events);
    EXPECT_NE(first.trace, echo_run(8, 10, 5'000).trace);
}

class SimLoopTest : public testing::Test {
  protected:
    SimWorld world_{3};
    SimNetwork network_{world_};
    SimClock clock_;
    SimLoop server_loop_{network_, clock_};
    SimLoop client_loop_{network_, clock_, "10.0.0.9"};
};

TEST_F(SimLoopTest, RefusesAPortWithoutAListenerAndATakenOne) {
    Client client(network_, client_loop_, 81, "hello");
    world_.run_for(1s);
    EXPECT_TRUE(client.closed);
    EchoServer server(server_loop_, 80);
    const auto again = client_loop_.listen({.port = 80}, [](auto) {});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::already_exists);
}

TEST_F(SimLoopTest, KeepsBytesBackWhileCutAndDeliversThemAfterwards) {
    EchoServer server(server_loop_, 80);
    Client client(network_, client_loop_, 80, "hello");
    network_.cut(server_loop_, 10s);
    world_.run_until(9s);
    EXPECT_EQ(server.bytes, 0u);
    world_.run_until(11s);
    EXPECT_EQ(client.back, "hello");
}

TEST_F(SimLoopTest, GivesUpOnAConnectionThatIsCutForTooLong) {
    EchoServer server(server_loop_, 80);
    Client client(network_, client_loop_, 80, "hello");
    world_.run_for(1ms);
    network_.cut(server_loop_, 1h);
    Client second(network_, client_loop_, 80, "again");
    world_.run_until(2min);
    EXPECT_TRUE(client.closed);
    EXPECT_FALSE(second.closed) << "never accepted: still waiting";
}

TEST_F(SimLoopTest, ResetsThePeersOfACrashedLoopAndRunsNothingOfIt) {
    auto machine = std::make_unique<SimLoop>(network_, clock_);
    auto server = std::make_unique<EchoServer>(*machine, 90);
    bool ran = false;
    auto timer = machine->call_after(1s, [&] { ran = true; });
    Client client(network_, client_loop_, 90, std::string(100'000, 'x'));
    world_.run_for(2ms);
    ASSERT_GT(server->bytes, 0u);
    network_.crash(*machine);
    timer.reset();
    server.reset();
    machine.reset();
    world_.run_for(10s);
    EXPECT_TRUE(client.closed);
    EXPECT_LT(client.back.size(), 100'000u);
    EXPECT_FALSE(ran);
    EXPECT_EQ(network_.open_connections(), 0u);

    SimLoop next(network_, clock_);
    EchoServer reborn(next, 90);
    Client later(network_, client_loop_, 90, "hello");
    world_.run_for(1s);
    EXPECT_EQ(later.back, "hello");
}

TEST_F(SimLoopTest, DestroysALoopWithTimersStillScheduled) {
    int ran = 0;
    std::unique_ptr<Timer> timer;
    {
        SimLoop shortlived(network_, clock_);
        shortlived.post([&] { ++ran; });
        timer = shortlived.call_after(1s, [&] { ++ran; });
    }
    world_.run_for(10s);
    EXPECT_EQ(ran, 0);
}

TEST_F(SimLoopTest, RunsUntilStopped) {
    int ticks = 0;
    std::unique_ptr<Timer> timer;
    const std::function<void()> tick = [&] {
        if (++ticks == 3) return server_loop_.stop();
        timer = server_loop_.call_after(1s, tick);
    };
    tick();
    int turns = 0;
    server_loop_.on_turn_end([&] { ++turns; });
    server_loop_.run();
    EXPECT_EQ(ticks, 3);
    EXPECT_EQ(turns, 2);
    EXPECT_GE(world_.now(), 2s);
}

}  // namespace
}  // namespace holdfast::os::sim
