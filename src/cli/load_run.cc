#include "cli/load_run.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <ctime>
#include <deque>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cli/load_request.h"
#include "cli/load_response.h"

namespace holdfast::cli {
namespace {

using Nanos = std::int64_t;  // CLOCK_MONOTONIC

constexpr std::size_t kReadBytes = 512 * 1024;
constexpr int kEventsMax = 512;
constexpr Nanos kDrain = 2'000'000'000;
// Nearer than this to the next intended start the loop polls instead of sleeping: a wake-up of an
// idle virtual processor costs about as much, and would count as the hub's latency. It yields
// between two polls, because the kernel's worker that ends the hub's flush may wait for this one.
constexpr Nanos kSpinBelow = 50'000;
constexpr std::size_t kFirstErrorBytes = 600;

Nanos now() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return Nanos{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// A file descriptor with an owner.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_ = -1;
};

struct Connection {
    Descriptor socket;
    std::string unread;          ///< the beginning of an answer that is not all here yet
    std::string unwritten;       ///< what the socket did not take
    std::vector<Nanos> started;  ///< ring of the start times of the requests in flight
    std::uint32_t oldest = 0;
    std::uint32_t in_flight = 0;
    bool waits_for_room = false;  ///< EPOLLOUT is on
    bool is_idle = false;         ///< stands in the engine's queue of idle connections
};

/// Intended start times of an open loop.
class Schedule {
  public:
    Schedule(const LoadOptions& options, Nanos start, std::uint64_t seed)
        : gap_(options.rate > 0 ? 1e9 / options.rate : 0),
          poisson_(options.arrivals == Arrivals::poisson),
          next_(static_cast<double>(start)),
          random_(seed) {}
    [[nodiscard]] bool is_open() const { return gap_ > 0; }
    [[nodiscard]] Nanos next() const { return static_cast<Nanos>(next_); }
    void advance() { next_ += poisson_ ? -gap_ * std::log(random_.unit()) : gap_; }

  private:
    double gap_;
    bool poisson_;
    double next_;
    SplitMix random_;
};

Result<sockaddr_in> resolve(const LoadOptions& options) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(options.host.c_str(), nullptr, &hints, &found);
    if (code != 0 || found == nullptr) {
        return failure(ErrorCode::not_connected,
                       fmt::format("cannot resolve {}: {}", options.host, gai_strerror(code)));
    }
    sockaddr_in address{};
    std::memcpy(&address, found->ai_addr, sizeof address);
    freeaddrinfo(found);
    address.sin_port = htons(options.port);
    return address;
}

class Engine {
  public:
    Engine(const LoadOptions& options, std::uint64_t seed, sockaddr_in address)
        : options_(options),
          address_(address),
          request_(options, seed),
          epoll_(epoll_create1(EPOLL_CLOEXEC)),
          connections_(options.connections),
          buffer_(kReadBytes),
          start_(now()),
          warm_(start_ + std::chrono::nanoseconds(options.warmup).count()),
          end_(warm_ + std::chrono::nanoseconds(options.duration).count()),
          schedule_(options, start_, seed + 1) {
        report_.seed = seed;
    }

    Result<LoadReport> run();

  private:
    [[nodiscard]] Result<void> open(std::uint32_t index);
    [[nodiscard]] Result<void> reopen(std::uint32_t index);
    [[nodiscard]] Result<void> receive(std::uint32_t index);
    [[nodiscard]] bool whole_batch_taken(std::string_view answer) const;
    void account(std::string_view answer, const ResponseScan& scan, Nanos started, Nanos answered);
    void add_request(Connection& connection, Nanos started);
    [[nodiscard]] bool flush(std::uint32_t index);
    void fill(std::uint32_t index);
    void send_due(Nanos at);
    void stand_idle(std::uint32_t index);
    [[nodiscard]] Nanos wait_until(Nanos at) const;
    [[nodiscard]] Result<void> turn(Nanos wake_at);

