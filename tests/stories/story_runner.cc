// Runs the stories: each in a world of its own, on the ledger itself and its twin. Prints file,
// line, what was expected and what was got for each story that fails, and the lane's line.
// Also fails when a word of the domain has no story, when the page of proofs is out of date, or
// when the glossary lacks a word of the vocabulary.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "proofs.h"

namespace holdfast::stories {
namespace {

std::optional<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

struct Result {
    std::size_t stories = 0;
    std::size_t failed = 0;
};

bool run_story(const Story& story, Met& met) {
    World world(met);
    for (const Statement& statement : story.statements) {
        const std::optional<Fault> fault = world.run(statement);
        if (!fault) continue;
        fmt::print("{}:{}: story {}\n  {}\n  expected  {}\n  got       {}\n", story.file,
                   statement.line, story.title, statement.text, fault->expected, fault->got);
        return false;
    }
    return true;
}

void run_file(const std::filesystem::path& path, std::vector<Proof>& proofs, Result& result) {
    const auto text = read_file(path);
    ParsedFile parsed = parse_stories(path.string(), text.value_or(""));
    if (!text) parsed.fault = path.string() + ": cannot be read";
    if (parsed.fault) {
        fmt::print("{}\n", *parsed.fault);
        ++result.stories;
        ++result.failed;
        return;
    }
    for (const Story& story : parsed.stories) {
        ++result.stories;
        Proof proof{story, {}};
        if (run_story(story, proof.met))
            proofs.push_back(std::move(proof));
        else
            ++result.failed;
    }
}

/// Every enumerator of a list of the vocabulary, found by its names: numbers may have gaps.
template <class Enum>
std::vector<Enum> enumerators(int last, std::string_view unknown) {
    std::vector<Enum> list;
    for (int i = 0; i <= last; ++i)
        if (name(static_cast<Enum>(i)) != unknown) list.push_back(static_cast<Enum>(i));
    return list;
}

constexpr int kNumbersLookedAt = 1000;

/// The page as it is, and as it would be written now.
std::vector<std::string> out_of_date(const std::string& path, const std::string& page, bool write) {
    if (write) std::ofstream(path, std::ios::binary) << page;
    if (read_file(path) == page) return {};
    return {path + " is out of date: run story_runner with --write-proofs"};
}

/// Words that have their number and name but no decider yet: one a line, "# " begins a remark.
std::set<std::string> reserved_words(const std::vector<std::string>& folders) {
    std::set<std::string> words;
    for (const std::string& folder : folders) {
        std::ifstream in(std::filesystem::path(folder) / "reserved_words.txt");
        for (std::string line; std::getline(in, line);)
            if (!line.empty() && line.front() != '#') words.insert(line);
    }
    return words;
}

template <class Enum>
void add_missing(std::string_view glossary, int last, std::string_view unknown,
                 std::vector<std::string>& missing) {
    for (const Enum e : enumerators<Enum>(last, unknown)) {
        const std::string heading = fmt::format("`{}`", name(e));
        if (glossary.find(heading) == std::string_view::npos)
            missing.push_back(fmt::format("the glossary has no line for {}", name(e)));
    }
}

/// Enumerators of canonical/vocabulary.h that the glossary does not explain.
std::vector<std::string> missing_in_glossary(std::string_view glossary) {
    std::vector<std::string> missing;
    add_missing<Bucket>(glossary, 255, "unknown", missing);
    add_missing<PlaceKind>(glossary, 255, "unknown", missing);
    add_missing<FactType>(glossary, kNumbersLookedAt, "unknown", missing);
    add_missing<Refusal>(glossary, kNumbersLookedAt, "unknown_refusal", missing);
    add_missing<CaseKind>(glossary, 255, "unknown", missing);
    add_missing<Disposition>(glossary, 255, "unknown", missing);
    add_missing<PolicyKind>(glossary, 255, "unknown", missing);
    return missing;
}

bool passes(const std::vector<std::string>& faults) {
    for (const std::string& fault : faults) fmt::print("{}\n", fault);
    return faults.empty();
}

}  // namespace
}  // namespace holdfast::stories

int main(int argc, char** argv) {
    using namespace holdfast::stories;
    std::vector<std::string> paths;
    std::string glossary;
    CLI::App app("Runs stories of the ledger's behaviour.");
    app.add_option("paths", paths, "story files, or folders of them")->required();
    std::string proofs_path;
    bool write_proofs = false;
    app.add_option("--proofs", proofs_path, "also hold this page of proofs to the stories");
    app.add_flag("--write-proofs", write_proofs, "write that page anew");
    app.add_option("--glossary", glossary, "also hold this glossary to the vocabulary");
    CLI11_PARSE(app, argc, argv);

    std::vector<std::filesystem::path> files;
    bool whole = false;  // a whole folder must cover the vocabulary, single files need not
    for (const std::string& path : paths) {
        if (!std::filesystem::is_directory(path)) {
            files.emplace_back(path);
            continue;
        }
        whole = true;
        for (const auto& entry : std::filesystem::directory_iterator(path))
            if (entry.path().extension() == ".story") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());

    std::vector<Proof> proofs;
    Result result;
    for (const auto& file : files) run_file(file, proofs, result);
    const std::size_t run = result.stories;
    const auto check = [&](const std::vector<std::string>& faults) {
        ++result.stories;
        if (!passes(faults)) ++result.failed;
    };
    std::vector<Rule> rules;
    for (const std::string& path : paths)
        if (const auto text = read_file(std::filesystem::path(path) / "rules.txt"))
            rules = read_rules(*text);
    if (whole) check(unmet(proofs, rules, reserved_words(paths)));
    if (whole && !proofs_path.empty())
        check(out_of_date(proofs_path, proofs_page(proofs, rules), write_proofs));
    if (!glossary.empty()) {
        const auto text = read_file(glossary);
        check(text ? missing_in_glossary(*text) : std::vector{glossary + " cannot be read"});
    }
    fmt::print("lane stories reached {} wanted {} passed {} failed {}\n", run, run,
               result.stories - result.failed, result.failed);
    return result.failed == 0 && run > 0 ? 0 : 1;
}
