// Writing and reading rows of fixed-size values and counted texts, little-endian: checkpoints and
// canonical encodings. The reader never runs past its end: it turns bad and gives zeros.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace holdfast {

class ByteWriter {
  public:
    explicit ByteWriter(std::vector<std::byte>& out) : out_(out) {}
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void put(const T& value) {
        const std::size_t at = out_.size();
        out_.resize(at + sizeof(T));
        store(out_.data() + at, value);
    }
    void put_bytes(ByteSpan bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    void put_text(std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        put_bytes(as_byte_span(text));
    }

  private:
    std::vector<std::byte>& out_;
};

class ByteReader {
  public:
    explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}
    template <class T>
        requires std::is_trivially_copyable_v<T>
    T get() {
        if (bytes_.size() < sizeof(T)) {
            good_ = false;
            bytes_ = {};
            return T{};
        }
        const T value = load<T>(bytes_.data());
        bytes_ = bytes_.subspan(sizeof(T));
        return value;
    }
    /// Valid while the bytes behind the reader are.
    std::string_view get_text() {
        const auto size = get<std::uint32_t>();
        if (bytes_.size() < size) {
            good_ = false;
            bytes_ = {};
            return {};
        }
        const std::string_view text = as_text(bytes_.first(size));
        bytes_ = bytes_.subspan(size);
        return text;
    }
    /// A count of items of at least `item_bytes` each that can still follow; 0 and bad otherwise.
    std::size_t get_count(std::size_t item_bytes) {
        const auto count = get<std::uint64_t>();
        if (item_bytes != 0 && count > bytes_.size() / item_bytes) {
            good_ = false;
            return 0;
        }
        return static_cast<std::size_t>(count);
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }

  private:
    ByteSpan bytes_;
    bool good_ = true;
};

}  // namespace holdfast