    const LoadOptions& options_;
    sockaddr_in address_;
    RequestTemplate request_;
    Descriptor epoll_;
    std::vector<Connection> connections_;
    std::deque<std::uint32_t> idle_;  ///< open loop: connections with room for a request
    std::vector<char> buffer_;
    Nanos start_, warm_, end_;
    Schedule schedule_;
    std::uint64_t in_flight_ = 0;
    LoadReport report_;
};

Result<void> Engine::open(std::uint32_t index) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    const bool connected =
        connect(socket.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0;
    if (!connected) {
        return failure(ErrorCode::not_connected, fmt::format("{}:{}: {}", options_.host,
                                                             options_.port, std::strerror(errno)));
    }
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(socket.get(), F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = index;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) {
        return failure(ErrorCode::io_error, fmt::format("epoll_ctl: {}", std::strerror(errno)));
    }
    Connection& connection = connections_[index];
    connection.socket = std::move(socket);
    connection.started.resize(options_.pipeline);
    return {};
}

Result<void> Engine::reopen(std::uint32_t index) {
    Connection& connection = connections_[index];
    report_.lost += connection.in_flight;
    in_flight_ -= connection.in_flight;
    const bool was_idle = connection.is_idle;
    connection = Connection{};
    connection.is_idle = was_idle;
    if (auto opened = open(index); !opened) return opened;
    if (schedule_.is_open()) {
        stand_idle(index);
    } else if (now() < end_) {
        fill(index);
    }
    return {};
}

void Engine::add_request(Connection& connection, Nanos started) {
    request_.append_to(connection.unwritten);
    connection.started[(connection.oldest + connection.in_flight) % options_.pipeline] = started;
    ++connection.in_flight;
    ++in_flight_;
}

/// Writes what it can; asks to be woken when the rest fits. False when the connection is gone,
/// which the next read of it will notice and mend.
bool Engine::flush(std::uint32_t index) {
    Connection& connection = connections_[index];
    const ssize_t written = send(connection.socket.get(), connection.unwritten.data(),
                                 connection.unwritten.size(), MSG_NOSIGNAL);
    if (written < 0 && errno != EAGAIN) return false;
    if (written > 0) connection.unwritten.erase(0, static_cast<std::size_t>(written));
    const bool wants_room = !connection.unwritten.empty();
    if (wants_room != connection.waits_for_room) {
        epoll_event event{};
        event.events = EPOLLIN | (wants_room ? EPOLLOUT : 0U);
        event.data.u32 = index;
        epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket.get(), &event);
        connection.waits_for_room = wants_room;
    }
    return true;
}

/// Closed loop: a whole pipeline in one write.
void Engine::fill(std::uint32_t index) {
    Connection& connection = connections_[index];
    const Nanos started = now();
    while (connection.in_flight < options_.pipeline) add_request(connection, started);
    (void)flush(index);
}

void Engine::stand_idle(std::uint32_t index) {
    if (connections_[index].is_idle) return;
    connections_[index].is_idle = true;
    idle_.push_back(index);
}

/// Open loop: everything that is due and has a connection; what has none keeps its intended start.
/// Connections take turns, so that requests spread before they pile up on one.
void Engine::send_due(Nanos at) {
    while (!idle_.empty() && schedule_.next() <= at && schedule_.next() < end_) {
        const std::uint32_t index = idle_.front();
        idle_.pop_front();
        Connection& connection = connections_[index];
        connection.is_idle = false;
        add_request(connection, schedule_.next());
        schedule_.advance();
        (void)flush(index);
        if (connection.in_flight < options_.pipeline) stand_idle(index);
    }
}

/// Lines of a batch are refused one by one, and the answer is 200 all the same.
bool Engine::whole_batch_taken(std::string_view answer) const {
    if (options_.operation != LoadOperation::events_batch) return true;
    const std::size_t summary = answer.rfind(R"({"summary")");
    if (summary == std::string_view::npos) return false;
    const std::string taken = fmt::format(R"("accepted":{},)", options_.items_per_query);
    return answer.find(taken, summary) != std::string_view::npos;
}

void Engine::account(std::string_view answer, const ResponseScan& scan, Nanos started,
                     Nanos answered) {
    if (answered < warm_ || answered >= end_) return;
    ++report_.by_status[scan.status];
    report_.latency.record(static_cast<std::uint64_t>(std::max<Nanos>(0, answered - started)));
    if (scan.status / 100 == 2 && whole_batch_taken(answer)) {
        ++report_.ok;
    } else if (scan.status == 409) {
        ++report_.refused;
    } else if (report_.first_error.empty()) {
        report_.first_error = answer.substr(0, kFirstErrorBytes);
    }
}

Result<void> Engine::receive(std::uint32_t index) {
    Connection& connection = connections_[index];
    const std::size_t kept = connection.unread.size();
    if (kept >= kReadBytes) return failure(ErrorCode::invalid_format, "an answer without an end");
    std::memcpy(buffer_.data(), connection.unread.data(), kept);
    const ssize_t got = recv(connection.socket.get(), buffer_.data() + kept, kReadBytes - kept, 0);
    if (got < 0 && errno == EAGAIN) return {};
    if (got <= 0) return reopen(index);
    std::string_view bytes(buffer_.data(), kept + static_cast<std::size_t>(got));
    const Nanos answered = now();
    bool closes = false;
    while (!bytes.empty() && !closes) {
        const ResponseScan scan = scan_response(bytes);
        if (scan.kind == ResponseScan::Kind::incomplete) break;
        if (scan.kind == ResponseScan::Kind::unintelligible || connection.in_flight == 0) {
            return failure(ErrorCode::invalid_format,
                           fmt::format("not an answer to a request: {:.80}", bytes));
        }
        account(bytes.substr(0, scan.bytes), scan, connection.started[connection.oldest], answered);
        connection.oldest = (connection.oldest + 1) % options_.pipeline;
        --connection.in_flight;
        --in_flight_;
        closes = scan.closes;
        bytes.remove_prefix(scan.bytes);
    }
    if (closes) return reopen(index);
    connection.unread.assign(bytes);
    if (schedule_.is_open()) {
        if (connection.in_flight < options_.pipeline) stand_idle(index);
    } else if (connection.in_flight == 0 && answered < end_) {
        fill(index);
    }
    return {};
}

