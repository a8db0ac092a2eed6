// Goal: TLS carries the same bytes as the stream below it, refuses what it must, and reloads.
// Method: a certificate made here; OpenSSL clients on real sockets.
#include "os/tls_stream.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <list>
#include <string>
#include <thread>

#include "os/asio_loop.h"
#include "os/system_clock.h"

namespace holdfast::os {
namespace {

/// A self-signed certificate for `common_name` and its key, written where `files` says.
void make_certificate(const TlsFiles& files, const std::string& common_name) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    FILE* out = std::fopen(files.certificate_chain.c_str(), "w");
    PEM_write_X509(out, certificate);
    std::fclose(out);
    out = std::fopen(files.private_key.c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

struct ClientResult {
    bool connected = false;
    std::string version;
    std::string common_name;
    std::string protocol;
    std::string got;
    bool closed_in_order = false;
};

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return fd;
    ::close(fd);
    return -1;
}

/// Sends a text over TLS of at most that version, and reads as many bytes back.
ClientResult talk(std::uint16_t port, const std::string& text, int version_max) {
    ClientResult result;
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, version_max);
    SSL* ssl = SSL_new(context);
    const unsigned char protocols[] = "\x02h2\x08http/1.1";
    SSL_set_alpn_protos(ssl, protocols, sizeof protocols - 1);
    const int fd = connect_to(port);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) == 1) {
        result.connected = true;
        result.version = SSL_get_version(ssl);
        X509* peer = SSL_get1_peer_certificate(ssl);
        char name[64] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, name, sizeof name);
        result.common_name = name;
        X509_free(peer);
        const unsigned char* chosen = nullptr;
        unsigned int length = 0;
        SSL_get0_alpn_selected(ssl, &chosen, &length);
        result.protocol.assign(reinterpret_cast<const char*>(chosen), length);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t part = std::min<std::size_t>(text.size() - at, 9000);
            const int wrote = SSL_write(ssl, text.data() + at, static_cast<int>(part));
            if (wrote <= 0) break;
            at += static_cast<std::size_t>(wrote);
        }
        char buffer[20'000];
        while (result.got.size() < text.size()) {
            const int n = SSL_read(ssl, buffer, sizeof buffer);
            if (n <= 0) break;
            result.got.append(buffer, static_cast<std::size_t>(n));
        }
        SSL_shutdown(ssl);
        result.closed_in_order = SSL_shutdown(ssl) == 1;
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (fd >= 0) ::close(fd);
    return result;
}

class TlsTest : public testing::Test {
  protected:
    struct Echo final : StreamEvents {
        Echo(TlsTest& t, std::unique_ptr<Stream> given) : test(t), stream(std::move(given)) {
            stream->set_events(this);
            stream->want_read();
        }
        void on_readable() override {
            std::byte buffer[3000];
            const IoResult got = stream->read(buffer);
            if (got.kind == IoResult::Kind::broken) return leave();
            if (got.kind == IoResult::Kind::closed) {
                ended = true;
                if (pending.empty()) return leave();
            } else {
                pending += as_text(ByteSpan(buffer, got.bytes));
            }
            send();
        }
        void on_writable() override { send(); }
        void send() {
            if (!pending.empty()) {
                const ByteSpan pieces[] = {
                    as_byte_span(std::string_view(pending).substr(0, 1)),
                    as_byte_span(std::string_view(pending).substr(1)),
                };
                const IoResult wrote = stream->write(pieces);
                if (wrote.kind == IoResult::Kind::broken) return leave();
                pending.erase(0, wrote.bytes);
            }
            if (!pending.empty()) return stream->want_write();
            if (ended) return leave();
            stream->want_read();
        }
        void leave() {
            test.echoes_.remove_if([this](const auto& echo) { return echo.get() == this; });
        }
        TlsTest& test;
        std::unique_ptr<Stream> stream;
        std::string pending;
        bool ended = false;
    };

    TlsTest() {
        char pattern[] = "/tmp/holdfast_tls_XXXXXX";
        directory_ = ::mkdtemp(pattern);
        files_ = {directory_ / "chain.pem", directory_ / "key.pem"};
        make_certificate(files_, "first");
    }
    ~TlsTest() override { std::filesystem::remove_all(directory_); }

    void serve(std::size_t handshakes_max = TlsContext::kHandshakesMaxDefault) {
        auto made = TlsContext::load(files_, handshakes_max);
        ASSERT_TRUE(made) << to_string(made.error());
        tls_ = std::move(*made);
        auto listener = loop_.listen({}, tls_->accept_handler(loop_, [this](auto stream) {
            echoes_.push_back(std::make_unique<Echo>(*this, std::move(stream)));
        }));
        ASSERT_TRUE(listener);
        listener_ = std::move(*listener);
    }
    /// Runs the loop while a client does its work in a thread.
    void run(const std::function<void(std::uint16_t)>& client) {
        std::thread thread([&, port = listener_->port()] {
            client(port);
            loop_.post([this] { loop_.stop(); });
        });
        loop_.run();
        thread.join();
        // What the client's leaving made ready.
        auto pause = loop_.call_after(std::chrono::milliseconds(20), [this] { loop_.stop(); });
        loop_.run();
    }

