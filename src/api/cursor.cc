#include "api/cursor.h"

#include <array>

#include "base/bytes.h"
#include "base/hash.h"

namespace holdfast::api {
namespace {

constexpr std::uint8_t kVersion = 1;
// Version, padding, two keys, checksum.
constexpr std::size_t kBytes = 24;
constexpr std::size_t kFirstAt = 1;
constexpr std::size_t kSecondAt = 9;
constexpr std::size_t kChecksumAt = 17;
constexpr std::size_t kChecksumBytes = kBytes - kChecksumAt;
constexpr std::size_t kTextLength = kBytes / 3 * 4;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Bytes = std::array<std::byte, kBytes>;

std::uint64_t checksum(const Bytes& bytes, std::string_view list, std::uint64_t secret) {
    const std::uint64_t of_list = hash64(as_byte_span(list), secret);
    return hash64(ByteSpan(bytes).first(kChecksumAt), of_list ^ secret);
}

}  // namespace

std::string CursorCodec::encode(std::string_view list, const CursorKey& key) const {
    Bytes bytes{};
    bytes[0] = std::byte{kVersion};
    store(bytes.data() + kFirstAt, key.first);
    store(bytes.data() + kSecondAt, key.second);
    const std::uint64_t sum = checksum(bytes, list, secret_);
    std::memcpy(bytes.data() + kChecksumAt, &sum, kChecksumBytes);
    std::string text;
    text.reserve(kTextLength);
    for (std::size_t i = 0; i < kBytes; i += 3) {
        const unsigned group = std::to_integer<unsigned>(bytes[i]) << 16 |
                               std::to_integer<unsigned>(bytes[i + 1]) << 8 |
                               std::to_integer<unsigned>(bytes[i + 2]);
        for (int shift = 18; shift >= 0; shift -= 6) text.push_back(kAlphabet[group >> shift & 63]);
    }
    return text;
}

std::optional<CursorKey> CursorCodec::decode(std::string_view list, std::string_view cursor) const {
    if (cursor.size() != kTextLength) return std::nullopt;
    Bytes bytes{};
    for (std::size_t i = 0; i < kTextLength; i += 4) {
        unsigned group = 0;
        for (std::size_t n = 0; n < 4; ++n) {
            const std::size_t digit = kAlphabet.find(cursor[i + n]);
            if (digit == std::string_view::npos) return std::nullopt;
            group = group << 6 | static_cast<unsigned>(digit);
        }
        for (std::size_t n = 0; n < 3; ++n) {
            bytes[i / 4 * 3 + n] = static_cast<std::byte>(group >> (16 - 8 * n) & 0xff);
        }
    }
    const std::uint64_t sum = checksum(bytes, list, secret_);
    if (bytes[0] != std::byte{kVersion} ||
        std::memcmp(bytes.data() + kChecksumAt, &sum, kChecksumBytes) != 0) {
        return std::nullopt;
    }
    return CursorKey{load<std::uint64_t>(bytes.data() + kFirstAt),
                     load<std::uint64_t>(bytes.data() + kSecondAt)};
}

}  // namespace holdfast::api
