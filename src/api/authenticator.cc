#include "api/authenticator.h"

#include <openssl/crypto.h>

#include "api/api_key.h"
#include "base/hash.h"
#include "http/request.h"

namespace holdfast::api {
namespace {

// The name of a scheme has no case (RFC 9110, 11.1).
constexpr std::string_view kScheme = "Bearer ";

bool same_bytes(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

bool is_live(const ledger::State& state, std::uint64_t key_id, Instant now) {
    const ledger::ApiKeyRow* row = state.access.find(key_id);
    return row != nullptr && !row->revoked &&
           (row->expires_at == Instant{} || now < row->expires_at);
}

Principal* Authenticator::authenticate(std::string_view authorization, const ledger::State& state,
                                       Instant now) {
    if (revision_ != state.access.revision()) {
        cached_.clear();
        revision_ = state.access.revision();
    }
    const std::uint64_t hash = hash64(as_byte_span(authorization), salt_);
    const auto found = cached_.find(hash);
    Principal* principal = nullptr;
    if (found != cached_.end() && same_bytes(found->second->authorization, authorization)) {
        principal = &found->second->principal;
    } else {
        principal = admit(authorization, hash, state);
    }
    if (principal == nullptr) return nullptr;
    if (principal->expires_at != Instant{} && now >= principal->expires_at) return nullptr;
    if (!principal->grants_resolved) {
        principal->grants_resolved = resolve(principal->grants, state);
    }
    return principal;
}

Principal* Authenticator::admit(std::string_view authorization, std::uint64_t hash,
                                const ledger::State& state) {
    if (!http::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
        return nullptr;
    }
    const auto key = parse_api_key(authorization.substr(kScheme.size()));
    if (!key) return nullptr;
    const SecretHash given = hash_secret(key->secret);
    const ledger::ApiKeyRow* row = state.access.find(key->id);
    // The same work for an unknown key as for a wrong secret.
    static constexpr SecretHash kNobody{};
    const SecretHash& expected = row != nullptr ? row->secret_hash : kNobody;
    const bool same = CRYPTO_memcmp(given.data(), expected.data(), given.size()) == 0;
    if (row == nullptr || row->revoked || !same) return nullptr;
    Result<std::vector<Grant>> grants = parse_scopes(row->scopes);
    if (!grants) return nullptr;  // not made by this API: grants nothing

    if (cached_.size() >= kCachedMax) cached_.clear();
    auto entry = std::make_unique<Entry>();
    entry->authorization = authorization;
    const KeyId id = key_id_from(key->id);
    entry->principal = {.key_id = key->id,
                        .actor = "key:" + std::string(id.data(), id.size()),
                        .grants = *std::move(grants),
                        .grants_resolved = false,
                        .expires_at = row->expires_at,
                        .usage = &usage_[key->id],
                        .source = row->source};
    Principal* principal = &entry->principal;
    cached_[hash] = std::move(entry);
    return principal;
}

}  // namespace holdfast::api
