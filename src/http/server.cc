#include "http/server.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "http/connection.h"

namespace holdfast::http {
namespace {

constexpr Microseconds kSweepEvery = std::chrono::seconds(1);
/// Closed connections that keep their buffers for new ones. The objects themselves stay: their
/// generation tells old tokens from new ones.
constexpr std::size_t kSparesMax = 1024;

bool is_loopback(std::string_view peer) { return peer.starts_with("127.") || peer == "::1"; }

}  // namespace

struct Server::Impl final : ConnectionHost {
    Impl(os::Loop& given_loop, Handler& given_handler, ServerOptions given_options)
        : loop(given_loop) {
        handler = &given_handler;
        options = given_options;
    }
    ~Impl() override { *alive = false; }

    Microseconds now() override {
        if (!turn_time) turn_time = loop.clock().since_boot();
        return *turn_time;
    }
    std::string_view date() override {
        if (!turn_date) {
            turn_date = true;
            date_text = date_cache.at(loop.clock().wall());
        }
        return date_text;
    }
    [[nodiscard]] bool draining() const override { return drain_done != nullptr; }

    void mark_dirty(Connection& connection) override {
        if (connection.dirty) return;
        connection.dirty = true;
        dirty.push_back(&connection);
    }
    void resume_later(Connection& connection) override {
        resumed.push_back({&connection, connection.generation()});
        if (resumed.size() > 1) return;
        loop.post([this, still = alive] {
            if (*still) resume_all();
        });
    }
    void close(Connection& connection) override {
        const std::uint32_t index = connection.index();
        leave_peer(connection.peer());
        --stats.connections;
        connection.reset();
        free.push_back(index);
        if (free.size() > kSparesMax) connection.release_memory();
        if (stats.connections == 0) finish_drain();
    }

    void resume_all() {
        std::vector<std::pair<Connection*, std::uint32_t>> batch;
        batch.swap(resumed);
        for (const auto& [connection, generation] : batch)
            if (connection->generation() == generation) connection->resume();
    }
    /// Those that have taken nothing for the longest time go first, until half the budget is free:
    /// looking at all connections must not be needed again soon.
    void drop_slow_readers() {
        std::vector<Connection*> holders;
        for (const auto& connection : connections)
            if (connection->is_open() && connection->holds_unread_answers())
                holders.push_back(connection.get());
        std::ranges::sort(holders, {}, &Connection::last_progress);
        for (Connection* connection : holders) {
            if (stats.unsent_bytes <= options.unsent_bytes_max / 2) return;
            ++stats.slow_readers;
            connection->dirty = false;
            close(*connection);
        }
    }
    bool enter_peer(const std::string& peer) {
        if (is_loopback(peer) && !options.limit_loopback_peers) return true;
        std::size_t& count = peers[peer];
        if (count >= options.connections_per_peer_max) return false;
        ++count;
        return true;
    }
    void leave_peer(const std::string& peer) {
        const auto found = peers.find(peer);
        if (found != peers.end() && --found->second == 0) peers.erase(found);
    }
    void arm_sweep() {
        if (sweep_timer != nullptr) return;
        sweep_timer = loop.call_after(kSweepEvery, [this] {
            // Moved out first: the timer must not be destroyed and made again inside its own task.
            const auto fired = std::move(sweep_timer);
            for (const auto& connection : connections)
                if (connection->is_open()) connection->sweep();
            if (stats.connections > 0) arm_sweep();
        });
    }
    void finish_drain() {
        if (drain_done == nullptr || drain_told) return;
        drain_told = true;
        loop.post([this, still = alive] {
            if (*still) drain_done();
        });
    }
    Connection* find(RequestToken token) {
        if (token.connection >= connections.size()) return nullptr;
        Connection* connection = connections[token.connection].get();
        if (!connection->is_open() || connection->generation() != token.generation) return nullptr;
        return connection;
    }

    os::Loop& loop;
    std::vector<std::unique_ptr<Connection>> connections;
    std::vector<std::uint32_t> free;
    std::vector<Connection*> dirty;
    std::vector<Connection*> flushing;
    std::vector<std::pair<Connection*, std::uint32_t>> resumed;
    std::unordered_map<std::string, std::size_t> peers;
    std::unique_ptr<os::Timer> sweep_timer;
    std::unique_ptr<os::Timer> drain_timer;
    std::function<void()> drain_done;
    bool drain_told = false;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);

    std::optional<Microseconds> turn_time;
    bool turn_date = false;
    DateText date_cache;
    std::string_view date_text;

    // Between begin_body() and end_body().
    Connection* open_body = nullptr;
    std::string* open_out = nullptr;
    std::size_t open_head_end = 0;
    bool open_sends_body = true;
};

Server::Server(os::Loop& loop, Handler& handler, ServerOptions options)
    : impl_(std::make_unique<Impl>(loop, handler, options)) {}

