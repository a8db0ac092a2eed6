#include "base/rfc3339.h"

#include <algorithm>
#include <string>

namespace holdfast {
namespace {

using namespace std::chrono;

constexpr Instant kEarliest = sys_days{year{0} / January / 1};
constexpr Instant kLatest =
    Instant{sys_days{year{9999} / December / 31}} + days{1} - Microseconds{1};

void put_digits(char* at, unsigned value, unsigned width) {
    for (unsigned i = width; i > 0; --i) {
        at[i - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// Writes "YYYY-MM-DDThh:mm:ss." and gives the microseconds of the second.
unsigned put_whole_seconds(char* at, Instant when) {
    when = std::clamp(when, kEarliest, kLatest);
    const auto day = floor<days>(when);
    const year_month_day date{day};
    const auto of_day = static_cast<std::uint64_t>((when - day).count());
    const auto seconds = static_cast<unsigned>(of_day / 1'000'000);
    put_digits(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    at[4] = '-';
    put_digits(at + 5, static_cast<unsigned>(date.month()), 2);
    at[7] = '-';
    put_digits(at + 8, static_cast<unsigned>(date.day()), 2);
    at[10] = 'T';
    put_digits(at + 11, seconds / 3600, 2);
    at[13] = ':';
    put_digits(at + 14, seconds / 60 % 60, 2);
    at[16] = ':';
    put_digits(at + 17, seconds % 60, 2);
    at[19] = '.';
    return static_cast<unsigned>(of_day % 1'000'000);
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}
    [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }
    bool take(char c) {
        if (peek() != c) return false;
        ++position_;
        return true;
    }
    /// -1 unless the next `width` characters are digits.
    int digits(unsigned width) {
        if (position_ + width > text_.size()) return -1;
        int value = 0;
        for (unsigned i = 0; i < width; ++i) {
            const char c = text_[position_ + i];
            if (c < '0' || c > '9') return -1;
            value = value * 10 + (c - '0');
        }
        position_ += width;
        return value;
    }

  private:
    std::string_view text_;
    std::size_t position_ = 0;
};

tl::unexpected<Failure> bad(const char* what) {
    return failure(ErrorCode::invalid_format, std::string("RFC 3339 time: ") + what);
}

constexpr int kFractionDigitsMax = 9;
constexpr minutes kOffsetMax = hours{14};

}  // namespace

std::array<char, kRfc3339MillisLength> rfc3339_millis(Instant at) {
    std::array<char, kRfc3339MillisLength> text;
    put_digits(text.data() + 20, put_whole_seconds(text.data(), at) / 1000, 3);
    text[23] = 'Z';
    return text;
}

std::array<char, kRfc3339MicrosLength> rfc3339_micros(Instant at) {
    std::array<char, kRfc3339MicrosLength> text;
    put_digits(text.data() + 20, put_whole_seconds(text.data(), at), 6);
    text[26] = 'Z';
    return text;
}

Result<Instant> parse_rfc3339(std::string_view text) {
    Reader in(text);
    const int y = in.digits(4);
    if (y < 0 || !in.take('-')) return bad("expected YYYY-");
    const int mo = in.digits(2);
    if (mo < 0 || !in.take('-')) return bad("expected MM-");
    const int d = in.digits(2);
    if (d < 0 || !in.take('T')) return bad("expected DDT");
    const int h = in.digits(2);
    if (h < 0 || !in.take(':')) return bad("expected hh:");
    const int mi = in.digits(2);
    if (mi < 0 || !in.take(':')) return bad("expected mm:");
    const int s = in.digits(2);
    if (s < 0) return bad("expected ss");
    std::int64_t micros = 0;
    if (in.take('.')) {
        int count = 0;
        for (int digit = in.digits(1); digit >= 0; digit = in.digits(1)) {
            if (++count <= 6) micros = micros * 10 + digit;
            if (count > kFractionDigitsMax) return bad("more than nine digits of a second");
        }
        if (count == 0) return bad("no digits after the point");
        for (; count < 6; ++count) micros *= 10;
    }
    minutes offset{0};
    if (!in.take('Z')) {
        const bool east = in.take('+');
        if (!east && !in.take('-')) return bad("expected Z or an offset");
        const int oh = in.digits(2);
        if (oh < 0 || !in.take(':')) return bad("expected an offset hh:mm");
        const int om = in.digits(2);
        if (om < 0 || om > 59) return bad("expected an offset hh:mm");
        offset = hours{oh} + minutes{om};
        if (offset > kOffsetMax) return bad("offset beyond 14 hours");
        if (!east && offset == minutes{0}) return bad("offset -00:00 means unknown");
        if (!east) offset = -offset;
    }
    if (!in.at_end()) return bad("text after the time");
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)},
                              day{static_cast<unsigned>(d)}};
    if (!date.ok()) return bad("no such day");
    if (h > 23 || mi > 59 || s > 60) return bad("no such time of day");
    const bool leap = s == 60;
    Instant at = Instant{sys_days{date}} + hours{h} + minutes{mi} + seconds{leap ? 59 : s} - offset;
    at += leap ? Microseconds{999'999} : Microseconds{micros};
    return at;
}

}  // namespace holdfast
