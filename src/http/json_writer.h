// Appends JSON to a text or a fixed buffer. No tree, no allocation of its own; commas and colons
// are placed by the writer, and wrong nesting is our bug. Bytes below 0x20, quote and backslash are
// escaped, and what is not UTF-8 becomes U+FFFD: an answer is always JSON, whatever it quotes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace holdfast::http {

class JsonWriter {
  public:
    /// Appends to `out`, which outlives the writer.
    explicit JsonWriter(std::string& out) : text_(&out) {}
    /// Writes from the start of the buffer; what does not fit is dropped and overflowed() says so.
    explicit JsonWriter(std::span<char> buffer) : buffer_(buffer) {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(std::uint64_t number);
    JsonWriter& value(std::int32_t number) { return value(std::int64_t{number}); }
    JsonWriter& value(std::uint32_t number) { return value(std::uint64_t{number}); }
    JsonWriter& value(bool truth);
    JsonWriter& null();
    /// RFC 3339 UTC with milliseconds, as a string.
    JsonWriter& value(Instant at);
    /// JSON that is already rendered and trusted.
    JsonWriter& raw(std::string_view json);

    /// key() and value() in one.
    template <class T>
    JsonWriter& member(std::string_view name, const T& v) {
        return key(name).value(v);
    }

    /// True when every object and array is closed.
    [[nodiscard]] bool complete() const { return depth_ == 0 && !key_pending_; }
    [[nodiscard]] bool overflowed() const { return overflowed_; }
    /// What a writer over a fixed buffer has written.
    [[nodiscard]] std::string_view written() const { return {buffer_.data(), size_}; }

    static constexpr unsigned kDepthMax = 32;

  private:
    void before_value();
    void put(std::string_view bytes);
    void put_text(std::string_view text);
    void put(char c) { put(std::string_view(&c, 1)); }
    void open(char bracket, bool object);
    void close(char bracket, bool object);

    std::string* text_ = nullptr;
    std::span<char> buffer_;
    std::size_t size_ = 0;
    bool overflowed_ = false;
    bool key_pending_ = false;
    unsigned depth_ = 0;
    /// One bit per level: whether it is an object, and whether it has a member already.
    std::uint32_t objects_ = 0;
    std::uint32_t filled_ = 0;
};

}  // namespace holdfast::http
