#include "os/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <string_view>

#include "base/check.h"

namespace holdfast::os {
namespace {

/// Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else.
constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::string openssl_error() {
    const unsigned long code = ERR_get_error();
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    ERR_clear_error();
    return text.data();
}

/// We speak HTTP/1.1 only; a client that offers nothing we know goes on without the extension.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned int offered_length, void* /*unused*/) {
    static constexpr std::string_view kHttp = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    const int found = SSL_select_next_proto(
        &chosen, out_length, reinterpret_cast<const unsigned char*>(kHttp.data()),
        static_cast<unsigned int>(kHttp.size()), offered, offered_length);
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Result<SSL_CTX*> make_context(const TlsFiles& files) {
    ERR_clear_error();
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    if (context == nullptr) return failure(ErrorCode::io_error, "TLS: " + openssl_error());
    const auto refuse = [&](const std::string& doing) {
        auto refused =
            failure(ErrorCode::invalid_argument, "TLS: " + doing + ": " + openssl_error());
        SSL_CTX_free(context);
        return refused;
    };
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    if (SSL_CTX_set_cipher_list(context, kCiphers12) != 1) return refuse("cipher list");
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate_chain.c_str()) != 1)
        return refuse("reading certificate chain " + files.certificate_chain);
    if (SSL_CTX_use_PrivateKey_file(context, files.private_key.c_str(), SSL_FILETYPE_PEM) != 1)
        return refuse("reading private key " + files.private_key);
    if (SSL_CTX_check_private_key(context) != 1)
        return refuse("private key " + files.private_key + " is not that of the certificate");
    return context;
}

}  // namespace

TlsContext::TlsContext(TlsFiles files, std::size_t handshakes_max)
    : files_(std::move(files)), handshakes_max_(handshakes_max) {}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::unique_ptr<TlsContext>> TlsContext::load(TlsFiles files, std::size_t handshakes_max) {
    std::unique_ptr<TlsContext> made(new TlsContext(std::move(files), handshakes_max));
    if (auto loaded = made->reload(); !loaded) return tl::unexpected(loaded.error());
    return made;
}

Result<void> TlsContext::reload() {
    auto fresh = make_context(files_);
    if (!fresh) return tl::unexpected(fresh.error());
    // Connections under way hold a reference to the old one.
    SSL_CTX_free(context_);
    context_ = *fresh;
    return {};
}

AcceptHandler TlsContext::accept_handler(Loop& loop, AcceptHandler inner) {
    return [this, &loop, inner = std::move(inner)](std::unique_ptr<Stream> stream) {
        SSL* ssl = stats_.handshaking < handshakes_max_ ? SSL_new(context_) : nullptr;
        if (ssl == nullptr) {
            ++stats_.handshakes_shed;
            return;
        }
        SSL_set_accept_state(ssl);
        inner(std::make_unique<TlsStream>(loop, std::move(stream), ssl, this));
    };
}

TlsStream::TlsStream(Loop& loop, std::unique_ptr<Stream> lower, SSL* ssl, TlsContext* context)
    : loop_(loop), lower_(std::move(lower)), ssl_(ssl), context_(context) {
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (context_ != nullptr) ++context_->stats_.handshaking;
    lower_->set_events(this);
}

TlsStream::~TlsStream() {
    *alive_ = false;
    note_handshake(true);
    if (handshake_ == Handshake::done && !broken_ && !finishing_) {
        SSL_shutdown(ssl_);
        flush();
    }
    SSL_free(ssl_);
    ERR_clear_error();
}

/// Counts the end of the handshake, once.
void TlsStream::note_handshake(bool failed) {
    if (handshake_ != Handshake::under_way) return;
    if (!failed && SSL_is_init_finished(ssl_) != 1) return;
    handshake_ = failed ? Handshake::failed : Handshake::done;
    if (context_ == nullptr) return;
    --context_->stats_.handshaking;
    ++(failed ? context_->stats_.handshakes_failed : context_->stats_.handshakes);
}

void TlsStream::want_read() {
    want_read_ = true;
    if (!more_) return lower_->want_read();
    // The socket will not tell of bytes that are here already.
    if (told_more_) return;
    told_more_ = true;
    loop_.post([this, alive = alive_] {
        if (!*alive) return;
        told_more_ = false;
        on_readable();
    });
}

void TlsStream::want_write() {
    want_write_ = true;
    lower_->want_write();
}

void TlsStream::on_readable() {
    if (!want_read_ || events_ == nullptr) return;
    want_read_ = false;
    events_->on_readable();
}

