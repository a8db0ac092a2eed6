#include "ledger/inbound_table.h"

namespace holdfast::ledger {

InboundLine& InboundTable::add(const DocumentLine& key, SkuId sku, LocationId at,
                               std::int64_t due) {
    return rows_.emplace(key, InboundLine{.sku = sku, .location = at, .due = due}).first->second;
}

void InboundTable::change(const DocumentLine& key, InboundLine& row, std::int64_t due,
                          Units ordered, Units received, Instant now, ExpectedSupply& expected) {
    expected.add({row.sku, row.location, row.due}, -row.open());
    row.due = due;
    row.ordered = ordered;
    row.received = received;
    expected.add({row.sku, row.location, row.due}, row.open());
    if (row.open() != 0) {
        row.ended_generation = 0;
    } else if (row.ended_generation == 0) {
        row.ended_generation = document_generation_at(now);
        ended_.add(row.ended_generation, key);
    }
}

void InboundTable::restore(const DocumentLine& key, const InboundLine& row,
                           ExpectedSupply& expected) {
    rows_[key] = row;
    expected.add({row.sku, row.location, row.due}, row.open());
    if (row.ended_generation != 0) ended_.add(row.ended_generation, key);
}

void InboundTable::advance(Instant now) { forget(ended_, &InboundLine::ended_generation, now); }

}  // namespace holdfast::ledger
