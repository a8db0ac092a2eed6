#include "ledger/backorder_table.h"

#include <algorithm>

#include "base/check.h"

namespace holdfast::ledger {

void BackorderTable::enter(const PartRef& part, const BackorderRow& row) {
    queue_.insert({row.sku, row.location, row.due, row.since, part});
    promised_.add({row.sku, row.location, row.due}, row.units);
}

void BackorderTable::leave(const PartRef& part, const BackorderRow& row) {
    queue_.erase({row.sku, row.location, row.due, row.since, part});
    promised_.add({row.sku, row.location, row.due}, -row.units);
}

void BackorderTable::add(const PartRef& part, SkuId sku, LocationId at, Units delta,
                         std::int64_t due, std::uint64_t seq) {
    const auto [found, fresh] =
        rows_.try_emplace(part, BackorderRow{.sku = sku, .location = at, .due = due, .since = seq});
    BackorderRow& row = found->second;
    if (!fresh) leave(part, row);
    if (delta > 0) row.due = std::max(row.due, due);
    row.units += delta;
    HOLDFAST_CHECK(row.units >= 0, "no fewer units wait than none");
    if (row.units == 0)
        rows_.erase(found);
    else
        enter(part, row);
}

void BackorderTable::restore(const PartRef& part, const BackorderRow& row) {
    rows_[part] = row;
    enter(part, row);
}

}  // namespace holdfast::ledger