void TlsStream::on_writable() {
    if (!flush()) want_write_ = true;  // the owner learns of the break from its next call
    if (encrypted_pending() > 0 && !broken_) return lower_->want_write();
    if (!want_write_ || events_ == nullptr) return;
    want_write_ = false;
    events_->on_writable();
}

IoResult TlsStream::decrypt(MutableByteSpan into) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int done = SSL_read_ex(ssl_, into.data(), into.size(), &bytes);
    const int error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, done);
    note_handshake(false);
    // Answers of the handshake, and alerts.
    if (!flush()) return {IoResult::Kind::broken, 0};
    if (done == 1) return {IoResult::Kind::ok, bytes};
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return {IoResult::Kind::would_block, 0};
    if (error == SSL_ERROR_ZERO_RETURN) return {IoResult::Kind::closed, 0};
    note_handshake(true);
    broken_ = true;
    return {IoResult::Kind::broken, 0};
}

IoResult TlsStream::read(MutableByteSpan into) {
    if (broken_) return {IoResult::Kind::broken, 0};
    more_ = false;
    IoResult result = decrypt(into);
    if (result.kind == IoResult::Kind::would_block) {
        std::array<std::byte, kReadBytes> buffer;
        const IoResult got = lower_->read(buffer);
        if (got.kind == IoResult::Kind::would_block) return got;
        if (got.kind == IoResult::Kind::ok) {
            const int kept =
                BIO_write(SSL_get_rbio(ssl_), buffer.data(), static_cast<int>(got.bytes));
            HOLDFAST_CHECK(kept == static_cast<int>(got.bytes), "memory buffers take everything");
            result = decrypt(into);
        } else {
            // HTTP frames its messages itself, so an end without a closing alert cuts nothing off
            // unseen; during the handshake it is a failure.
            if (got.kind == IoResult::Kind::broken || handshake_ != Handshake::done) broken_ = true;
            note_handshake(true);
            return {broken_ ? IoResult::Kind::broken : IoResult::Kind::closed, 0};
        }
    }
    more_ = result.kind == IoResult::Kind::ok &&
            (SSL_has_pending(ssl_) == 1 || BIO_ctrl_pending(SSL_get_rbio(ssl_)) > 0);
    return result;
}

std::size_t TlsStream::encrypted_pending() const {
    return cipher_.size() - cipher_sent_ + BIO_ctrl_pending(SSL_get_wbio(ssl_));
}

bool TlsStream::flush() {
    if (broken_) return false;
    for (;;) {
        if (cipher_sent_ == cipher_.size()) {
            cipher_.clear();
            cipher_sent_ = 0;
            const std::size_t made = BIO_ctrl_pending(SSL_get_wbio(ssl_));
            if (made == 0) break;
            cipher_.resize(made);
            const int taken = BIO_read(SSL_get_wbio(ssl_), cipher_.data(), static_cast<int>(made));
            HOLDFAST_CHECK(taken == static_cast<int>(made), "pending bytes can be read");
        }
        const ByteSpan piece = as_byte_span(std::string_view(cipher_).substr(cipher_sent_));
        const IoResult wrote = lower_->write({&piece, 1});
        if (wrote.kind == IoResult::Kind::broken) {
            broken_ = true;
            return false;
        }
        cipher_sent_ += wrote.bytes;
        if (wrote.bytes < piece.size()) {
            lower_->want_write();
            return true;
        }
    }
    if (finishing_) lower_->finish_writing();
    return true;
}

IoResult TlsStream::write(std::span<const ByteSpan> pieces) {
    if (broken_ || finishing_) return {IoResult::Kind::broken, 0};
    ByteSpan text;
    if (pieces.size() == 1) {
        text = pieces.front();
    } else {
        gathered_.clear();
        for (const ByteSpan piece : pieces) gathered_.append(as_text(piece));
        text = as_byte_span(gathered_);
    }
    std::size_t total = 0;
    while (total < text.size() && encrypted_pending() < kCipherBytesMax) {
        ERR_clear_error();
        std::size_t taken = 0;
        const int done = SSL_write_ex(ssl_, text.data() + total, text.size() - total, &taken);
        if (done == 1) {
            total += taken;
            continue;
        }
        const int error = SSL_get_error(ssl_, done);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) break;
        broken_ = true;
        return {IoResult::Kind::broken, 0};
    }
    note_handshake(false);
    if (!flush()) return {IoResult::Kind::broken, 0};
    if (total == 0 && !text.empty()) return {IoResult::Kind::would_block, 0};
    return {IoResult::Kind::ok, total};
}

void TlsStream::finish_writing() {
    if (broken_ || finishing_) return;
    if (handshake_ == Handshake::done) SSL_shutdown(ssl_);
    finishing_ = true;
    flush();
}

}  // namespace holdfast::os
