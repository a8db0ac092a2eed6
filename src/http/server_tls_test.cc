// Goal: the server serves TLS connections as it serves plain ones, its limits included.
// Method: both sides of TLS over the simulated network, which cuts every read and write short.
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "http/server_fixture.h"
#include "os/tls_stream.h"

namespace holdfast::http {
namespace {

class ServerTlsTest : public ServerTest {
  protected:
    ServerTlsTest() {
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_sign(certificate, key, EVP_sha256());
        SSL_CTX_use_certificate(server_context_, certificate);
        SSL_CTX_use_PrivateKey(server_context_, key);
        X509_free(certificate);
        EVP_PKEY_free(key);
        for (SSL_CTX* context : {server_context_, client_context_})
            SSL_CTX_set_mode(context,
                             SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        network_.faults().split_read = 300'000;
        network_.faults().short_write = 300'000;
        tls_listener_ = std::move(*loop_.listen({.port = 443}, [this](auto lower) {
            SSL* ssl = SSL_new(server_context_);
            SSL_set_accept_state(ssl);
            server_->accept(std::make_unique<os::TlsStream>(loop_, std::move(lower), ssl, nullptr));
        }));
    }
    ~ServerTlsTest() override {
        clients_.clear();
        server_.reset();
        SSL_CTX_free(server_context_);
        SSL_CTX_free(client_context_);
    }
    Client& connect_tls() {
        SSL* ssl = SSL_new(client_context_);
        SSL_set_connect_state(ssl);
        clients_.push_back(std::make_unique<Client>(std::make_unique<os::TlsStream>(
            client_loop_, network_.connect(client_loop_, 443), ssl, nullptr)));
        return *clients_.back();
    }

    SSL_CTX* server_context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX* client_context_ = SSL_CTX_new(TLS_client_method());
    std::unique_ptr<os::Listener> tls_listener_;
};

TEST_F(ServerTlsTest, AnswersPipelinedRequestsWithLargeBodiesBothWays) {
    Client& client = connect_tls();
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < 40; ++i) {
        bodies.emplace_back(world_.random().below(100'000), static_cast<char>('a' + i % 26));
        client.send(post("/" + std::to_string(i), bodies.back()));
    }
    run_for(60s);
    const auto answers = read_answers(client.got);
    ASSERT_EQ(answers.size(), bodies.size());
    for (std::size_t i = 0; i < bodies.size(); ++i)
        EXPECT_TRUE(answers[i].body == "POST /" + std::to_string(i) + " " + bodies[i]) << i;
}

TEST_F(ServerTlsTest, RefusesAndClosesSoThatThePeerCanReadWhy) {
    Client& client = connect_tls();
    client.send("GET / HTTP/1.1\r\n\r\n" + std::string(100'000, 'x'));
    run_for(10s);
    EXPECT_EQ(read_answers(client.got).at(0).status, 400u);
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(server_->stats().connections, 0u);
}

TEST_F(ServerTlsTest, CutsAHandshakeThatDoesNotEnd) {
    clients_.push_back(std::make_unique<Client>(network_.connect(client_loop_, 443)));
    // The beginning of a ClientHello, and then silence.
    clients_.back()->send(std::string_view("\x16\x03\x01\x01\x00\x01", 6));
    run_for(9s);
    EXPECT_EQ(server_->stats().connections, 1u);
    run_for(3s);
    EXPECT_EQ(server_->stats().connections, 0u);
    EXPECT_TRUE(clients_.back()->closed);
}

TEST_F(ServerTlsTest, DropsAPeerThatDoesNotSpeakTls) {
    clients_.push_back(std::make_unique<Client>(network_.connect(client_loop_, 443)));
    clients_.back()->send(get("/"));
    run_for(1s);
    EXPECT_EQ(server_->stats().connections, 0u);
    EXPECT_TRUE(clients_.back()->closed);
}

}  // namespace
}  // namespace holdfast::http
