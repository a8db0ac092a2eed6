// Sockets as bytes: non-blocking reads and gathered writes, told when ready. No coroutine, no
// buffer of its own. Real: Asio's reactor. Simulated: delay, loss and resets under a seed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace holdfast::os {

struct IoResult {
    enum class Kind : std::uint8_t {
        ok,
        would_block,
        closed,  ///< the peer has ended its side in order; it may still read
        broken,  ///< reset, or any other error: nothing will ever move again
    };
    Kind kind = Kind::would_block;
    std::size_t bytes = 0;
};

class StreamEvents {
  public:
    virtual ~StreamEvents() = default;
    /// Bytes, an orderly end or an error wait to be read. Called again only after `want_read`.
    virtual void on_readable() = 0;
    /// A write that would have blocked may go on. Called again only after `want_write`.
    virtual void on_writable() = 0;
};

/// One connection. Used by the thread of its loop only. Destruction closes it; events stop then,
/// so it may be destroyed inside its own event or inside that of another. Streams, listeners and
/// timers are destroyed before their loop.
class Stream {
  public:
    virtual ~Stream() = default;
    virtual void set_events(StreamEvents* events) = 0;
    virtual void want_read() = 0;
    virtual void want_write() = 0;
    virtual IoResult read(MutableByteSpan into) = 0;
    /// One gathered write; may take a part.
    virtual IoResult write(std::span<const ByteSpan> pieces) = 0;
    /// Tells the peer that nothing more will be written; reading goes on. A server that closes
    /// while bytes of the peer are unread would otherwise reset the connection, and the answer
    /// that explains the closing would be lost with it.
    virtual void finish_writing() = 0;
    /// Address of the peer without its port; empty when unknown.
    [[nodiscard]] virtual std::string peer() const = 0;
};

struct Endpoint {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
};

using AcceptHandler = std::function<void(std::unique_ptr<Stream>)>;

class Listener {
  public:
    virtual ~Listener() = default;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace holdfast::os
