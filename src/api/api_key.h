// API keys as text: hf_live_<id, 8>_<secret, 43>_<checksum, 6>, all base62. The prefix and the
// checksum let secret scanners and the command line recognise a key, and a typing error, offline.
// Only the SHA-256 of the secret is ever stored: 256 random bits need no slow hash.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "os/random.h"

namespace holdfast::api {

inline constexpr std::size_t kKeyIdLength = 8;
inline constexpr std::size_t kKeySecretLength = 43;  ///< 62^43 is above 2^256
inline constexpr std::size_t kKeyChecksumLength = 6;
inline constexpr std::string_view kKeyPrefix = "hf_live_";
inline constexpr std::size_t kKeyLength =
    8 + kKeyIdLength + 1 + kKeySecretLength + 1 + kKeyChecksumLength;

using SecretHash = std::array<std::byte, 32>;

/// The number under which the ledger keeps a key: the eight characters of its id.
using KeyId = std::array<char, kKeyIdLength>;
std::uint64_t to_number(const KeyId& id);
KeyId key_id_from(std::uint64_t number);
/// "key_4fQ9zX1b", as answers name it.
std::string key_name(std::uint64_t number);
/// The number behind such a name.
std::optional<std::uint64_t> key_from_name(std::string_view name);

struct ParsedKey {
    std::uint64_t id = 0;
    std::string_view secret;
};
/// Nothing when the shape or the checksum is wrong. The views are those of `text`.
std::optional<ParsedKey> parse_api_key(std::string_view text);

SecretHash hash_secret(std::string_view secret);

struct NewApiKey {
    std::uint64_t id = 0;
    SecretHash secret_hash{};
    std::string text;  ///< to be shown once, never stored
};
NewApiKey make_api_key(os::Random& random);

}  // namespace holdfast::api
