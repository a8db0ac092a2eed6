#include "api/json_reader.h"

#include <algorithm>

namespace holdfast::api {
namespace {

void append_escaped(std::string& out, std::string_view name) {
    for (const char c : name) {
        // JSON Pointer's own escapes; other bytes are escaped by the JSON writer where needed.
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out.push_back(c);
        }
    }
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool has_control(std::string_view text, std::string_view but) {
    // Texts are short and have none: all of one in a few steps, without a branch for each byte.
    unsigned found = 0;
    for (const char c : text) found |= static_cast<unsigned>(is_control(c));
    return found != 0 && std::ranges::any_of(text, [&](char c) {
               return is_control(c) && but.find(c) == std::string_view::npos;
           });
}

}  // namespace

std::string Trail::pointer() const {
    std::string out = "#";
    for (std::size_t i = 0; i < depth_; ++i) {
        out.push_back('/');
        if (steps_[i].name.data() != nullptr) {
            append_escaped(out, steps_[i].name);
        } else {
            out += std::to_string(steps_[i].index);
        }
    }
    return out;
}

std::string Trail::pointer_to(std::string_view member) const {
    std::string out = pointer();
    out.push_back('/');
    append_escaped(out, member);
    return out;
}

bool JsonReader::is_type(json::value value, json::json_type wanted, std::string_view wanted_name) {
    json::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) return malformed();
    if (type == wanted) return true;
    return fault_.set(problems::wrong_type, trail_.pointer(),
                      "It must be " + std::string(wanted_name) + ".");
}

bool JsonReader::is_document_object(json::document& document, json::object& object) {
    json::json_type type{};
    if (document.type().get(type) != simdjson::SUCCESS) return malformed();
    if (type != json::json_type::object) {
        return fault_.set(problems::wrong_type, "#", "The body must be an object.");
    }
    if (document.get_object().get(object) != simdjson::SUCCESS) return malformed();
    return true;
}

bool JsonReader::unknown_field(std::string_view name, std::span<const std::string_view> names) {
    constexpr std::size_t kQuotedMax = 64;
    const std::string_view shown = name.substr(0, kQuotedMax);
    return fault_.set(
        problems::unknown_field, trail_.pointer_to(shown),
        "There is no field \"" + std::string(shown) + "\" here" + suggestion(shown, names));
}

bool JsonReader::read_any_text(json::value value, std::size_t bytes_min, std::size_t bytes_max,
                               std::string_view& out) {
    if (value.get_string().get(out) != simdjson::SUCCESS) {
        return is_type(value, json::json_type::string, "a string") && malformed();
    }
    if (out.size() < bytes_min || out.size() > bytes_max) {
        return invalid("It must be " + std::to_string(bytes_min) + " to " +
                       std::to_string(bytes_max) + " bytes long.");
    }
    return true;
}

bool JsonReader::read_text(json::value value, std::size_t bytes_min, std::size_t bytes_max,
                           std::string_view& out) {
    return read_any_text(value, bytes_min, bytes_max, out) &&
           (!has_control(out, "") || invalid("It must not contain control characters."));
}

bool JsonReader::read_prose(json::value value, std::size_t bytes_min, std::size_t bytes_max,
                            std::string_view& out) {
    return read_any_text(value, bytes_min, bytes_max, out) &&
           (!has_control(out, "\n\t") ||
            invalid("It must not contain control characters but line ends and tabs."));
}

bool JsonReader::read_integer(json::value value, std::int64_t& out) {
    if (value.get_int64().get(out) == simdjson::SUCCESS) return true;
    return is_type(value, json::json_type::number, "a whole number") &&
           fault_.set(problems::wrong_type, trail_.pointer(),
                      "It must be a whole number of at most 64 bits.");
}

bool JsonReader::read_integer_between(json::value value, std::int64_t from, std::int64_t to,
                                      std::int64_t& out) {
    if (!read_integer(value, out)) return false;
    if (out >= from && out <= to) return true;
    return invalid("It must be from " + std::to_string(from) + " to " + std::to_string(to) + ".");
}

bool JsonReader::read_bool(json::value value, bool& out) {
    if (value.get_bool().get(out) == simdjson::SUCCESS) return true;
    return is_type(value, json::json_type::boolean, "true or false") && malformed();
}

}  // namespace holdfast::api
