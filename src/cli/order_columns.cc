#include "cli/order_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace holdfast::cli {
namespace {

constexpr std::size_t kMappingBytesMax = std::size_t{64} * 1024;

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] =
                std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates) {
    // A third of the letters may be wrong; more is another word.
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::optional<std::string> found;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

ColumnMap::ColumnMap(std::span<const ColumnSpec> specs)
    : specs_(specs), by_hand_(specs.size()), positions_(specs.size()) {
    for (const ColumnSpec& spec : specs) names_.emplace_back(spec.meaning);
}

Attempt<void> ColumnMap::map(std::string_view assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos) {
        return trouble(kExitUsage, fmt::format("--column {} is not MEANING=NAME", assignment), "",
                       fmt::format("--column '{}=Name in the file'", specs_.front().meaning));
    }
    return map(assignment.substr(0, equals), assignment.substr(equals + 1));
}

Attempt<void> ColumnMap::map(std::string_view meaning, std::string_view column) {
    for (std::size_t i = 0; i < specs_.size(); ++i) {
        if (specs_[i].meaning != meaning) continue;
        names_[i] = column;
        by_hand_[i] = true;
        return {};
    }
    std::vector<std::string> known;
    for (const ColumnSpec& spec : specs_) known.emplace_back(spec.meaning);
    const auto near = closest(meaning, known);
    return trouble(kExitUsage, fmt::format("no column means '{}'", meaning),
                   fmt::format("the meanings are {}", fmt::join(known, ", ")),
                   near ? fmt::format("did you mean '{}'?", *near) : "");
}

Attempt<void> ColumnMap::resolve(std::span<const std::string_view> header,
                                 const std::string& path) {
    header_size_ = header.size();
    for (std::size_t i = 0; i < specs_.size(); ++i) {
        const auto found = std::find(header.begin(), header.end(), names_[i]);
        if (found != header.end()) {
            positions_[i] = static_cast<std::size_t>(found - header.begin());
        } else if (specs_[i].required || by_hand_[i]) {
            return trouble(kExitFailed, fmt::format("{} has no column '{}'", path, names_[i]),
                           fmt::format("its columns are {}", fmt::join(header, ", ")),
                           fmt::format("name it: --column '{}=...'", specs_[i].meaning));
        }
    }
    return {};
}

Attempt<std::vector<std::pair<std::string, std::string>>> read_mapping(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return trouble(kExitNotFound, "cannot read the mapping " + path);
    std::string text(kMappingBytesMax + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMappingBytesMax) {
        return trouble(kExitUsage, fmt::format("the mapping {} is longer than {} bytes", path,
                                               kMappingBytesMax));
    }
    const toml::parse_result parsed = toml::parse(text, path);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return trouble(kExitUsage, "the mapping " + path + " is not TOML",
                       fmt::format("line {}, column {}: {}", error.source().begin.line,
                                   error.source().begin.column, error.description()));
    }
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& [key, node] : parsed.table()) {
        if (key != "columns" || !node.is_table()) {
            return trouble(kExitUsage, fmt::format("{}: unknown key '{}'", path, key.str()),
                           "a mapping has one table", "[columns]\ninvoice = \"InvoiceNo\"");
        }
        for (const auto& [meaning, column] : *node.as_table()) {
            const auto name = column.value<std::string>();
            if (!name) {
                return trouble(kExitUsage,
                               fmt::format("{}: columns.{} is not a text", path, meaning.str()));
            }
            pairs.emplace_back(meaning.str(), *name);
        }
    }
    return pairs;
}

}  // namespace holdfast::cli
