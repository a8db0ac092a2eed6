// Which story proves which word: the table of docs/proofs.md, and what no story meets.
#pragma once

#include <string>
#include <vector>

#include "world.h"

namespace holdfast::stories {

/// A story that held, and what it met.
struct Proof {
    Story story;
    Met met;
};

/// A rule of the domain in a sentence: `number | sentence | reserved?`, a line each in rules.txt.
struct Rule {
    int number = 0;
    std::string text;
    bool reserved = false;  ///< named, and nothing to show it on yet
};
std::vector<Rule> read_rules(std::string_view text);

/// Every word of the vocabulary and every rule that no story meets, and every reserved one that one
/// does; in words.
std::vector<std::string> unmet(const std::vector<Proof>& proofs, const std::vector<Rule>& rules,
                               std::set<std::string> reserved_words);

/// The page: each event, rule, bucket, refusal and case, with the story that meets it and meets the
/// least beside it.
std::string proofs_page(const std::vector<Proof>& proofs, const std::vector<Rule>& rules);

}  // namespace holdfast::stories
