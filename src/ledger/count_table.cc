#include "ledger/count_table.h"

#include "base/check.h"

namespace holdfast::ledger {

CountTable::Applied CountTable::last(SkuId sku, LocationId at) const {
    for (const Generation& g : kept_)
        if (const auto row = g.positions.find(key(sku, at)); row != g.positions.end())
            return {.count = row->second, .cut = &g.counts.at(row->second)};
    return {};
}

std::span<const CountCorrection> CountTable::corrections(SkuId sku, LocationId at) const {
    const auto row = corrections_.find(key(sku, at));
    if (row == corrections_.end()) return {};
    return row->second;
}

std::uint64_t CountTable::size() const {
    std::uint64_t rows = 0;
    for (const Generation& g : kept_) rows += g.positions.size();
    return rows;
}

void CountTable::begin(std::uint64_t count, CountCut cut, Instant now) {
    advance(now, count);
    kept_.front().counts.emplace(count, std::move(cut));
}

void CountTable::apply(std::uint64_t count, SkuId sku, LocationId at, Units delta) {
    const std::uint64_t position = key(sku, at);
    const std::uint64_t cut = kept_.front().counts.at(count).seq;
    kept_.front().positions[position] = count;
    const auto row = corrections_.find(position);
    if (row != corrections_.end()) {
        std::erase_if(row->second, [&](const CountCorrection& c) { return c.seq <= cut; });
        if (row->second.empty() && cut == count) corrections_.erase(row);
    }
    if (cut == count) return;  // nothing lies between
    std::vector<CountCorrection>& list = corrections_[position];
    list.push_back({.seq = count, .delta = delta});
    HOLDFAST_CHECK(list.size() <= overlapping_counts_max, "decide applies no more than these");
}

void CountTable::advance(Instant now, std::uint64_t next_seq) {
    if (!kept_.empty() && kept_.front().number >= number_at(now)) return;
    kept_.push_front(
        {.number = number_at(now), .first_seq = next_seq, .counts = {}, .positions = {}});
    while (kept_.size() > count_generations) {
        // A position that was counted again since keeps what its newer count needs.
        for (const auto& [position, count] : kept_.back().positions) {
            const auto row = corrections_.find(position);
            if (row == corrections_.end()) continue;
            std::erase_if(row->second, [&](const CountCorrection& c) { return c.seq <= count; });
            if (row->second.empty()) corrections_.erase(row);
        }
        kept_.pop_back();
        oldest_known_ = kept_.back().first_seq;
    }
}

CountTable::Generation* CountTable::find(std::int64_t number) {
    for (Generation& g : kept_)
        if (g.number == number) return &g;
    return nullptr;
}

void CountTable::restore_generation(std::int64_t number, std::uint64_t first_seq) {
    kept_.push_back({.number = number, .first_seq = first_seq, .counts = {}, .positions = {}});
}

void CountTable::restore_count(std::int64_t number, std::uint64_t count, CountCut cut) {
    if (Generation* const g = find(number)) g->counts.emplace(count, std::move(cut));
}

void CountTable::restore_position(std::int64_t number, SkuId sku, LocationId at,
                                  std::uint64_t count) {
    if (Generation* const g = find(number)) g->positions[key(sku, at)] = count;
}

void CountTable::restore_corrections(SkuId sku, LocationId at, std::vector<CountCorrection> list) {
    corrections_[key(sku, at)] = std::move(list);
}

bool CountTable::whole() const {
    for (const Generation& g : kept_)
        for (const auto& [position, count] : g.positions)
            if (!g.counts.contains(count)) return false;
    return true;
}

}  // namespace holdfast::ledger
