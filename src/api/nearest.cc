#include "api/nearest.h"

#include <algorithm>
#include <array>

namespace holdfast::api {
namespace {

/// Longer names are cut: they cannot be typing errors of ours.
constexpr std::size_t kComparedBytesMax = 40;

/// Edit distance with insertions, deletions and substitutions.
std::size_t distance(std::string_view a, std::string_view b) {
    a = a.substr(0, kComparedBytesMax);
    b = b.substr(0, kComparedBytesMax);
    std::array<std::size_t, kComparedBytesMax + 1> row{};
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string suggestion(std::string_view wrong, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, wrong.size() / 3) + 1;
    for (const std::string_view name : known) {
        const std::size_t d = distance(wrong, name);
        if (d < best_distance) {
            best = name;
            best_distance = d;
        }
    }
    if (best.empty()) return ".";
    return "; did you mean \"" + std::string(best) + "\"?";
}

}  // namespace holdfast::api
