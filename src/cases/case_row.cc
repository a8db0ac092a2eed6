#include "cases/case_row.h"

#include <utility>

#include "cases/bounds.h"

namespace holdfast::cases {

void add_fact(Case& row, std::uint64_t seq) {
    if (!row.facts.empty() && row.facts.back() == seq) return;
    if (row.facts.size() == evidence_facts_max) row.facts.erase(row.facts.begin() + 1);
    row.facts.push_back(seq);
}

void add_step(Case& row, HistoryEntry entry) {
    if (row.history.size() == history_entries_max) {
        row.history.erase(row.history.begin() + 1);
        ++row.history_dropped;
    }
    row.history.push_back(std::move(entry));
}

std::size_t text_bytes(const Case& row) {
    std::size_t bytes = 0;
    for (const HistoryEntry& entry : row.history) bytes += entry.text.size();
    return bytes;
}

}  // namespace holdfast::cases
