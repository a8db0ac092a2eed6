// Goal: times leave and enter as RFC 3339 without losing or inventing a microsecond.
#include "base/rfc3339.h"

#include <gtest/gtest.h>

#include <string>

namespace holdfast {
namespace {

using namespace std::chrono;

TEST(Rfc3339, WritesMillisAndMicrosRoundedDown) {
    const Instant at = Instant{sys_days{year{2026} / November / 24}} + hours{6} + minutes{7} +
                       seconds{5} + Microseconds{123'999};
    EXPECT_EQ(as_text(rfc3339_millis(at)), "2026-11-24T06:07:05.123Z");
    EXPECT_EQ(as_text(rfc3339_micros(at)), "2026-11-24T06:07:05.123999Z");
    EXPECT_EQ(as_text(rfc3339_micros(instant_from_raw(-1))), "1969-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
    std::uint64_t state = 42;
    for (int i = 0; i < 100'000; ++i) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const auto raw = static_cast<std::int64_t>(state >> 1) % 253'402'300'800'000'000LL;
        const Instant at = instant_from_raw(raw);
        const auto text = rfc3339_micros(at);
        const auto back = parse_rfc3339(as_text(text));
        ASSERT_TRUE(back) << as_text(text);
        ASSERT_EQ(*back, at);
    }
}

TEST(Rfc3339, ClampsYearsItCannotWrite) {
    EXPECT_EQ(as_text(rfc3339_millis(Instant::max())), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(as_text(rfc3339_millis(Instant::min())), "0000-01-01T00:00:00.000Z");
}

TEST(Rfc3339, AcceptsOffsetsFractionsAndLeapSeconds) {
    const auto utc = *parse_rfc3339("2026-03-29T12:00:00Z");
    EXPECT_EQ(*parse_rfc3339("2026-03-29T14:00:00+02:00"), utc);
    EXPECT_EQ(*parse_rfc3339("2026-03-29T07:30:00.000000999-04:30"), utc);
    EXPECT_EQ(*parse_rfc3339("2026-03-29T12:00:00.5Z"), utc + milliseconds{500});
    EXPECT_EQ(*parse_rfc3339("2016-12-31T23:59:60Z"),
              *parse_rfc3339("2017-01-01T00:00:00Z") - Microseconds{1});
}

TEST(Rfc3339, RefusesEverythingElse) {
    for (const char* text : {"",
                             "2026-03-29",
                             "2026-03-29 12:00:00Z",
                             "2026-03-29t12:00:00z",
                             "2026-02-29T12:00:00Z",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-01-32T00:00:00Z",
                             "2026-03-29T24:00:00Z",
                             "2026-03-29T12:60:00Z",
                             "2026-03-29T12:00:61Z",
                             "2026-03-29T12:00:00",
                             "2026-03-29T12:00:00.Z",
                             "2026-03-29T12:00:00.1234567890Z",
                             "2026-03-29T12:00:00+15:00",
                             "2026-03-29T12:00:00-00:00",
                             "2026-03-29T12:00:00+0200",
                             "2026-03-29T12:00:00Z ",
                             "+026-03-29T12:00:00Z",
                             "2026-3-29T12:00:00Z"}) {
        const auto read = parse_rfc3339(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, ErrorCode::invalid_format);
    }
}

}  // namespace
}  // namespace holdfast