Server::~Server() = default;

void Server::accept(std::unique_ptr<os::Stream> stream) {
    Impl& impl = *impl_;
    std::string peer = stream->peer();
    if (impl.stats.connections >= impl.options.connections_max || impl.draining() ||
        !impl.enter_peer(peer)) {
        ++impl.stats.refused_connections;
        return;
    }
    ++impl.stats.accepted;
    ++impl.stats.connections;
    std::uint32_t index = 0;
    if (impl.free.empty()) {
        index = static_cast<std::uint32_t>(impl.connections.size());
        impl.connections.push_back(std::make_unique<Connection>(impl, index));
    } else {
        index = impl.free.back();
        impl.free.pop_back();
    }
    impl.connections[index]->open(std::move(stream), std::move(peer));
    impl.arm_sweep();
}

void Server::flush() {
    Impl& impl = *impl_;
    // Closing a live stream may make its handler answer others: until nothing is left.
    while (!impl.dirty.empty()) {
        impl.flushing.swap(impl.dirty);
        for (Connection* connection : impl.flushing) {
            if (!connection->dirty) continue;
            connection->dirty = false;
            connection->flush();
        }
        impl.flushing.clear();
        if (impl.dirty.empty() && impl.full_of_answers()) impl.drop_slow_readers();
    }
    impl.turn_time.reset();
    impl.turn_date = false;
}

bool Server::alive(RequestToken token) const {
    const Connection* connection = impl_->find(token);
    return connection != nullptr && connection->waiting(token.number);
}

void Server::respond(RequestToken token, const Response& response) {
    Connection* connection = impl_->find(token);
    if (connection == nullptr) return;
    std::string* out = connection->output(token.number);
    HOLDFAST_CHECK(out != nullptr, "each request is answered once");
    connection->begin(token.number, *out, response, Framing::length, response.body.size());
    if (connection->sends_body(token.number, response.status)) out->append(response.body);
    connection->finish(token.number);
}

std::string& Server::begin_body(RequestToken token, const Response& head) {
    Impl& impl = *impl_;
    HOLDFAST_CHECK(impl.open_out == nullptr, "one body is open at a time");
    impl.open_body = impl.find(token);
    if (impl.open_body == nullptr) {
        impl.scratch.clear();
        impl.open_out = &impl.scratch;
        return impl.scratch;
    }
    impl.open_out = impl.open_body->output(token.number);
    HOLDFAST_CHECK(impl.open_out != nullptr, "each request is answered once");
    impl.open_body->begin(token.number, *impl.open_out, head, Framing::length_later, 0);
    impl.open_head_end = impl.open_out->size();
    impl.open_sends_body = impl.open_body->sends_body(token.number, head.status);
    HOLDFAST_CHECK(head.status != 204 && head.status != 304, "these have no body to begin");
    return *impl.open_out;
}

void Server::end_body(RequestToken token) {
    Impl& impl = *impl_;
    HOLDFAST_CHECK(impl.open_out != nullptr, "a body is open");
    std::string& out = *impl.open_out;
    impl.open_out = nullptr;
    if (impl.open_body == nullptr) return;
    patch_length(out, impl.open_head_end, out.size() - impl.open_head_end);
    if (!impl.open_sends_body) out.resize(impl.open_head_end);
    impl.open_body->finish(token.number);
}

void Server::begin_stream(RequestToken token, const Response& head) {
    Connection* connection = impl_->find(token);
    if (connection == nullptr) return;
    HOLDFAST_CHECK(connection->waiting(token.number), "each request is answered once");
    connection->begin_stream(token.number, head);
}

bool Server::stream_write(RequestToken token, std::string_view bytes) {
    Connection* connection = impl_->find(token);
    return connection != nullptr && connection->stream_write(token.number, bytes);
}

void Server::end_stream(RequestToken token) {
    Connection* connection = impl_->find(token);
    if (connection != nullptr) connection->end_stream(token.number);
}

std::size_t Server::stream_unsent(RequestToken token) const {
    const Connection* connection = impl_->find(token);
    return connection == nullptr ? 0 : connection->unsent();
}

void Server::drain(Microseconds time_max, std::function<void()> done) {
    Impl& impl = *impl_;
    HOLDFAST_CHECK(impl.drain_done == nullptr, "a server drains once");
    impl.drain_done = std::move(done);
    if (impl.stats.connections == 0) return impl.finish_drain();
    for (const auto& connection : impl.connections)
        if (connection->is_open()) connection->drain();
    impl.drain_timer = impl.loop.call_after(time_max, [&impl] {
        for (const auto& connection : impl.connections)
            if (connection->is_open()) impl.close(*connection);
    });
}

const ServerStats& Server::stats() const { return impl_->stats; }

}  // namespace holdfast::http
