// What a target makes of the fuzzer's bytes: choices first, the rest as the text itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace holdfast::fuzz {

class Input {
  public:
    explicit Input(ByteSpan bytes) : rest_(bytes) {}
    /// Zero when there are no more.
    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto value = std::to_integer<std::uint8_t>(rest_.front());
        rest_ = rest_.subspan(1);
        return value;
    }
    std::uint32_t number() {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) value = value << 8 | byte();
        return value;
    }
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] ByteSpan rest() const { return rest_; }
    [[nodiscard]] std::string_view text() const { return as_text(rest_); }

  private:
    ByteSpan rest_;
};

/// Changes bytes of a record that was valid: mostly single bytes, now and then it is cut short.
/// Returns how many bytes were changed.
inline std::size_t damage(Input& in, std::vector<std::byte>& bytes, std::size_t changes_max) {
    std::size_t changed = 0;
    while (!in.empty() && changed < changes_max && !bytes.empty()) {
        const std::uint32_t place = in.number();
        const std::byte value{in.byte()};
        if (place == 0xffffffffU) {
            bytes.resize(bytes.size() * std::to_integer<std::size_t>(value) / 256);
            ++changed;
            continue;
        }
        std::byte& at = bytes[place % bytes.size()];
        changed += at != value ? 1 : 0;
        at = value;
    }
    return changed;
}

}  // namespace holdfast::fuzz
