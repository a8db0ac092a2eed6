// TLS 1.2 and 1.3 around any Stream, by OpenSSL over memory buffers: the socket stays where it was,
// in the loop or in the simulation. The handshake happens inside the first reads; its time limit is
// that of the first request (http/limits.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "os/loop.h"
#include "os/net.h"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace holdfast::os {

/// Paths of PEM files. The chain starts with the server's own certificate.
struct TlsFiles {
    std::string certificate_chain;
    std::string private_key;
};

struct TlsStats {
    std::uint64_t handshakes = 0;         ///< completed
    std::uint64_t handshakes_failed = 0;  ///< refused, garbled, or left by the peer
    std::uint64_t handshakes_shed = 0;    ///< connections dropped because too many were under way
    std::size_t handshaking = 0;          ///< now
};

/// The server's side of TLS for any number of listeners of one loop.
class TlsContext {
  public:
    /// Handshakes are what a flood of connections makes us pay for; beyond this many at a time new
    /// connections are dropped.
    static constexpr std::size_t kHandshakesMaxDefault = 64;

    static Result<std::unique_ptr<TlsContext>> load(
        TlsFiles files, std::size_t handshakes_max = kHandshakesMaxDefault);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    /// Reads the files again. New connections use them; on failure the old ones stay in use.
    Result<void> reload();

    /// An accept handler for a listener that gives `inner` the decrypted streams. The context and
    /// the loop outlive the listener and its streams.
    AcceptHandler accept_handler(Loop& loop, AcceptHandler inner);

    [[nodiscard]] const TlsStats& stats() const { return stats_; }

  private:
    friend class TlsStream;
    TlsContext(TlsFiles files, std::size_t handshakes_max);

    TlsFiles files_;
    std::size_t handshakes_max_;
    SSL_CTX* context_ = nullptr;
    TlsStats stats_;
};

class TlsStream final : public Stream, private StreamEvents {
  public:
    /// Takes `ssl` over, which knows its role. `context` counts the handshake and may be null.
    TlsStream(Loop& loop, std::unique_ptr<Stream> lower, SSL* ssl, TlsContext* context);
    ~TlsStream() override;

    void set_events(StreamEvents* events) override { events_ = events; }
    void want_read() override;
    void want_write() override;
    IoResult read(MutableByteSpan into) override;
    IoResult write(std::span<const ByteSpan> pieces) override;
    void finish_writing() override;
    [[nodiscard]] std::string peer() const override { return lower_->peer(); }

  private:
    enum class Handshake : std::uint8_t { under_way, done, failed };
    static constexpr std::size_t kReadBytes = 16 * 1024;
    /// Ciphertext that the socket has not taken; beyond it a write takes nothing more.
    static constexpr std::size_t kCipherBytesMax = 256 * 1024;

    void on_readable() override;
    void on_writable() override;
    IoResult decrypt(MutableByteSpan into);
    void note_handshake(bool failed);
    [[nodiscard]] std::size_t encrypted_pending() const;
    /// Hands ciphertext to the socket. False: the connection is broken.
    bool flush();

    Loop& loop_;
    std::unique_ptr<Stream> lower_;
    SSL* ssl_;
    TlsContext* context_;
    StreamEvents* events_ = nullptr;
    Handshake handshake_ = Handshake::under_way;
    bool want_read_ = false;
    bool want_write_ = false;
    bool more_ = false;       ///< decrypted or undecrypted bytes are here already
    bool told_more_ = false;  ///< a task that tells of them is posted
    bool finishing_ = false;  ///< the socket's side ends once the ciphertext is out
    bool broken_ = false;
    std::string cipher_;  ///< taken from OpenSSL, not yet by the socket
    std::size_t cipher_sent_ = 0;
    std::string gathered_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::os
