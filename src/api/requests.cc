// What several handlers need of a request.
#include "api/handlers.h"
#include "api/tokens.h"
#include "base/hash.h"

namespace holdfast::api {
namespace {

constexpr std::size_t kKeyBytesMax = 255;

/// A structured-field string, or a bare key as most clients send it. Empty when it is neither.
std::string_view unquoted(std::string_view value, std::array<char, kKeyBytesMax>& bytes) {
    if (value.empty() || value.front() != '"') {
        const bool visible =
            std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
        return visible && value.size() <= kKeyBytesMax ? value : std::string_view{};
    }
    if (value.size() < 2 || value.back() != '"') return {};
    value = value.substr(1, value.size() - 2);
    std::size_t size = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        char c = value[i];
        if (c == '"' || c < 0x20 || c >= 0x7f) return {};
        if (c == '\\') {
            if (++i == value.size() || (value[i] != '"' && value[i] != '\\')) return {};
            c = value[i];
        }
        if (size == kKeyBytesMax) return {};
        bytes[size++] = c;
    }
    return {bytes.data(), size};
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

bool prefers_minimal(const http::Request& request) {
    std::string_view rest = request.header("prefer").value_or(std::string_view{});
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        // What follows a semicolon are parameters of one preference, and this one has none.
        std::string_view one = rest.substr(0, comma);
        one = one.substr(0, one.find(';'));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        const std::size_t equals = one.find('=');
        if (equals == std::string_view::npos ||
            !http::equals_ignoring_case(trimmed(one.substr(0, equals)), "return"))
            continue;
        // The first of a name counts.
        const std::string_view value = trimmed(one.substr(equals + 1));
        return http::equals_ignoring_case(value, "minimal") ||
               http::equals_ignoring_case(value, "\"minimal\"");
    }
    return false;
}

bool has_content_type(Desk& desk, const Call& call, std::initializer_list<std::string_view> types) {
    if (call.request.body.empty()) return true;  // what is required is missed by its decoder
    std::string_view given = call.request.content_type();
    given = given.substr(0, given.find(';'));
    while (!given.empty() && given.back() == ' ') given.remove_suffix(1);
    for (const std::string_view type : types) {
        if (http::equals_ignoring_case(given, type)) return true;
    }
    std::string detail = "Send ";
    for (const std::string_view& type : types) {
        if (&type != types.begin()) detail += &type + 1 == types.end() ? " or " : ", ";
        detail += type;
    }
    desk.refuse(call.token, problems::unsupported_media_type, detail + ".");
    return false;
}

bool read_idempotency_key(Desk& desk, const Call& call, CommandKey& key) {
    if (!call.request.has(http::Field::idempotency_key)) {
        desk.refuse(call.token, problems::idempotency_key_missing,
                    "Send a key of your own with every attempt of one change.",
                    "Link: </docs/problems/idempotency-key-missing>; rel=\"describedby\"\r\n");
        return false;
    }
    std::array<char, kKeyBytesMax> bytes;
    const std::string_view text = unquoted(call.request.idempotency_key(), bytes);
    if (text.empty()) {
        desk.refuse(call.token, problems::idempotency_key_malformed,
                    "1 to 255 visible ASCII characters, quoted or bare.");
        return false;
    }
    // The operation's name, not its number: numbers follow the order of the document.
    const std::uint64_t seed = desk.state().seed;
    const std::string_view scope = call.route().operation;
    key.key = hash128(as_byte_span(text), hash64(as_byte_span(scope), seed));
    key.body_hash =
        hash64(as_byte_span(call.request.body), hash64(as_byte_span(call.request.target), seed));
    return true;
}

bool read_optional_idempotency_key(Desk& desk, const Call& call, CommandKey& key) {
    return !call.request.has(http::Field::idempotency_key) || read_idempotency_key(desk, call, key);
}

bool refuse_id(Desk& desk, const Call& call, std::string_view prefix, std::string_view whose) {
    const std::string_view text = call.path[0];
    const std::size_t underscore = text.find('_');
    const std::string_view given =
        underscore == std::string_view::npos ? std::string_view{} : text.substr(0, underscore + 1);
    desk.refuse(call.token, problems::invalid_id,
                given.empty() || given == prefix
                    ? std::string(whose) + " id is " + std::string(prefix) + " and 13 characters."
                    : "This takes an id that starts with " + std::string(prefix) + ", not with " +
                          std::string(given) + ".");
    return false;
}

std::string speaks_only_as(const Principal& principal) {
    return "The key speaks as \"" + principal.source + "\" alone.";
}

void bind_key(CommandKey& key, ChannelId channel) {
    key.key = hash128(
        as_byte_span(std::string_view(reinterpret_cast<const char*>(&key.key), sizeof key.key)),
        channel.raw);
}

bool read_params(Desk& desk, const Call& call, std::initializer_list<ParamName> names) {
    Fault fault;
    if (desk.params().parse(call.request.query, names, fault)) {
        const auto min_seq = desk.params().find("min_seq");
        if (!min_seq || seq_from_token(*min_seq)) return true;
        fault.set(problems::invalid_parameter, {}, "min_seq is a token such as 0-918273.");
    }
    desk.refuse(call.token, fault);
    return false;
}

bool not_modified(Desk& desk, const Call& call, std::uint64_t seq) {
    const std::string_view given = call.request.if_none_match();
    if (given.empty()) return false;
    const SeqToken token = seq_token(seq);
    const std::string etag = "\"" + std::string(as_text(token)) + "\"";
    // A list of tags, or any; tags have no comma inside.
    if (given != "*" && given.find(etag) == std::string_view::npos) return false;
    HeaderText headers;
    headers.line("ETag", etag);
    desk.answer_read(call.token, seq, {}, headers.text(), 304);
    return true;
}

}  // namespace holdfast::api
