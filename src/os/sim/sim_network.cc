#include "os/sim/sim_network.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "os/sim/sim_loop.h"

namespace holdfast::os::sim {

class SimStream final : public Stream {
  public:
    SimStream(SimNetwork& network, std::uint32_t index, std::uint32_t generation, std::string peer)
        : network_(network), index_(index), generation_(generation), peer_(std::move(peer)) {}
    ~SimStream() override {
        if (lives()) network_.close(index_);
    }

    void set_events(StreamEvents* events) override {
        if (lives()) network_.ends_[index_].events = events;
    }
    void want_read() override {
        if (lives()) network_.want_read(index_);
    }
    void want_write() override {
        if (lives()) network_.want_write(index_);
    }
    IoResult read(MutableByteSpan into) override {
        return lives() ? network_.read(index_, into) : IoResult{IoResult::Kind::broken, 0};
    }
    IoResult write(std::span<const ByteSpan> pieces) override {
        return lives() ? network_.write(index_, pieces) : IoResult{IoResult::Kind::broken, 0};
    }
    void finish_writing() override {
        if (lives()) network_.finish_writing(index_);
    }
    [[nodiscard]] std::string peer() const override { return peer_; }

  private:
    /// False after a crash of the loop: the end is gone before its stream is.
    [[nodiscard]] bool lives() const {
        return network_.alive(index_, generation_) && !network_.ends_[index_].crashed;
    }

    SimNetwork& network_;
    std::uint32_t index_;
    std::uint32_t generation_;
    std::string peer_;
};

class SimListener final : public Listener {
  public:
    SimListener(SimNetwork& network, SimLoop& loop, std::uint16_t port, AcceptHandler on_accept)
        : network_(network), port_(port), on_accept_(std::move(on_accept)) {
        network_.listeners_[port_] = {&loop, &on_accept_};
    }
    ~SimListener() override {
        const auto found = network_.listeners_.find(port_);
        if (found != network_.listeners_.end() && found->second.on_accept == &on_accept_)
            network_.listeners_.erase(found);
    }
    [[nodiscard]] std::uint16_t port() const override { return port_; }

