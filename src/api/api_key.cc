#include "api/api_key.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/check.h"

namespace holdfast::api {
namespace {

constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

constexpr bool is_base62(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// CRC-32 (ISO-HDLC), bit by bit: keys are made rarely and parsed once per connection.
std::uint32_t crc32(std::string_view text) {
    std::uint32_t crc = 0xffff'ffff;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb8'8320U : 0U);
    }
    return ~crc;
}

std::array<char, kKeyChecksumLength> checksum(std::string_view text) {
    std::array<char, kKeyChecksumLength> digits{};
    std::uint32_t rest = crc32(text);
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, rest /= 62) {
        *digit = kBase62[rest % 62];
    }
    return digits;
}

/// Uniform: bytes that would make some characters likelier are thrown away.
void append_random(os::Random& random, std::size_t count, std::string& out) {
    constexpr unsigned kFair = 62 * 4;
    while (count > 0) {
        std::array<std::byte, 64> bytes{};
        random.fill(bytes);
        for (const std::byte b : bytes) {
            const auto value = std::to_integer<unsigned>(b);
            if (value >= kFair || count == 0) continue;
            out.push_back(kBase62[value % 62]);
            --count;
        }
    }
}

}  // namespace

std::uint64_t to_number(const KeyId& id) {
    std::uint64_t number = 0;
    for (const char c : id) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

KeyId key_id_from(std::uint64_t number) {
    KeyId id{};
    for (auto c = id.rbegin(); c != id.rend(); ++c, number >>= 8) {
        *c = static_cast<char>(number & 0xff);
    }
    return id;
}

std::string key_name(std::uint64_t number) {
    const KeyId id = key_id_from(number);
    return "key_" + std::string(id.data(), id.size());
}

std::optional<std::uint64_t> key_from_name(std::string_view name) {
    if (name.size() != 4 + kKeyIdLength || !name.starts_with("key_")) return std::nullopt;
    KeyId id{};
    std::copy_n(name.begin() + 4, kKeyIdLength, id.begin());
    if (!std::ranges::all_of(id, is_base62)) return std::nullopt;
    return to_number(id);
}

std::optional<ParsedKey> parse_api_key(std::string_view text) {
    if (text.size() != kKeyLength || !text.starts_with(kKeyPrefix)) return std::nullopt;
    const std::string_view id_text = text.substr(kKeyPrefix.size(), kKeyIdLength);
    const std::string_view secret =
        text.substr(kKeyPrefix.size() + kKeyIdLength + 1, kKeySecretLength);
    const std::string_view covered = text.substr(0, kKeyLength - kKeyChecksumLength - 1);
    const std::string_view given = text.substr(kKeyLength - kKeyChecksumLength);
    if (text[kKeyPrefix.size() + kKeyIdLength] != '_' || text[covered.size()] != '_') {
        return std::nullopt;
    }
    if (!std::ranges::all_of(id_text, is_base62) || !std::ranges::all_of(secret, is_base62)) {
        return std::nullopt;
    }
    const auto expected = checksum(covered);
    if (given != std::string_view(expected.data(), expected.size())) return std::nullopt;
    KeyId id{};
    std::ranges::copy(id_text, id.begin());
    return ParsedKey{to_number(id), secret};
}

SecretHash hash_secret(std::string_view secret) {
    SecretHash hash{};
    unsigned int size = 0;
    const int done =
        EVP_Digest(secret.data(), secret.size(), reinterpret_cast<unsigned char*>(hash.data()),
                   &size, EVP_sha256(), nullptr);
    HOLDFAST_CHECK(done == 1 && size == hash.size(), "SHA-256 of a short text cannot fail");
    return hash;
}

NewApiKey make_api_key(os::Random& random) {
    NewApiKey key;
    key.text = kKeyPrefix;
    append_random(random, kKeyIdLength, key.text);
    KeyId id{};
    std::copy_n(key.text.begin() + kKeyPrefix.size(), kKeyIdLength, id.begin());
    key.id = to_number(id);
    key.text.push_back('_');
    append_random(random, kKeySecretLength, key.text);
    key.secret_hash =
        hash_secret(std::string_view(key.text).substr(key.text.size() - kKeySecretLength));
    const auto digits = checksum(key.text);
    key.text.push_back('_');
    key.text.append(digits.data(), digits.size());
    return key;
}

}  // namespace holdfast::api