    SystemClock clock_;
    AsioLoop loop_{clock_};
    std::filesystem::path directory_;
    TlsFiles files_;
    std::unique_ptr<TlsContext> tls_;
    std::unique_ptr<Listener> listener_;
    std::list<std::unique_ptr<Echo>> echoes_;
};

TEST_F(TlsTest, SpeaksVersions12And13AndNoOlderOne) {
    serve();
    ClientResult tls13, tls12, tls11;
    run([&](std::uint16_t port) {
        tls13 = talk(port, "hello", TLS1_3_VERSION);
        tls12 = talk(port, "hello", TLS1_2_VERSION);
        tls11 = talk(port, "hello", TLS1_1_VERSION);
    });
    EXPECT_EQ(tls13.version, "TLSv1.3");
    EXPECT_EQ(tls13.got, "hello");
    EXPECT_EQ(tls13.common_name, "first");
    EXPECT_EQ(tls13.protocol, "http/1.1");
    EXPECT_TRUE(tls13.closed_in_order);
    EXPECT_EQ(tls12.version, "TLSv1.2");
    EXPECT_EQ(tls12.got, "hello");
    EXPECT_FALSE(tls11.connected);
    EXPECT_EQ(tls_->stats().handshakes, 2u);
    EXPECT_EQ(tls_->stats().handshakes_failed, 1u);
    EXPECT_EQ(tls_->stats().handshaking, 0u);
    EXPECT_TRUE(echoes_.empty());
}

TEST_F(TlsTest, CarriesManyRecordsUnchanged) {
    serve();
    // Within the socket's buffers, for the client writes everything before it reads.
    std::string text(200'000, ' ');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i * i % 26);
    ClientResult result;
    run([&](std::uint16_t port) { result = talk(port, text, TLS1_3_VERSION); });
    EXPECT_EQ(result.got, text);
}

TEST_F(TlsTest, RefusesWhatIsNotTls) {
    serve();
    run([&](std::uint16_t port) {
        const int fd = connect_to(port);
        const std::string_view plain = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        ::send(fd, plain.data(), plain.size(), MSG_NOSIGNAL);
        char buffer[100];
        while (::recv(fd, buffer, sizeof buffer, 0) > 0) {
        }
        ::close(fd);
    });
    EXPECT_EQ(tls_->stats().handshakes_failed, 1u);
    EXPECT_TRUE(echoes_.empty());
}

TEST_F(TlsTest, ShedsConnectionsBeyondTheHandshakesAllowed) {
    serve(2);
    ClientResult served;
    run([&](std::uint16_t port) {
        const int first = connect_to(port);
        const int second = connect_to(port);
        const int third = connect_to(port);
        char byte = 0;
        EXPECT_EQ(::recv(third, &byte, 1, 0), 0) << "closed without a handshake";
        ::close(first);
        ::close(second);
        ::close(third);
        for (int attempt = 0; attempt < 100 && served.got.empty(); ++attempt)
            served = talk(port, "hello", TLS1_3_VERSION);
    });
    EXPECT_GE(tls_->stats().handshakes_shed, 1u);
    EXPECT_EQ(served.got, "hello");
}

TEST_F(TlsTest, ReloadsItsFilesAndKeepsTheOldOnesWhenTheNewAreBad) {
    serve();
    ClientResult before, after, still;
    run([&](std::uint16_t port) { before = talk(port, "x", TLS1_3_VERSION); });
    make_certificate(files_, "second");
    ASSERT_TRUE(tls_->reload());
    run([&](std::uint16_t port) { after = talk(port, "x", TLS1_3_VERSION); });
    // A key of another certificate.
    make_certificate({directory_ / "other.pem", files_.private_key}, "third");
    const auto refused = tls_->reload();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
    run([&](std::uint16_t port) { still = talk(port, "x", TLS1_3_VERSION); });
    EXPECT_EQ(before.common_name, "first");
    EXPECT_EQ(after.common_name, "second");
    EXPECT_EQ(still.common_name, "second");
}

TEST_F(TlsTest, RefusesToLoadMissingFiles) {
    const auto made = TlsContext::load({directory_ / "none.pem", files_.private_key});
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().detail.find("none.pem"), std::string::npos);
}

}  // namespace
}  // namespace holdfast::os