  private:
    SimNetwork& network_;
    std::uint16_t port_;
    AcceptHandler on_accept_;
};

Result<std::unique_ptr<Listener>> SimLoop::listen(const Endpoint& at, AcceptHandler on_accept) {
    std::uint16_t port = at.port;
    while (port == 0) {
        port = network_.next_port_++;
        if (network_.listeners_.contains(port)) port = 0;
    }
    if (network_.listeners_.contains(port))
        return failure(ErrorCode::already_exists, "port " + std::to_string(port) + " is taken");
    return std::make_unique<SimListener>(network_, *this, port, std::move(on_accept));
}

bool SimNetwork::chance(std::uint32_t per_million) {
    return per_million != 0 && world_.random().below(1'000'000) < per_million;
}

Microseconds SimNetwork::delay() {
    return world_.random_delay(faults_.delay_min, faults_.delay_max);
}

std::uint32_t SimNetwork::allocate(SimLoop* loop) {
    std::uint32_t index = 0;
    if (free_.empty()) {
        index = static_cast<std::uint32_t>(ends_.size());
        ends_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    End& end = ends_[index];
    const std::uint32_t generation = end.generation;
    std::string bytes = std::move(end.bytes);
    std::vector<std::uint32_t> segments = std::move(end.segments);
    bytes.clear();
    segments.clear();
    end = End{};
    end.generation = generation;
    end.bytes = std::move(bytes);
    end.segments = std::move(segments);
    end.used = end.held = true;
    end.loop = loop;
    end.last_arrival = world_.now();
    return index;
}

/// Both ends are let go: their numbers may be used again.
void SimNetwork::release_pair(std::uint32_t index) {
    for (const std::uint32_t i : {index, ends_[index].peer}) {
        ends_[i].used = false;
        ++ends_[i].generation;
        free_.push_back(i);
    }
}

std::unique_ptr<Stream> SimNetwork::connect(SimLoop& from, std::uint16_t port) {
    ++stats_.connections;
    const std::uint32_t client = allocate(&from);
    const std::uint32_t server = allocate(nullptr);
    ends_[client].peer = server;
    ends_[server].peer = client;
    ends_[server].opened_by_port = port;
    const Microseconds at = std::max(world_.now(), from.cut_until_) + delay();
    ends_[server].last_arrival = at;
    world_.schedule(at, [this, server, generation = ends_[server].generation] {
        if (alive(server, generation)) arrive_syn(server);
    });
    return std::make_unique<SimStream>(*this, client, ends_[client].generation, "10.0.0.1");
}

void SimNetwork::arrive_syn(std::uint32_t server) {
    const auto found = listeners_.find(static_cast<std::uint16_t>(ends_[server].opened_by_port));
    if (found == listeners_.end()) {
        ends_[server].held = false;
        reset_pair(server);
        return;
    }
    SimLoop* loop = found->second.loop;
    if (loop->cut_until_ > world_.now()) {
        world_.schedule(loop->cut_until_ + delay(),
                        [this, server, generation = ends_[server].generation] {
                            if (alive(server, generation)) arrive_syn(server);
                        });
        return;
    }
    ends_[server].loop = loop;
    const std::uint32_t generation = ends_[server].generation;
    const auto port = found->first;
    loop->make_ready([this, server, generation, port] {
        if (!alive(server, generation)) return;
        // The listener may have gone between the arrival and the turn that accepts.
        const auto still = listeners_.find(port);
        const SimLoop* client = ends_[ends_[server].peer].loop;
        auto stream = std::make_unique<SimStream>(*this, server, generation,
                                                  client != nullptr ? client->address_ : "");
        if (still != listeners_.end()) (*still->second.on_accept)(std::move(stream));
    });
}

Microseconds SimNetwork::cut_until(std::uint32_t index) const {
    const SimLoop* a = ends_[index].loop;
    const SimLoop* b = ends_[ends_[index].peer].loop;
    return std::max(a != nullptr ? a->cut_until_ : Microseconds{0},
                    b != nullptr ? b->cut_until_ : Microseconds{0});
}

void SimNetwork::send(std::uint32_t to, std::uint32_t size) {
    End& end = ends_[to];
    end.segments.push_back(size);
    end.last_arrival = std::max(end.last_arrival, world_.now() + delay());
    ++stats_.segments;
    world_.schedule(end.last_arrival, [this, to, generation = end.generation] {
        if (alive(to, generation)) arrive(to);
    });
}

/// One segment arrives. Each scheduled arrival delivers exactly the oldest one, so a delay can
/// never reorder the bytes of a connection.
void SimNetwork::arrive(std::uint32_t to) {
    const Microseconds cut = cut_until(to);
    if (cut > world_.now()) {
        const bool gives_up = cut - world_.now() > faults_.give_up_after;
        const Microseconds at =
            gives_up ? world_.now() + faults_.give_up_after : cut + faults_.delay_max;
        world_.schedule(at, [this, to, gives_up, generation = ends_[to].generation] {
            if (!alive(to, generation)) return;
            if (gives_up)
                reset_pair(to);
            else
                arrive(to);
        });
        return;
    }
    End& end = ends_[to];
    if (end.reset || end.segments_at == end.segments.size()) return;
    const std::uint32_t size = end.segments[end.segments_at++];
    if (end.segments_at == end.segments.size()) {
        end.segments.clear();
        end.segments_at = 0;
    }
    if (!end.held) {
        // Bytes for a socket that was closed: the kernel answers with a reset.
        if (size != kEnd) reset_pair(to);
        return;
    }
    if (size == kEnd) {
        end.end_arrived = true;
    } else {
        world_.note(hash64(as_byte_span(std::string_view(end.bytes).substr(end.arrived, size))));
        end.arrived += size;
        stats_.bytes += size;
    }
    tell_readable(to);
}

void SimNetwork::tell_readable(std::uint32_t index) {
    End& end = ends_[index];
    if (!end.want_read || end.told_readable || end.loop == nullptr || !end.held) return;
    end.told_readable = true;
    end.loop->make_ready([this, index, generation = end.generation] {
        if (!alive(index, generation)) return;
        End& now = ends_[index];
        now.told_readable = false;
        if (!now.held || !now.want_read) return;
        now.want_read = false;
        if (now.events != nullptr) now.events->on_readable();
    });
}

void SimNetwork::tell_writable(std::uint32_t index) {
    End& end = ends_[index];
    if (!end.want_write || end.loop == nullptr || !end.held) return;
    end.want_write = false;
    end.loop->make_ready([this, index, generation = end.generation] {
        if (!alive(index, generation) || !ends_[index].held) return;
        if (ends_[index].events != nullptr) ends_[index].events->on_writable();
    });
}

void SimNetwork::want_read(std::uint32_t index) {
    End& end = ends_[index];
    end.want_read = true;
    if (end.reset || end.end_arrived || end.read_at < end.arrived) tell_readable(index);
}

void SimNetwork::want_write(std::uint32_t index) {
    End& end = ends_[index];
    end.want_write = true;
    const End& peer = ends_[end.peer];
    if (end.reset || peer.bytes.size() - peer.read_at < faults_.window_bytes) tell_writable(index);
}

IoResult SimNetwork::read(std::uint32_t index, MutableByteSpan into) {
    End& end = ends_[index];
    if (end.reset) return {IoResult::Kind::broken, 0};
    const std::size_t waiting = end.arrived - end.read_at;
    if (waiting == 0)
        return {end.end_arrived ? IoResult::Kind::closed : IoResult::Kind::would_block, 0};
    std::size_t size = std::min(waiting, into.size());
    if (size > 1 && chance(faults_.split_read)) size = 1 + world_.random().below(size - 1);
    std::memcpy(into.data(), end.bytes.data() + end.read_at, size);
    end.read_at += size;
    if (end.read_at == end.bytes.size()) {
        end.bytes.clear();
        end.read_at = end.arrived = 0;
    } else if (end.read_at > faults_.window_bytes) {
        end.bytes.erase(0, end.read_at);
        end.arrived -= end.read_at;
        end.read_at = 0;
    }
    tell_writable(end.peer);
    return {IoResult::Kind::ok, size};
}

IoResult SimNetwork::write(std::uint32_t index, std::span<const ByteSpan> pieces) {
    if (chance(faults_.reset)) reset_pair(index);
    End& end = ends_[index];
    if (end.reset || end.end_sent) return {IoResult::Kind::broken, 0};
    End& peer = ends_[end.peer];
    std::size_t total = 0;
    for (const ByteSpan piece : pieces) total += piece.size();
    if (total == 0) return {IoResult::Kind::ok, 0};
    const std::size_t used = peer.bytes.size() - peer.read_at;
    const std::size_t room = faults_.window_bytes > used ? faults_.window_bytes - used : 0;
    if (room == 0) return {IoResult::Kind::would_block, 0};
    std::size_t size = std::min(total, room);
    if (size > 1 && chance(faults_.short_write)) size = 1 + world_.random().below(size - 1);
    std::size_t left = size;
    for (const ByteSpan piece : pieces) {
        const std::size_t part = std::min(left, piece.size());
        peer.bytes.append(reinterpret_cast<const char*>(piece.data()), part);
        left -= part;
        if (left == 0) break;
    }
    const std::uint32_t to = end.peer;
    if (size > 1 && chance(faults_.split_segment)) {
        const auto first = static_cast<std::uint32_t>(1 + world_.random().below(size - 1));
        send(to, first);
        send(to, static_cast<std::uint32_t>(size) - first);
    } else {
        send(to, static_cast<std::uint32_t>(size));
    }
    return {IoResult::Kind::ok, size};
}

void SimNetwork::finish_writing(std::uint32_t index) {
    End& end = ends_[index];
    if (end.reset || end.end_sent) return;
    end.end_sent = true;
    send(end.peer, kEnd);
}

void SimNetwork::close(std::uint32_t index) {
    End& end = ends_[index];
    end.held = false;
    end.events = nullptr;
    if (!ends_[end.peer].held) return release_pair(index);
    if (end.reset) return;
    // As in a kernel: closing while received bytes are unread resets the connection, and what we
    // sent last may be lost with it.
    if (end.read_at < end.arrived) {
        const std::uint32_t peer = end.peer;
        world_.schedule_after(delay(), [this, peer, generation = ends_[peer].generation] {
            if (alive(peer, generation)) reset_pair(peer);
        });
        return;
    }
    finish_writing(index);
}

void SimNetwork::reset_end(std::uint32_t index) {
    End& end = ends_[index];
    if (end.reset) return;
    end.reset = true;
    end.bytes.clear();
    end.segments.clear();
    end.read_at = end.arrived = end.segments_at = 0;
    tell_readable(index);
    tell_writable(index);
}

void SimNetwork::reset_pair(std::uint32_t index) {
    const std::uint32_t peer = ends_[index].peer;
    if (!ends_[index].reset) {
        ++stats_.resets;
        world_.note(index);
    }
    reset_end(index);
    reset_end(peer);
    if (!ends_[index].held && !ends_[peer].held) release_pair(index);
}

void SimNetwork::cut(SimLoop& loop, Microseconds until) {
    loop.cut_until_ = std::max(loop.cut_until_, until);
}

void SimNetwork::crash(SimLoop& loop) {
    loop.crashed_ = true;
    loop.ready_.clear();
    std::erase_if(listeners_, [&](const auto& entry) { return entry.second.loop == &loop; });
    for (std::uint32_t i = 0; i < ends_.size(); ++i) {
        if (!ends_[i].used || ends_[i].loop != &loop) continue;
        ends_[i].crashed = true;
        ends_[i].held = false;
        ends_[i].events = nullptr;
        ends_[i].loop = nullptr;
        const std::uint32_t peer = ends_[i].peer;
        if (!ends_[peer].held) {
            release_pair(i);
            continue;
        }
        world_.schedule_after(delay(), [this, peer, generation = ends_[peer].generation] {
            if (alive(peer, generation)) reset_pair(peer);
        });
    }
}

bool SimNetwork::reset_one() {
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < ends_.size(); ++i)
        if (ends_[i].used && !ends_[i].reset && ends_[i].peer > i) open.push_back(i);
    if (open.empty()) return false;
    reset_pair(open[world_.random().below(open.size())]);
    return true;
}

std::size_t SimNetwork::open_connections() const {
    std::size_t count = 0;
    for (const End& end : ends_) count += end.used ? 1 : 0;
    return count / 2;
}

}  // namespace holdfast::os::sim
