#include "ledger/quota_table.h"

#include <algorithm>

namespace holdfast::ledger {

void QuotaTable::count(const QuotaScope& scope, bool added) {
    const std::uint32_t change = added ? 1U : -1U;
    std::uint32_t& of_sku = rows_of_sku_[scope.sku.raw];
    of_sku += change;
    if (of_sku == 0) rows_of_sku_.erase(scope.sku.raw);
    if (channels_.size() <= scope.group.raw) channels_.resize(scope.group.raw + 1);
    Channels& channels = channels_[scope.group.raw];
    const auto at = std::lower_bound(channels.ids.begin(), channels.ids.end(), scope.channel);
    const auto index = at - channels.ids.begin();
    if (at == channels.ids.end() || *at != scope.channel) {
        channels.ids.insert(at, scope.channel);
        channels.rows.insert(channels.rows.begin() + index, 0);
    }
    channels.rows[static_cast<std::size_t>(index)] += change;
    if (channels.rows[static_cast<std::size_t>(index)] != 0) return;
    channels.ids.erase(channels.ids.begin() + index);
    channels.rows.erase(channels.rows.begin() + index);
}

void QuotaTable::put(const QuotaScope& scope, const QuotaRow& row) {
    const auto [it, added] = rows_.insert_or_assign(key(scope), row);
    if (added) count(scope, true);
}

void QuotaTable::remove(const QuotaScope& scope) {
    if (rows_.erase(key(scope)) != 0) count(scope, false);
}

void QuotaTable::add_used(const QuotaScope& scope, Units delta) {
    Units& units = used_[key(scope)];
    units += delta;
    if (units == 0) used_.erase(key(scope));
}

}  // namespace holdfast::ledger
