#include "story.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>

namespace holdfast::stories {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.remove_suffix(1);
    return text;
}

/// Cuts `#` and what follows, outside double quotes.
std::string_view without_comment(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (text[i] == '#' && !quoted) return text.substr(0, i);
    }
    return text;
}

std::optional<Kind> kind_of(std::string_view word) {
    if (word == "given") return Kind::given;
    if (word == "when") return Kind::when;
    if (word == "then") return Kind::then;
    return std::nullopt;
}

}  // namespace

ParsedFile parse_stories(const std::string& file, std::string_view text) {
    ParsedFile parsed;
    int number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = trimmed(without_comment(text.substr(0, end)));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (line.empty()) continue;
        const std::size_t space = line.find_first_of(" \t");
        const std::string_view first = line.substr(0, space);
        const std::string_view rest =
            space == std::string_view::npos ? std::string_view{} : trimmed(line.substr(space));
        if (first == "story") {
            parsed.stories.push_back({file, number, std::string(rest), {}});
            continue;
        }
        if (first == "shows" && !parsed.stories.empty()) {
            Words words(rest);
            const auto rule = words.eat("rule") ? words.take_number() : std::nullopt;
            if (rule && words.done()) {
                parsed.stories.back().rules.push_back(static_cast<int>(*rule));
                continue;
            }
        }
        const std::optional<Kind> kind = kind_of(first);
        if (!kind || parsed.stories.empty()) {
            parsed.fault =
                fmt::format("{}:{}: expected story, shows rule, given, when or then; got: {}", file,
                            number, line);
            return parsed;
        }
        const std::size_t arrow = rest.find("->");
        Statement statement{*kind, number, std::string(trimmed(rest.substr(0, arrow))), {}};
        if (arrow != std::string_view::npos)
            statement.expected = std::string(trimmed(rest.substr(arrow + 2)));
        parsed.stories.back().statements.push_back(statement);
    }
    return parsed;
}

Words::Words(std::string_view text) {
    std::string word;
    bool quoted = false;
    bool any = false;  // a quoted word may be empty
    const auto end_word = [&] {
        if (any) words_.push_back(word);
        word.clear();
        any = false;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            quoted = !quoted;
            any = true;
        } else if (quoted && c == '\\' && i + 1 < text.size() && text[i + 1] == 'n') {
            word += '\n';
            ++i;
        } else if (quoted) {
            word += c;
        } else if (c == ' ' || c == '\t') {
            end_word();
        } else if (c == ',') {
            end_word();
            words_.emplace_back(",");
        } else {
            word += c;
            any = true;
        }
    }
    end_word();
}

std::string_view Words::peek(std::size_t ahead) const {
    return at_ + ahead < words_.size() ? std::string_view(words_[at_ + ahead]) : std::string_view{};
}

bool Words::eat(std::string_view phrase) {
    std::size_t at = at_;
    while (!phrase.empty()) {
        const std::size_t space = phrase.find(' ');
        if (at == words_.size() || words_[at] != phrase.substr(0, space)) return false;
        ++at;
        phrase.remove_prefix(space == std::string_view::npos ? phrase.size() : space + 1);
    }
    at_ = at;
    return true;
}

std::string Words::take() { return done() ? std::string{} : words_[at_++]; }

std::optional<long long> Words::take_number() {
    const std::string_view word = peek();
    long long value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (word.empty() || error != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    ++at_;
    return value;
}

std::string Words::rest() const {
    std::string text;
    for (std::size_t i = at_; i < words_.size(); ++i) text += (i == at_ ? "" : " ") + words_[i];
    return text;
}

}  // namespace holdfast::stories
