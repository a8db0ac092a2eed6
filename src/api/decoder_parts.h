// What the decoders of this folder share. Internal to them, like json_reader.h.
#pragma once

#include <charconv>
#include <span>
#include <vector>

#include "api/decoder.h"
#include "api/json_reader.h"
#include "base/hash.h"

namespace holdfast::api {

/// A code on its way to an id.
struct CodeText {
    std::string_view text;
    std::uint64_t hashed = 0;
};

struct Decoder::Parts {
    json::parser parser;
    const ledger::State* state = nullptr;
    Arena* arena = nullptr;
    std::uint64_t seed = 0;                // of the keyed hashes
    std::vector<Line> lines;               // reused
    std::vector<SourceCut> sources;        // reused: what a count includes
    std::vector<KitComponent> components;  // reused: what a kit is made of
    std::vector<EventCode> event_codes;    // reused: codes of an event, to be resolved later
    std::vector<CodeText> codes;           // reused
    std::vector<std::byte> content;        // reused: what content_hash is taken of

    /// A code of the caller's, resolved by the callback.
    bool code(JsonReader& reader, json::value value, std::string_view& out) {
        return reader.read_text(value, 1, code_bytes_max, out);
    }
    bool kept_text(JsonReader& reader, json::value value, std::size_t bytes_min,
                   std::size_t bytes_max, std::string_view& out) {
        std::string_view text;
        if (!reader.read_text(value, bytes_min, bytes_max, text)) return false;
        out = arena->copy(text);
        return true;
    }
    bool sku(JsonReader& reader, json::value value, SkuId& out) {
        std::string_view text;
        if (!code(reader, value, text)) return false;
        out = state->sku(text);
        return true;
    }
    /// Remembers the code, to be resolved together with the others of a long list.
    bool sku_later(JsonReader& reader, json::value value) {
        CodeText& later = codes.emplace_back();
        if (!code(reader, value, later.text)) return false;
        later.hashed = ledger::CodeTable::hash(later.text);
        state->items.prefetch_slot(later.hashed);
        return true;
    }
    bool location(JsonReader& reader, json::value value, LocationId& out) {
        std::string_view text;
        if (!code(reader, value, text)) return false;
        out = state->location(text);
        return true;
    }
    /// A list of codes.
    bool locations(JsonReader& reader, json::value value, std::size_t locations_max,
                   std::span<const LocationId>& out) {
        std::vector<LocationId> ids;
        const bool read =
            reader.read_array(value, locations_max, [&](std::size_t, json::value item) {
                return location(reader, item, ids.emplace_back());
            });
        if (read) out = kept<LocationId>(ids);
        return read;
    }
    bool group(JsonReader& reader, json::value value, GroupId& out) {
        std::string_view text;
        if (!code(reader, value, text)) return false;
        out = GroupId{state->groups.find(text)};
        return true;
    }
    /// A number, or null for none, which the ledger is told as one below zero.
    bool limit(JsonReader& reader, json::value value, std::int64_t& out) {
        out = -1;
        if (JsonReader::is_null(value)) return reader.read_null(value);
        return reader.read_integer_between(value, 0, policy_value_max, out);
    }
    bool channel(JsonReader& reader, json::value value, ChannelId& out) {
        std::string_view text;
        if (!code(reader, value, text)) return false;
        out = state->channel(text);
        if (out == kNoChannel) out = kUnknownChannel;
        return true;
    }
    bool unit(JsonReader& reader, json::value value, Line& line) {
        return kept_text(reader, value, 1, code_bytes_max, line.unit);
    }
    bool line_number(JsonReader& reader, json::value value, std::uint64_t& out) {
        // Above it, JavaScript clients cannot tell two numbers apart.
        constexpr std::int64_t kLineMax = 9'007'199'254'740'991;
        std::int64_t number = 0;
        if (!reader.read_integer_between(value, 1, kLineMax, number)) return false;
        out = static_cast<std::uint64_t>(number);
        return true;
    }
    /// A source's own number, in digits: CloudEvents has it as text.
    static bool sequence(JsonReader& reader, json::value value, std::uint64_t& out) {
        std::string_view text;
        if (!reader.read_text(value, 1, 20, text)) return false;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
        if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || out == 0)
            return reader.invalid("It must be a positive number in digits.");
        return true;
    }
    static bool epoch(JsonReader& reader, json::value value, std::uint64_t& out) {
        constexpr std::int64_t kEpochMax = 9'007'199'254'740'991;
        std::int64_t epoch = 0;
        if (!reader.read_integer_between(value, 0, kEpochMax, epoch)) return false;
        out = static_cast<std::uint64_t>(epoch);
        return true;
    }
    bool time_to_live(JsonReader& reader, json::value value, Microseconds& out) {
        // The bounds are the ledger's; this one only keeps the product inside 64 bits.
        constexpr std::int64_t kSecondsMax = 1'000'000'000;
        std::int64_t seconds = 0;
        if (!reader.read_integer_between(value, -kSecondsMax, kSecondsMax, seconds)) return false;
        // Zero would mean "the default" to the ledger; a caller who says zero is told no.
        out = seconds == 0 ? Microseconds{-1} : Microseconds{seconds * 1'000'000};
        return true;
    }
    bool reservation_id(JsonReader& reader, json::value value, ReservationId& out);
    std::span<const Line> kept_lines() { return kept(lines); }
    template <class T>
    std::span<T> kept(const std::vector<T>& list) {
        const std::span<T> copy = arena->array<T>(list.size());
        std::copy(list.begin(), list.end(), copy.begin());
        return copy;
    }
};

/// An absent optional body reads as an empty object.
inline std::string_view body_or_empty_object(std::string_view body) {
    // Long enough for the parser's padding.
    static constexpr char kEmpty[simdjson::SIMDJSON_PADDING + 2] = {'{', '}'};
    return body.empty() ? std::string_view(kEmpty, 2) : body;
}

}  // namespace holdfast::api
