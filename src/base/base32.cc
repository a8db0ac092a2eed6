#include "base/base32.h"

namespace holdfast {
namespace {
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
}

std::array<char, kBase32Length> base32_encode(std::uint64_t value) {
    std::array<char, kBase32Length> out{};
    for (std::size_t i = kBase32Length; i-- > 0; value >>= 5) out[i] = kAlphabet[value & 31];
    return out;
}

std::optional<std::uint64_t> base32_decode(std::string_view text) {
    if (text.size() != kBase32Length) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t digit = kAlphabet.find(text[i]);
        if (digit == std::string_view::npos) return std::nullopt;
        // 13 * 5 = 65 bits: the first character may only carry four.
        if (i == 0 && digit > 15) return std::nullopt;
        value = value << 5 | digit;
    }
    return value;
}

}  // namespace holdfast