Nanos Engine::wait_until(Nanos at) const {
    if (!schedule_.is_open() || idle_.empty() || schedule_.next() >= end_) return at;
    return std::min(at, schedule_.next());
}

Result<void> Engine::turn(Nanos wake_at) {
    epoll_event events[kEventsMax];
    const Nanos left = std::max<Nanos>(0, wake_at - now());
    const Nanos sleep = left < kSpinBelow ? 0 : left - kSpinBelow / 2;
    const timespec timeout{static_cast<time_t>(sleep / 1'000'000'000), sleep % 1'000'000'000};
    const int count = epoll_pwait2(epoll_.get(), events, kEventsMax, &timeout, nullptr);
    if (count < 0 && errno != EINTR) {
        return failure(ErrorCode::io_error, fmt::format("epoll_wait: {}", std::strerror(errno)));
    }
    if (count == 0 && sleep == 0) sched_yield();
    for (int i = 0; i < count; ++i) {
        const std::uint32_t index = events[i].data.u32;
        if ((events[i].events & EPOLLOUT) != 0) (void)flush(index);
        if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) continue;
        if (auto received = receive(index); !received) return received;
    }
    return {};
}

Result<LoadReport> Engine::run() {
    for (std::uint32_t i = 0; i < options_.connections; ++i) {
        if (auto opened = open(i); !opened) return tl::unexpected(std::move(opened.error()));
    }
    prctl(PR_SET_TIMERSLACK, 1UL);
    // The clock of the run starts when all connections stand.
    const Nanos connecting = now() - start_;
    start_ += connecting, warm_ += connecting, end_ += connecting;
    schedule_ = Schedule(options_, start_, report_.seed + 1);
    for (std::uint32_t i = 0; i < options_.connections; ++i) {
        if (schedule_.is_open()) {
            stand_idle(i);
        } else {
            fill(i);
        }
    }
    for (Nanos at = now(); at < end_; at = now()) {
        if (schedule_.is_open()) send_due(at);
        if (auto turned = turn(wait_until(end_)); !turned) {
            return tl::unexpected(std::move(turned.error()));
        }
    }
    for (; schedule_.is_open() && schedule_.next() < end_; schedule_.advance()) ++report_.unsent;
    report_.seconds = static_cast<double>(end_ - warm_) * 1e-9;
    report_.ops_per_s = static_cast<double>(report_.latency.count()) / report_.seconds;
    // The last answers are waited for, so that the hub is left with nothing half done.
    for (const Nanos give_up = end_ + kDrain; in_flight_ > 0 && now() < give_up;) {
        if (auto turned = turn(std::min(give_up, now() + 50'000'000)); !turned) break;
    }
    return report_;
}

Result<void> check_bounds(const LoadOptions& options) {
    const auto within = [](auto value, auto low, auto high) {
        return value >= low && value <= high;
    };
    if (!within(options.connections, 1U, kConnectionsMax)) {
        return failure(ErrorCode::invalid_argument,
                       fmt::format("connections: 1 to {}", kConnectionsMax));
    }
    if (!within(options.pipeline, 1U, kPipelineMax)) {
        return failure(ErrorCode::invalid_argument, fmt::format("pipeline: 1 to {}", kPipelineMax));
    }
    if (!within(options.skus, 1U, kSkusMax) || !within(options.locations, 0U, kLocationsMax) ||
        !within(options.items_per_query, 1U, kItemsPerQueryMax)) {
        return failure(ErrorCode::invalid_argument,
                       fmt::format("skus: 1 to {}, locations: 0 to {}, items: 1 to {}", kSkusMax,
                                   kLocationsMax, kItemsPerQueryMax));
    }
    if (options.duration.count() < 1 || options.warmup.count() < 0 || !(options.rate >= 0)) {
        return failure(ErrorCode::invalid_argument,
                       "duration must be positive, warmup and rate not negative");
    }
    return {};
}

}  // namespace

Result<LoadReport> run_load(const LoadOptions& options) {
    if (auto bounded = check_bounds(options); !bounded) return tl::unexpected(bounded.error());
    auto address = resolve(options);
    if (!address) return tl::unexpected(address.error());
    std::uint64_t seed = options.seed;
    while (seed == 0) {
        if (getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
            return failure(ErrorCode::io_error, "no randomness for a seed; give one");
        }
    }
    return Engine(options, seed, *address).run();
}

}  // namespace holdfast::cli
