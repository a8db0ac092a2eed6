#include "ledger/shipment_table.h"

#include <algorithm>

namespace holdfast::ledger {

void ShipmentTable::add(std::uint64_t document, const ShippedChange& change, Instant now) {
    const auto [row, fresh] = rows_.try_emplace(document);
    if (fresh) {
        row->second.generation = to_raw(now) / ended_reservation_generation.count();
        list(document, row->second.generation);
    }
    row->second.changes.push_back(change);
    ++changes_;
}

void ShipmentTable::drop(std::uint64_t document, std::uint64_t reservation) {
    const auto row = rows_.find(document);
    if (row == rows_.end()) return;
    changes_ -= std::erase_if(row->second.changes, [&](const ShippedChange& change) {
        return change.reservation == reservation;
    });
    row->second.changes.shrink_to_fit();
}

void ShipmentTable::restore(std::uint64_t document, ShipmentRow row) {
    changes_ += row.changes.size();
    list(document, row.generation);
    rows_[document] = std::move(row);
}

void ShipmentTable::list(std::uint64_t document, std::int64_t generation) {
    // Facts come in the order of time; a checkpoint brings documents back in any order.
    auto place = made_.end();
    while (place != made_.begin() && std::prev(place)->generation >= generation) --place;
    if (place == made_.end() || place->generation != generation)
        place = made_.insert(place, Made{generation, {}});
    place->documents.push_back(document);
}

void ShipmentTable::advance(Instant now) {
    const std::int64_t current = to_raw(now) / ended_reservation_generation.count();
    while (!made_.empty() && made_.front().generation <= current - ended_reservation_generations) {
        for (const std::uint64_t document : made_.front().documents) {
            const auto row = rows_.find(document);
            changes_ -= row->second.changes.size();
            rows_.erase(row);
        }
        made_.pop_front();
    }
}

}  // namespace holdfast::ledger
