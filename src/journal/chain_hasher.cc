#include "journal/chain_hasher.h"

#include <openssl/evp.h>

#include "base/check.h"
#include "journal/format.h"

namespace holdfast::journal {

struct ChainHasher::Engine {
    struct Free {
        void operator()(EVP_MD* md) const { EVP_MD_free(md); }
        void operator()(EVP_MD_CTX* md_context) const { EVP_MD_CTX_free(md_context); }
    };
    // Fetched once: looking the algorithm up costs more than hashing a short batch.
    std::unique_ptr<EVP_MD, Free> sha256{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

ChainHasher::ChainHasher() : engine_(std::make_unique<Engine>()) {
    HOLDFAST_CHECK(engine_->sha256 != nullptr && engine_->context != nullptr,
                   "OpenSSL's default provider has SHA-256");
}

ChainHasher::~ChainHasher() = default;

ChainHash ChainHasher::batch_hash(ByteSpan header, ByteSpan body) {
    EVP_MD_CTX* context = engine_->context.get();
    ChainHash hash{};
    unsigned length = 0;
    const bool hashed =
        EVP_DigestInit_ex2(context, engine_->sha256.get(), nullptr) == 1 &&
        EVP_DigestUpdate(context, header.data(), kChainedHeaderBytes) == 1 &&
        EVP_DigestUpdate(context, body.data(), body.size()) == 1 &&
        EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(hash.data()), &length) == 1;
    HOLDFAST_CHECK(hashed && length == hash.size(), "SHA-256 of bytes in memory cannot fail");
    return hash;
}

}  // namespace holdfast::journal
