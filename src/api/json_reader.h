// Strict reading of JSON bodies over simdjson's On-Demand parser: every field is known, given once
// and of its type, or the fault says which one is not, as a JSON Pointer. Internal to the decoders
// of this folder: simdjson's header is heavy, so nobody else includes this file.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/nearest.h"
#include "api/problem.h"
#include "canonical/ids.h"

namespace holdfast::api {

namespace json = simdjson::ondemand;

/// Where in the document we are, for the fault's pointer. Nothing is copied until a fault happens.
class Trail {
  public:
    void reset() { depth_ = 0; }
    void enter(std::string_view name) { steps_[depth_++] = {name, 0}; }
    void enter(std::size_t index) { steps_[depth_++] = {{}, index}; }
    void leave() { --depth_; }
    [[nodiscard]] std::string pointer() const;
    [[nodiscard]] std::string pointer_to(std::string_view member) const;

  private:
    struct Step {
        std::string_view name;
        std::size_t index = 0;
    };
    std::array<Step, 8> steps_;
    std::size_t depth_ = 0;
};

template <std::size_t N>
using FieldNames = std::array<std::string_view, N>;

constexpr std::uint32_t bit(std::size_t index) { return std::uint32_t{1} << index; }

class JsonReader {
  public:
    explicit JsonReader(Fault& fault) : fault_(fault) {}

    /// Reads the one object that the text is. `text` is followed by SIMDJSON_PADDING readable
    /// bytes. `on_field(index, value)` answers false after a fault.
    template <std::size_t N, class OnField>
    bool read_document(json::parser& parser, std::string_view text, const FieldNames<N>& names,
                       std::uint32_t required, OnField&& on_field);
    template <std::size_t N, class OnField>
    bool read_object(json::value value, const FieldNames<N>& names, std::uint32_t required,
                     OnField&& on_field) {
        json::object object;
        if (!is_type(value, json::json_type::object, "an object")) return false;
        if (value.get_object().get(object) != simdjson::SUCCESS) return malformed();
        return read_fields(object, names, required, on_field);
    }
    /// `on_item(index, value)`. Fails with `beyond` when there are more than `items_max`.
    template <class OnItem>
    bool read_array(json::value value, std::size_t items_max, OnItem&& on_item,
                    const ProblemKind& beyond = problems::too_many_items);
    /// An array of lines: what is too many is the ledger's word.
    template <class OnItem>
    bool read_lines(json::value value, OnItem&& on_item) {
        return read_array(value, lines_per_request_max, on_item,
                          problem_of(Refusal::too_many_lines));
    }

    /// UTF-8 without control characters, `bytes_min`..`bytes_max` long. Valid until the parser
    /// reads its next document.
    bool read_text(json::value value, std::size_t bytes_min, std::size_t bytes_max,
                   std::string_view& out);
    /// The same, with line ends and tabs: what a person writes.
    bool read_prose(json::value value, std::size_t bytes_min, std::size_t bytes_max,
                    std::string_view& out);
    bool read_integer(json::value value, std::int64_t& out);
    bool read_integer_between(json::value value, std::int64_t from, std::int64_t to,
                              std::int64_t& out);
    bool read_bool(json::value value, bool& out);
    /// Null, or false without a fault when it is something else.
    static bool is_null(json::value value) {
        json::json_type type{};
        return value.type().get(type) == simdjson::SUCCESS && type == json::json_type::null;
    }
    /// Consumes a value that is_null().
    bool read_null(json::value value) {
        bool null = false;
        return (value.is_null().get(null) == simdjson::SUCCESS && null) || malformed();
    }
    bool invalid(std::string detail) {
        return fault_.set(problems::invalid_value, trail_.pointer(), std::move(detail));
    }
    bool malformed() {
        return fault_.set(problems::malformed_json, {}, "The text is not one JSON value.");
    }
    Trail& trail() { return trail_; }

  private:
    bool is_type(json::value value, json::json_type wanted, std::string_view wanted_name);
    bool read_any_text(json::value value, std::size_t bytes_min, std::size_t bytes_max,
                       std::string_view& out);
    bool is_document_object(json::document& document, json::object& object);
    bool unknown_field(std::string_view name, std::span<const std::string_view> names);
    template <std::size_t N, class OnField>
    bool read_fields(json::object object, const FieldNames<N>& names, std::uint32_t required,
                     OnField& on_field);

    Fault& fault_;
    Trail trail_;
};

template <std::size_t N, class OnField>
bool JsonReader::read_fields(json::object object, const FieldNames<N>& names,
                             std::uint32_t required, OnField& on_field) {
    static_assert(N <= 32);
    std::uint32_t seen = 0;
    std::size_t next = 0;
    for (auto entry : object) {
        json::field field;
        std::string_view key;
        if (std::move(entry).get(field) != simdjson::SUCCESS ||
            field.unescaped_key().get(key) != simdjson::SUCCESS) {
            return malformed();
        }
        // Clients send fields in one order, so the next name is the likely one.
        std::size_t index = next;
        std::size_t tried = 0;
        while (tried < N && names[index] != key) {
            index = index + 1 == N ? 0 : index + 1;
            ++tried;
        }
        if (tried == N) return unknown_field(key, names);
        if ((seen & bit(index)) != 0) {
            return fault_.set(problems::duplicate_field, trail_.pointer_to(key), {});
        }
        seen |= bit(index);
        next = index + 1 == N ? 0 : index + 1;
        trail_.enter(names[index]);
        if (!on_field(index, field.value())) return false;
        trail_.leave();
    }
    if (const std::uint32_t missing = required & ~seen; missing != 0) {
        const std::string_view name = names[static_cast<std::size_t>(__builtin_ctz(missing))];
        return fault_.set(problems::missing_field, trail_.pointer_to(name),
                          "The field \"" + std::string(name) + "\" is required.");
    }
    return true;
}

template <std::size_t N, class OnField>
bool JsonReader::read_document(json::parser& parser, std::string_view text,
                               const FieldNames<N>& names, std::uint32_t required,
                               OnField&& on_field) {
    trail_.reset();
    json::document document;
    const simdjson::padded_string_view padded(text.data(), text.size(),
                                              text.size() + simdjson::SIMDJSON_PADDING);
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return malformed();
    json::object object;
    if (!is_document_object(document, object)) return false;
    if (!read_fields(object, names, required, on_field)) return false;
    // Nothing may follow the object.
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return malformed();
    return true;
}

template <class OnItem>
bool JsonReader::read_array(json::value value, std::size_t items_max, OnItem&& on_item,
                            const ProblemKind& beyond) {
    if (!is_type(value, json::json_type::array, "an array")) return false;
    json::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return malformed();
    std::size_t index = 0;
    for (auto entry : array) {
        json::value item;
        if (std::move(entry).get(item) != simdjson::SUCCESS) return malformed();
        if (index == items_max) {
            return fault_.set(beyond, trail_.pointer(),
                              "At most " + std::to_string(items_max) + " are taken.");
        }
        trail_.enter(index);
        if (!on_item(index, item)) return false;
        trail_.leave();
        ++index;
    }
    return true;
}

}  // namespace holdfast::api
