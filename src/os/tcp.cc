#include "os/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace holdfast::os {
namespace {

constexpr int kBacklog = 4096;
/// A flood of connections must not keep the turn from answering those that are already here.
constexpr int kAcceptsPerTurn = 256;
constexpr std::size_t kPiecesMax = 64;

std::string system_error(const char* doing) {
    return std::string(doing) + ": " + std::strerror(errno);
}

void set_no_delay(int fd) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

Result<Address> to_address(const Endpoint& endpoint) {
    Address address;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET, endpoint.host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(endpoint.port);
        address.length = sizeof *v4;
    } else if (::inet_pton(AF_INET6, endpoint.host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(endpoint.port);
        address.length = sizeof *v6;
    } else {
        return failure(ErrorCode::invalid_argument,
                       "not a numeric IPv4 or IPv6 address: " + endpoint.host);
    }
    return address;
}

std::string to_text(const sockaddr_storage& storage) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
        ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    } else if (storage.ss_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
        ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    }
    return text.data();
}

std::uint16_t port_of(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

class TcpListener final : public Listener, private Readiness::Watcher {
  public:
    TcpListener(Readiness& readiness, int fd, std::uint16_t port, AcceptHandler on_accept)
        : readiness_(readiness), fd_(fd), port_(port), on_accept_(std::move(on_accept)) {
        reopen_spare();
    }
    ~TcpListener() override {
        readiness_.remove(fd_, this);
        ::close(fd_);
        if (spare_ >= 0) ::close(spare_);
        *alive_ = false;
    }
    [[nodiscard]] std::uint16_t port() const override { return port_; }
    Result<void> start() { return readiness_.add(fd_, EPOLLIN, this); }

  private:
    void reopen_spare() { spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

    void on_ready(std::uint32_t /*events*/) override {
        const std::shared_ptr<bool> alive = alive_;
        for (int i = 0; i < kAcceptsPerTurn && *alive; ++i)
            if (!accept_one()) break;
    }

    /// False when no more connections wait.
    bool accept_one() {
        sockaddr_storage from{};
        socklen_t length = sizeof from;
        const int fd = ::accept4(fd_, reinterpret_cast<sockaddr*>(&from), &length,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            if (spare_ < 0) reopen_spare();
            set_no_delay(fd);
            on_accept_(std::make_unique<TcpStream>(readiness_, fd, to_text(from)));
            return true;
        }
        if (errno == ECONNABORTED || errno == EINTR) return true;
        if (errno == EMFILE || errno == ENFILE) return shed_one();
        return false;
    }

    /// Out of descriptors: a connection left in the queue would wake a level-triggered loop for
    /// ever, so the spare descriptor is given up to take it and close it.
    bool shed_one() {
        if (spare_ < 0) return false;
        ::close(spare_);
        const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) ::close(fd);
        reopen_spare();
        return fd >= 0;
    }

    Readiness& readiness_;
    int fd_;
    int spare_ = -1;
    std::uint16_t port_;
    AcceptHandler on_accept_;
    /// Outlives a listener that is destroyed by its own accept handler.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

TcpStream::TcpStream(Readiness& readiness, int fd, std::string peer)
    : readiness_(readiness), fd_(fd), peer_(std::move(peer)) {}

TcpStream::~TcpStream() {
    if (destroyed_ != nullptr) *destroyed_ = true;
    if (armed_ != 0) readiness_.remove(fd_, this);
    ::close(fd_);
}

void TcpStream::want_read() {
    reading_wanted_ = true;
    if ((armed_ & EPOLLIN) == 0) arm();
}

void TcpStream::want_write() {
    writing_wanted_ = true;
    if ((armed_ & EPOLLOUT) == 0) arm();
}

/// Tells the kernel exactly what is wanted now. Reading stays armed between reads: the kernel is
/// told to stop only when bytes really come while nobody wants them.
void TcpStream::arm() {
    std::uint32_t wanted = 0;
    if (reading_wanted_) wanted |= EPOLLIN | EPOLLRDHUP;
    if (writing_wanted_) wanted |= EPOLLOUT;
    if (wanted == armed_) return;
    if (wanted == 0) {
        // Errors and hang-ups are reported even when nothing is wanted; leaving the set is the
        // only way not to be woken by them again and again.
        readiness_.remove(fd_, this);
    } else if (armed_ == 0) {
        if (!readiness_.add(fd_, wanted, this)) {
            // Out of kernel memory for watches: the peer sees its connection die.
            ::shutdown(fd_, SHUT_RDWR);
            return;
        }
    } else {
        readiness_.change(fd_, wanted, this);
    }
    armed_ = wanted;
}

void TcpStream::on_ready(std::uint32_t ready) {
    bool destroyed = false;
    destroyed_ = &destroyed;
    const bool broken = (ready & (EPOLLERR | EPOLLHUP)) != 0;
    const bool readable = (ready & (EPOLLIN | EPOLLRDHUP)) != 0 || broken;
    const bool writable = (ready & EPOLLOUT) != 0 || broken;
    bool told = false;
    if (writable && writing_wanted_) {
        told = true;
        writing_wanted_ = false;
        if (events_ != nullptr) events_->on_writable();
        if (destroyed) return;
        if (!writing_wanted_) arm();
    }
    if (readable && reading_wanted_) {
        told = true;
        reading_wanted_ = false;
        if (events_ != nullptr) events_->on_readable();
        if (destroyed) return;
    }
    if (!told) arm();
    destroyed_ = nullptr;
}

IoResult TcpStream::read(MutableByteSpan into) {
    for (;;) {
        const ssize_t n = ::recv(fd_, into.data(), into.size(), 0);
        if (n > 0) return {IoResult::Kind::ok, static_cast<std::size_t>(n)};
        if (n == 0) return {IoResult::Kind::closed, 0};
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {IoResult::Kind::would_block, 0};
        return {IoResult::Kind::broken, 0};
    }
}

IoResult TcpStream::write(std::span<const ByteSpan> pieces) {
    std::array<iovec, kPiecesMax> vectors;
    const std::size_t count = std::min(pieces.size(), kPiecesMax);
    for (std::size_t i = 0; i < count; ++i) {
        vectors[i].iov_base = const_cast<std::byte*>(pieces[i].data());
        vectors[i].iov_len = pieces[i].size();
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    for (;;) {
        const ssize_t n = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
        if (n >= 0) return {IoResult::Kind::ok, static_cast<std::size_t>(n)};
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {IoResult::Kind::would_block, 0};
        return {IoResult::Kind::broken, 0};
    }
}

void TcpStream::finish_writing() { ::shutdown(fd_, SHUT_WR); }

Result<std::unique_ptr<Listener>> listen_tcp(Readiness& readiness, const Endpoint& at,
                                             AcceptHandler on_accept) {
    auto address = to_address(at);
    if (!address) return failure(address.error(), "listening");
    const std::string where = at.host + " port " + std::to_string(at.port);
    const int fd =
        ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failure(ErrorCode::io_error, system_error("socket"));
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto* raw = reinterpret_cast<sockaddr*>(&address->storage);
    if (::bind(fd, raw, address->length) != 0 || ::listen(fd, kBacklog) != 0) {
        const bool taken = errno == EADDRINUSE;
        auto refused = failure(taken ? ErrorCode::already_exists : ErrorCode::io_error,
                               system_error(("listening on " + where).c_str()));
        ::close(fd);
        return refused;
    }
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length);
    auto listener =
        std::make_unique<TcpListener>(readiness, fd, port_of(bound), std::move(on_accept));
    if (auto started = listener->start(); !started) return failure(started.error(), "listening");
    return listener;
}

Result<std::unique_ptr<Stream>> connect_tcp(Readiness& readiness, const Endpoint& to) {
    auto address = to_address(to);
    if (!address) return failure(address.error(), "connecting");
    const int fd = ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return failure(ErrorCode::io_error, system_error("socket"));
    auto* raw = reinterpret_cast<sockaddr*>(&address->storage);
    if (::connect(fd, raw, address->length) != 0) {
        auto refused = failure(ErrorCode::not_connected, system_error("connect"));
        ::close(fd);
        return refused;
    }
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    set_no_delay(fd);
    return std::make_unique<TcpStream>(readiness, fd, to.host);
}

}  // namespace holdfast::os
