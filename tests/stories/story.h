// Stories: behaviour as text that a merchandiser can read. A file holds stories; a story is a list
// of statements, each `given`, `when` or `then`. What the statements may say: README.md here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::stories {

enum class Kind { given, when, then };

struct Statement {
    Kind kind = Kind::given;
    int line = 0;          ///< in the file, from 1
    std::string text;      ///< without the first word and the expectation
    std::string expected;  ///< what stands behind `->`; empty where there is none
};

struct Story {
    std::string file;
    int line = 0;
    std::string title;
    std::vector<Statement> statements;
    std::vector<int> rules{};  ///< numbers of rules.txt that it shows: "shows rule 8"
};

/// A fault of a story's text, or what happened instead of what it expects.
struct Fault {
    std::string expected;
    std::string got;
};

/// The stories of one file; a fault's `got` names the line that is not understood.
struct ParsedFile {
    std::vector<Story> stories;
    std::optional<std::string> fault;
};
ParsedFile parse_stories(const std::string& file, std::string_view text);

/// The words of one statement, read from left to right. Commas are words of their own; a word in
/// double quotes may be empty and may hold spaces and `\n`.
class Words {
  public:
    explicit Words(std::string_view text);
    [[nodiscard]] bool done() const { return at_ == words_.size(); }
    /// The next word, or one further on; empty behind the end.
    [[nodiscard]] std::string_view peek(std::size_t ahead = 0) const;
    /// Takes the given words if they come next, all of them.
    bool eat(std::string_view phrase);
    std::string take();
    /// Takes a whole number; nothing when the next word is none.
    std::optional<long long> take_number();
    /// What was not read, for a report.
    [[nodiscard]] std::string rest() const;

  private:
    std::vector<std::string> words_;
    std::size_t at_ = 0;
};

}  // namespace holdfast::stories
