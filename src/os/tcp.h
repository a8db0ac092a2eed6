// TCP sockets over the loop's readiness set: one recv per read, one sendmsg per gathered write.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "os/net.h"
#include "os/readiness.h"

namespace holdfast::os {

class TcpStream final : public Stream, private Readiness::Watcher {
  public:
    /// Takes the descriptor over. It must be non-blocking.
    TcpStream(Readiness& readiness, int fd, std::string peer);
    ~TcpStream() override;

    void set_events(StreamEvents* events) override { events_ = events; }
    void want_read() override;
    void want_write() override;
    IoResult read(MutableByteSpan into) override;
    IoResult write(std::span<const ByteSpan> pieces) override;
    void finish_writing() override;
    [[nodiscard]] std::string peer() const override { return peer_; }

  private:
    void on_ready(std::uint32_t events) override;
    void arm();

    Readiness& readiness_;
    int fd_;
    std::string peer_;
    StreamEvents* events_ = nullptr;
    bool reading_wanted_ = false;
    bool writing_wanted_ = false;
    /// What the kernel was last told; 0 means that the descriptor is not in the set.
    std::uint32_t armed_ = 0;
    /// Set while on_ready runs, so that it can notice that the stream destroyed itself.
    bool* destroyed_ = nullptr;
};

/// Numeric IPv4 or IPv6 addresses only: a listener must not depend on a name service.
Result<std::unique_ptr<Listener>> listen_tcp(Readiness& readiness, const Endpoint& at,
                                             AcceptHandler on_accept);

/// A connected non-blocking client socket; connecting blocks. For tools and tests.
Result<std::unique_ptr<Stream>> connect_tcp(Readiness& readiness, const Endpoint& to);

}  // namespace holdfast::os
