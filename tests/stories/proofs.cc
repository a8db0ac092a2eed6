#include "proofs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

namespace holdfast::stories {
namespace {

using Meets = std::function<bool(const Proof&)>;

/// A word to be proved, and how to tell that a story does.
struct Claim {
    std::string word;
    Meets meets;
};
struct Chapter {
    std::string title;
    std::string what;  ///< what one of its words is
    std::vector<Claim> claims;
};

constexpr int kNumbersLookedAt = 1000;

/// Every enumerator of a list of the vocabulary, found by its names: numbers may have gaps.
template <class Enum>
Chapter words(std::string title, std::string what, int last, std::string_view unknown,
              std::set<Enum> Met::* met) {
    Chapter chapter{std::move(title), std::move(what), {}};
    for (int i = 1; i <= last; ++i) {
        const auto word = static_cast<Enum>(i);
        if (name(word) == unknown) continue;
        chapter.claims.push_back({std::string(name(word)), [word, met](const Proof& proof) {
                                      return (proof.met.*met).contains(word);
                                  }});
    }
    return chapter;
}

Chapter rule_chapter(const std::vector<Rule>& rules) {
    Chapter chapter{"Rules", "rule", {}};
    for (const Rule& rule : rules)
        chapter.claims.push_back(
            {fmt::format("{}", rule.number), [number = rule.number](const Proof& proof) {
                 return std::ranges::find(proof.story.rules, number) != proof.story.rules.end();
             }});
    return chapter;
}

std::vector<Chapter> chapters(const std::vector<Rule>& rules) {
    return {
        words<FactType>("Events", "fact", kNumbersLookedAt, "unknown", &Met::facts),
        rule_chapter(rules), words<Bucket>("Buckets", "bucket", 255, "unknown", &Met::buckets),
        words<Refusal>("Refusals", "refusal", kNumbersLookedAt, "unknown_refusal", &Met::refusals),
        words<CaseKind>("Cases", "case", 255, "unknown", &Met::cases)};
}

std::size_t breadth(const Met& met) {
    return met.facts.size() + met.refusals.size() + met.cases.size() + met.buckets.size();
}

/// The narrowest story that meets the claim, the first of equals.
const Proof* proof_of(const std::vector<Proof>& proofs, const Meets& meets) {
    const Proof* best = nullptr;
    for (const Proof& proof : proofs)
        if (meets(proof) && (best == nullptr || breadth(proof.met) < breadth(best->met)))
            best = &proof;
    return best;
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::vector<Rule> read_rules(std::string_view text) {
    std::vector<Rule> rules;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        Rule rule;
        const auto number = std::from_chars(line.data(), line.data() + line.size(), rule.number);
        if (number.ec != std::errc{}) continue;
        const std::size_t first = line.find('|'), second = line.find('|', first + 1);
        if (first == std::string_view::npos) continue;
        rule.text = line.substr(first + 2, second == std::string_view::npos ? std::string_view::npos
                                                                            : second - first - 3);
        rule.reserved = second != std::string_view::npos;
        rules.push_back(rule);
    }
    return rules;
}

std::vector<std::string> unmet(const std::vector<Proof>& proofs, const std::vector<Rule>& rules,
                               std::set<std::string> reserved_words) {
    for (const Rule& rule : rules)
        if (rule.reserved) reserved_words.insert(fmt::format("{}", rule.number));
    std::vector<std::string> list;
    for (const Chapter& chapter : chapters(rules))
        for (const Claim& claim : chapter.claims) {
            const bool is_met = proof_of(proofs, claim.meets) != nullptr;
            const bool is_reserved = reserved_words.erase(claim.word) > 0;
            if (is_met == is_reserved)
                list.push_back(
                    is_met ? fmt::format("a story meets the {} {}, which is still reserved",
                                         chapter.what, claim.word)
                           : fmt::format("no story meets the {} {}", chapter.what, claim.word));
        }
    for (const std::string& word : reserved_words)
        list.push_back(fmt::format("{} is reserved, and nobody knows it", word));
    return list;
}

std::string proofs_page(const std::vector<Proof>& proofs, const std::vector<Rule>& rules) {
    std::string page =
        "# What proves it\n\n"
        "Every event, rule, bucket, refusal and case, and the story of `tests/stories` that shows "
        "it most\nplainly. Written by `story_runner --write-proofs`; the stories fail when this "
        "page is out of date.\n";
    for (const Chapter& chapter : chapters(rules)) {
        page += fmt::format("\n## {}\n\n| {} | Story | File |\n|---|---|---|\n", chapter.title,
                            chapter.what);
        for (const Claim& claim : chapter.claims) {
            const Proof* proof = proof_of(proofs, claim.meets);
            const auto rule = std::ranges::find_if(rules, [&](const Rule& r) {
                return chapter.what == "rule" && fmt::format("{}", r.number) == claim.word;
            });
            const std::string word = rule == rules.end()
                                         ? fmt::format("`{}`", claim.word)
                                         : fmt::format("{}. {}", rule->number, rule->text);
            if (proof == nullptr)
                page += fmt::format("| {} | not built yet | |\n", word);
            else
                page += fmt::format("| {} | {} | [{}](../tests/stories/{}) |\n", word,
                                    proof->story.title, file_name(proof->story.file),
                                    file_name(proof->story.file));
        }
    }
    return page;
}

}  // namespace holdfast::stories
