// Plays the committed corpus, so that what a fuzzer once found stays found in every build:
//   corpus_replay FOLDER   each file of FOLDER/<target>
//   corpus_replay TARGET FILE...
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "targets.h"

namespace {

using holdfast::fuzz::kTargets;
using holdfast::fuzz::Target;

void play(const Target& target, const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    // Before it runs: a target that fails ends the process.
    fmt::print(stderr, "{}\n", path.string());
    std::fflush(stderr);
    target.run(std::as_bytes(std::span(bytes)));
}

int play_folder(const std::filesystem::path& folder) {
    for (const Target& target : kTargets) {
        std::vector<std::filesystem::path> files;
        const std::filesystem::path mine = folder / target.name;
        if (std::filesystem::is_directory(mine))
            for (const auto& entry : std::filesystem::directory_iterator(mine))
                files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        if (files.empty()) {
            fmt::print("{}: no corpus in {}\n", target.name, mine.string());
            return 1;
        }
        for (const auto& file : files) play(target, file);
        fmt::print("{:<18} {:>4} files\n", target.name, files.size());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::filesystem::is_directory(argv[1])) return play_folder(argv[1]);
    const Target* target = std::ranges::find(kTargets, argc > 2 ? argv[1] : "", &Target::name);
    if (target == std::end(kTargets)) {
        fmt::print(stderr, "usage: corpus_replay FOLDER | corpus_replay TARGET FILE...\n");
        for (const Target& known : kTargets) fmt::print(stderr, "  {}\n", known.name);
        return 2;
    }
    for (int i = 2; i < argc; ++i) play(*target, argv[i]);
    return 0;
}
