// Goal: whatever is written is JSON that an independent reader (Boost.JSON) reads back unchanged.
#include "http/json_writer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <random>

namespace holdfast::http {
namespace {

TEST(JsonWriter, PlacesCommasAndColons) {
    std::string out;
    JsonWriter json(out);
    json.begin_object()
        .member("sku", "BOOT-42")
        .member("quantity", std::int64_t{-3})
        .member("held", true)
        .key("note")
        .null()
        .key("lines")
        .begin_array()
        .value(1)
        .begin_object()
        .end_object()
        .begin_array()
        .end_array()
        .raw("{\"x\":1}")
        .end_array()
        .member("at", instant_from_raw(1'500'000))
        .end_object();
    EXPECT_TRUE(json.complete());
    EXPECT_EQ(out, R"({"sku":"BOOT-42","quantity":-3,"held":true,"note":null,)"
                   R"("lines":[1,{},[],{"x":1}],"at":"1970-01-01T00:00:01.500Z"})");
}

TEST(JsonWriter, WritesEveryTextSoThatItIsReadBack) {
    std::mt19937 engine(7);
    const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        const auto length = random() % 40;
        for (unsigned i = 0; i < length; ++i) {
            // Any code point except the surrogates, short ones most often.
            std::uint32_t point = random() % 4 == 0 ? random() % 0x110000 : random() % 0x80;
            if (point >= 0xD800 && point <= 0xDFFF) point = 'x';
            const auto byte = [&](std::uint32_t b) { text += static_cast<char>(b); };
            if (point < 0x80) {
                byte(point);
            } else if (point < 0x800) {
                byte(0xC0 | point >> 6), byte(0x80 | (point & 63));
            } else if (point < 0x10000) {
                byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 63)), byte(0x80 | (point & 63));
            } else {
                byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 63));
                byte(0x80 | (point >> 6 & 63)), byte(0x80 | (point & 63));
            }
        }
        std::string out;
        JsonWriter(out).begin_object().member(text, text).end_object();
        const auto read = boost::json::parse(out).as_object();
        ASSERT_EQ(read.begin()->key(), text);
        ASSERT_EQ(read.begin()->value().as_string(), text);
    }
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8) {
    std::mt19937 engine(11);
    const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
    for (int round = 0; round < 5000; ++round) {
        std::string text;
        for (unsigned i = random() % 12; i > 0; --i) text += static_cast<char>(random() % 256);
        std::string out;
        JsonWriter(out).value(text);
        boost::system::error_code error;
        boost::json::parse(out, error);
        ASSERT_FALSE(error) << out;
    }
    std::string out;
    JsonWriter(out).value("a\xC0\x80z\xED\xA0\x80");
    EXPECT_EQ(out, R"("a\ufffd\ufffdz\ufffd\ufffd\ufffd")");
}

TEST(JsonWriter, WritesIntegersExactly) {
    std::string out;
    JsonWriter(out)
        .begin_array()
        .value(std::numeric_limits<std::int64_t>::min())
        .value(std::numeric_limits<std::uint64_t>::max())
        .end_array();
    EXPECT_EQ(out, "[-9223372036854775808,18446744073709551615]");
}

TEST(JsonWriter, SaysWhenAFixedBufferIsFull) {
    char buffer[8];
    JsonWriter fits(std::span<char>(buffer, sizeof buffer));
    fits.begin_array().value(12345).end_array();
    EXPECT_FALSE(fits.overflowed());
    EXPECT_EQ(fits.written(), "[12345]");
    JsonWriter full(std::span<char>(buffer, sizeof buffer));
    full.begin_array().value("123456").end_array();
    EXPECT_TRUE(full.overflowed());
    EXPECT_EQ(full.written().size(), sizeof buffer);
}

TEST(JsonWriterDeathTest, WrongNestingIsOurBug) {
    std::string out;
    EXPECT_DEATH(JsonWriter(out).begin_object().value(1), "has a key before it");
    EXPECT_DEATH(JsonWriter(out).begin_array().key("x"), "keys live in objects");
    EXPECT_DEATH(JsonWriter(out).begin_array().end_object(), "close as they were opened");
    EXPECT_DEATH(JsonWriter(out).begin_object().key("x").end_object(), "followed by its value");
}

}  // namespace
}  // namespace holdfast::http
