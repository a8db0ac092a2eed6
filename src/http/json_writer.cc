#include "http/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/check.h"
#include "base/rfc3339.h"

namespace holdfast::http {
namespace {

/// 0: as it is; 1: escaped as \u00XX; 2: begins a sequence of UTF-8; else the letter after a
/// backslash.
constexpr std::array<char, 256> make_classes() {
    std::array<char, 256> classes{};
    for (std::size_t i = 0; i < 0x20; ++i) classes[i] = 1;
    for (std::size_t i = 0x80; i < 0x100; ++i) classes[i] = 2;
    classes['"'] = '"';
    classes['\\'] = '\\';
    classes['\n'] = 'n';
    classes['\r'] = 'r';
    classes['\t'] = 't';
    classes['\b'] = 'b';
    classes['\f'] = 'f';
    return classes;
}
constexpr std::array<char, 256> kClasses = make_classes();
constexpr char kUnicodeEscape = 1;
constexpr char kUtf8 = 2;
constexpr std::string_view kHex = "0123456789abcdef";

std::uint8_t byte_at(std::string_view text, std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
}

/// Length of the UTF-8 sequence that starts here (RFC 3629), or 0 when it is none.
std::size_t utf8_length(std::string_view text) {
    const std::uint8_t a = byte_at(text, 0);
    const std::uint8_t b = byte_at(text, 1);
    const auto continues = [&](std::size_t i) { return (byte_at(text, i) & 0xC0) == 0x80; };
    if (a >= 0xC2 && a <= 0xDF) return continues(1) ? 2 : 0;
    if (a >= 0xE0 && a <= 0xEF) {
        if (a == 0xE0 && b < 0xA0) return 0;
        if (a == 0xED && b > 0x9F) return 0;
        return continues(1) && continues(2) ? 3 : 0;
    }
    if (a >= 0xF0 && a <= 0xF4) {
        if (a == 0xF0 && b < 0x90) return 0;
        if (a == 0xF4 && b > 0x8F) return 0;
        return continues(1) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

void JsonWriter::put(std::string_view bytes) {
    if (text_ != nullptr) {
        text_->append(bytes);
        return;
    }
    const std::size_t fits = std::min(bytes.size(), buffer_.size() - size_);
    std::memcpy(buffer_.data() + size_, bytes.data(), fits);
    size_ += fits;
    if (fits < bytes.size()) overflowed_ = true;
}

void JsonWriter::before_value() {
    if (key_pending_) {
        key_pending_ = false;
        return;
    }
    if (depth_ == 0) return;
    const std::uint32_t level = 1U << (depth_ - 1);
    HOLDFAST_CHECK((objects_ & level) == 0, "a value inside an object has a key before it");
    if ((filled_ & level) != 0) put(',');
    filled_ |= level;
}

void JsonWriter::open(char bracket, bool object) {
    before_value();
    HOLDFAST_CHECK(depth_ < kDepthMax, "answers nest less than kDepthMax");
    const std::uint32_t level = 1U << depth_;
    ++depth_;
    objects_ = object ? objects_ | level : objects_ & ~level;
    filled_ &= ~level;
    put(bracket);
}

void JsonWriter::close(char bracket, bool object) {
    HOLDFAST_CHECK(depth_ > 0, "only what was opened is closed");
    HOLDFAST_CHECK(!key_pending_, "a key is followed by its value");
    --depth_;
    HOLDFAST_CHECK(((objects_ >> depth_) & 1U) == (object ? 1U : 0U),
                   "objects and arrays close as they were opened");
    put(bracket);
}

JsonWriter& JsonWriter::begin_object() {
    open('{', true);
    return *this;
}
JsonWriter& JsonWriter::end_object() {
    close('}', true);
    return *this;
}
JsonWriter& JsonWriter::begin_array() {
    open('[', false);
    return *this;
}
JsonWriter& JsonWriter::end_array() {
    close(']', false);
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    HOLDFAST_CHECK(depth_ > 0, "keys live in objects");
    HOLDFAST_CHECK(!key_pending_, "a key is followed by its value");
    const std::uint32_t level = 1U << (depth_ - 1);
    HOLDFAST_CHECK((objects_ & level) != 0, "keys live in objects");
    if ((filled_ & level) != 0) put(',');
    filled_ |= level;
    put_text(name);
    put(':');
    key_pending_ = true;
    return *this;
}

void JsonWriter::put_text(std::string_view text) {
    put('"');
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        const char kind = kClasses[byte];
        if (kind == 0) {
            ++i;
            continue;
        }
        if (kind == kUtf8) {
            const std::size_t length = utf8_length(text.substr(i, 4));
            if (length != 0) {
                i += length;
                continue;
            }
            put(text.substr(start, i - start));
            put("\\ufffd");
        } else {
            put(text.substr(start, i - start));
            if (kind == kUnicodeEscape) {
                const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4U], kHex[byte & 15U]};
                put(std::string_view(escape, sizeof escape));
            } else {
                const char escape[] = {'\\', kind};
                put(std::string_view(escape, sizeof escape));
            }
        }
        start = ++i;
    }
    put(text.substr(start));
    put('"');
}

JsonWriter& JsonWriter::value(std::string_view text) {
    before_value();
    put_text(text);
    return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
    before_value();
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
    return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
    before_value();
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
    return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
    before_value();
    put(truth ? std::string_view("true") : std::string_view("false"));
    return *this;
}

JsonWriter& JsonWriter::null() {
    before_value();
    put("null");
    return *this;
}

JsonWriter& JsonWriter::value(Instant at) {
    const auto text = rfc3339_millis(at);
    return value(as_text(text));
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    before_value();
    put(json);
    return *this;
}

}  // namespace holdfast::http
