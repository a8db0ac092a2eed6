// Goal: TLS over a network that splits, delays and cuts short every read and write loses nothing.
// Method: both sides of TLS as streams in one simulated world, echoing under many seeds.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

#include "os/sim/sim_loop.h"
#include "os/tls_stream.h"

namespace holdfast::os::sim {
namespace {

SSL_CTX* make_server_context() {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

/// Sends a text, ends its side, keeps what comes; one of each side makes a full-duplex test.
class Side final : public StreamEvents {
  public:
    Side(std::unique_ptr<Stream> stream, std::string text)
        : stream_(std::move(stream)), text_(std::move(text)) {
        stream_->set_events(this);
        stream_->want_read();
        push();
    }
    void on_readable() override {
        std::byte buffer[5000];
        const IoResult got = stream_->read(buffer);
        if (got.kind == IoResult::Kind::closed) {
            ended = true;
            return;
        }
        if (got.kind == IoResult::Kind::broken) {
            broken = true;
            return;
        }
        received += as_text(ByteSpan(buffer, got.bytes));
        stream_->want_read();
        push();
    }
    void on_writable() override { push(); }
    std::string received;
    bool ended = false;
    bool broken = false;

  private:
    void push() {
        if (finished_) return;
        while (sent_ < text_.size()) {
            const ByteSpan piece = as_byte_span(std::string_view(text_).substr(sent_, 50'000));
            const IoResult wrote = stream_->write({&piece, 1});
            if (wrote.kind == IoResult::Kind::broken) return;
            // During the handshake the next read brings it on.
            if (wrote.kind == IoResult::Kind::would_block) return stream_->want_write();
            sent_ += wrote.bytes;
        }
        finished_ = true;
        stream_->finish_writing();
    }
    std::unique_ptr<Stream> stream_;
    std::string text_;
    std::size_t sent_ = 0;
    bool finished_ = false;
};

TEST(TlsOverSimNetwork, CarriesBothDirectionsWholeUnderEverySeed) {
    SSL_CTX* server_context = make_server_context();
    SSL_CTX* client_context = SSL_CTX_new(TLS_client_method());
    for (SSL_CTX* context : {server_context, client_context})
        SSL_CTX_set_mode(context,
                         SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SSL_CTX_set_max_proto_version(client_context,
                                      seed % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
        SimWorld world(seed);
        SimNetwork network(world);
        network.faults().split_read = 500'000;
        network.faults().short_write = 500'000;
        network.faults().window_bytes = 10'000;
        SimClock clock;
        world.attach(clock);
        SimLoop server_loop(network, clock);
        SimLoop client_loop(network, clock);
        std::string up(world.random().below(300'000), 'u');
        std::string down(world.random().below(300'000), 'd');
        std::unique_ptr<Side> server;
        auto listener = server_loop.listen({.port = 443}, [&](std::unique_ptr<Stream> lower) {
            SSL* ssl = SSL_new(server_context);
            SSL_set_accept_state(ssl);
            server = std::make_unique<Side>(
                std::make_unique<TlsStream>(server_loop, std::move(lower), ssl, nullptr), down);
        });
        SSL* ssl = SSL_new(client_context);
        SSL_set_connect_state(ssl);
        Side client(std::make_unique<TlsStream>(client_loop, network.connect(client_loop, 443), ssl,
                                                nullptr),
                    up);
        world.run_for(std::chrono::seconds(60));
        ASSERT_NE(server, nullptr);
        EXPECT_TRUE(server->received == up) << "seed " << seed << ": " << server->received.size();
        EXPECT_TRUE(client.received == down) << "seed " << seed << ": " << client.received.size();
        EXPECT_TRUE(server->ended && client.ended) << "seed " << seed;
        EXPECT_FALSE(server->broken || client.broken) << "seed " << seed;
    }
    SSL_CTX_free(server_context);
    SSL_CTX_free(client_context);
}

}  // namespace
}  // namespace holdfast::os::sim
