#include "ledger/return_table.h"

#include "base/check.h"

namespace holdfast::ledger {

void ReturnTable::speak(const DocumentLine& key, AnnouncedLine& line, Instant now) {
    const std::int32_t generation = document_generation_at(now);
    if (line.generation == generation) return;
    line.generation = generation;
    spoken_.add(generation, key);
}

void ReturnTable::announce(const DocumentLine& key, SkuId sku, Units units, Instant now) {
    const auto [row, fresh] = rows_.try_emplace(key);
    HOLDFAST_CHECK(fresh, "a line of a return is announced once");
    row->second.sku = sku;
    row->second.announced = units;
    speak(key, row->second, now);
}

void ReturnTable::receive(const DocumentLine& key, Units units, Instant now) {
    const auto row = rows_.find(key);
    HOLDFAST_CHECK(row != rows_.end(), "what came for a return names its line");
    row->second.received += units;
    speak(key, row->second, now);
}

void ReturnTable::restore(const DocumentLine& key, const AnnouncedLine& line) {
    rows_[key] = line;
    spoken_.add(line.generation, key);
}

void ReturnTable::advance(Instant now) { forget(spoken_, &AnnouncedLine::generation, now); }

}  // namespace holdfast::ledger
