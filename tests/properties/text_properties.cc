// Texts of outsiders: times, ids, cursors, queries, JSON and CSV.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/cursor.h"
#include "api/tokens.h"
#include "base/base32.h"
#include "base/rfc3339.h"
#include "cli/csv_reader.h"
#include "http/json_writer.h"
#include "http/query.h"
#include "properties.h"

namespace holdfast::properties {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

template <std::size_t N>
std::string text_of(const std::array<char, N>& text) {
    return std::string(text.data(), text.size());
}

/// Any bytes but NUL, some of them those that mean something to the format.
std::string any_text(std::string_view special) {
    return *rc::gen::container<std::string>(
        rc::gen::oneOf(rc::gen::elementOf(std::string(special)), rc::gen::nonZero<char>()));
}

Instant any_time() {  // of the years 0000 to 9999
    return instant_from_raw(
        *between<std::int64_t>(-62'167'219'200 * kMicros, 253'402'300'799 * kMicros));
}

void times() {
    const Instant at = any_time();
    const std::string text = text_of(rfc3339_micros(at));
    const Result<Instant> read = parse_rfc3339(text);
    RC_ASSERT(read.has_value() && *read == at);
    const Result<Instant> rough = parse_rfc3339(text_of(rfc3339_millis(at)));
    RC_ASSERT(rough.has_value() && *rough <= at && at - *rough < Microseconds{1000});
}

void times_sort() {
    const Instant a = any_time(), b = any_time();
    RC_ASSERT((a < b) == (text_of(rfc3339_micros(a)) < text_of(rfc3339_micros(b))));
}

/// The same instant by any clock of the world.
void offsets() {
    const Instant at = any_time();
    const int minutes = *between(-14 * 60, 14 * 60 + 1);
    RC_PRE(minutes != 0);
    const Instant local = at + std::chrono::minutes(minutes);
    RC_PRE(to_raw(local) >= -62'167'219'200 * kMicros && to_raw(local) < 253'402'300'800 * kMicros);
    std::string text = text_of(rfc3339_micros(local));
    text.back() = minutes < 0 ? '-' : '+';
    text += fmt::format("{:02}:{:02}", std::abs(minutes) / 60, std::abs(minutes) % 60);
    const Result<Instant> read = parse_rfc3339(text);
    RC_ASSERT(read.has_value() && *read == at);
}

void base32_numbers() {
    const auto value = *rc::gen::arbitrary<std::uint64_t>();
    const auto other = *rc::gen::arbitrary<std::uint64_t>();
    RC_ASSERT(base32_decode(text_of(base32_encode(value))) == value);
    RC_ASSERT((value < other) == (text_of(base32_encode(value)) < text_of(base32_encode(other))));
}

/// One spelling each: whatever is taken is exactly what would have been written.
void base32_spellings() {
    std::string text = text_of(base32_encode(*rc::gen::arbitrary<std::uint64_t>()));
    text[*between<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
    if (const auto value = base32_decode(text)) RC_ASSERT(text_of(base32_encode(*value)) == text);
}

void tokens() {
    const auto seq = *rc::gen::arbitrary<std::uint64_t>();
    RC_ASSERT(api::seq_from_token(api::as_text(api::seq_token(seq))) == seq);
    const ReservationId id{*rc::gen::arbitrary<std::uint64_t>()};
    RC_ASSERT(api::reservation_from_name(api::as_text(api::reservation_name(id))) == id);
    RC_ASSERT(!api::reservation_from_name(api::as_text(api::event_name(id.raw))));
}

void cursors() {
    const api::CursorCodec codec(*rc::gen::arbitrary<std::uint64_t>());
    const api::CursorKey key{*rc::gen::arbitrary<std::uint64_t>(),
                             *rc::gen::arbitrary<std::uint64_t>()};
    const auto list = *rc::gen::arbitrary<std::string>();
    std::string cursor = codec.encode(list, key);
    const auto read = codec.decode(list, cursor);
    RC_ASSERT(read && read->first == key.first && read->second == key.second);
    RC_ASSERT(!codec.decode(list + "?", cursor));
    // Made up, or of somebody else's journal.
    const char before = std::exchange(cursor[*between<std::size_t>(0, cursor.size())], '0');
    if (before != '0') RC_ASSERT(!codec.decode(list, cursor));
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        encoded +=
            plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

void queries() {
    std::map<std::string, std::string> params;
    for (int left = *between(0, 6); left > 0; --left)
        params["n" + any_text("&=%+ ")] = any_text("&=%+ \n");
    std::string text;
    for (const auto& [name, value] : params)
        text += (text.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
    const Result<http::Query> query = http::Query::parse(text);
    RC_ASSERT(query.has_value());
    RC_ASSERT(query->params().size() == params.size());
    for (const auto& [name, value] : params) RC_ASSERT(query->find(name) == value);
}

/// Whatever it quotes, an answer is JSON; and a text that is UTF-8 is quoted unchanged.
void json_texts() {
    const std::string text = any_text("\"\\/\b\n\t\x01\x7f");
    const auto number = *rc::gen::arbitrary<std::int64_t>();
    std::string out;
    http::JsonWriter(out)
        .begin_object()
        .member("text", std::string_view(text))
        .member("number", number)
        .end_object();
    boost::system::error_code error;
    const boost::json::value read = boost::json::parse(out, error);
    RC_ASSERT(!error);
    RC_ASSERT(read.at("number").as_int64() == number);
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
    if (ascii) RC_ASSERT(std::string_view(read.at("text").as_string()) == text);
}

std::string quoted(std::string_view field) {
    std::string text = "\"";
    for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
    return text + "\"";
}

/// Records of any fields, delivered in pieces of any size.
void csv_files() {
    std::vector<std::vector<std::string>> records;
    std::string file;
    for (int left = *between(0, 6); left > 0; --left) {
        std::vector<std::string> fields;
        for (int more = *between(1, 5); more > 0; --more) fields.push_back(any_text("\",\r\n"));
        for (std::size_t i = 0; i < fields.size(); ++i)
            file += (i == 0 ? "" : ",") + quoted(fields[i]);
        file += *rc::gen::element<std::string>("\n", "\r\n", "\r");
        records.push_back(std::move(fields));
    }
    const auto piece = *between<std::size_t>(1, 9);
    std::size_t at = 0;
    cli::CsvReader reader([&]() -> Result<std::string_view> {
        const std::string_view next = std::string_view(file).substr(at, piece);
        at += next.size();
        return next;
    });
    for (const auto& fields : records) {
        const Result<bool> more = reader.next();
        RC_ASSERT(more.has_value() && *more);
        RC_ASSERT(std::equal(fields.begin(), fields.end(), reader.fields().begin(),
                             reader.fields().end()));
    }
    const Result<bool> more = reader.next();
    RC_ASSERT(more.has_value() && !*more);
}

}  // namespace

void check_texts(Properties& p) {
    p.check("a time is read as it was written", times);
    p.check("written times sort as times do", times_sort);
    p.check("the same instant in any offset is the same instant", offsets);
    p.check("base32 numbers are read as written and sort as numbers", base32_numbers);
    p.check("a base32 number has one spelling", base32_spellings);
    p.check("ids and positions are read as written, each as its own kind", tokens);
    p.check("a cursor leads back to its place in its list, and nowhere else", cursors);
    p.check("a query gives back what was encoded", queries);
    p.check("an answer is JSON whatever it quotes", json_texts);
    p.check("a CSV file gives back its fields, in whatever pieces it comes", csv_files);
}

}  // namespace holdfast::properties
