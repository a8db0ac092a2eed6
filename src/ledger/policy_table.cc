#include "ledger/policy_table.h"

#include "base/planted.h"

namespace holdfast::ledger {

void PolicyTable::put(PolicyKind kind, const PolicyScope& scope, std::int64_t value) {
    Rows& rows = rows_[index(kind)];
    if (value < 0)
        rows.erase(key(scope));
    else
        rows[key(scope)] = static_cast<std::int32_t>(value);
}

std::int32_t PolicyTable::effective(PolicyKind kind, SkuId sku, LocationId at) const {
    return find(kind, sku, at).value_or(0);
}

std::optional<std::int32_t> PolicyTable::find(PolicyKind kind, SkuId sku, LocationId at) const {
    const Rows& rows = rows_[index(kind)];
    if (rows.empty()) return std::nullopt;
    if (const auto it = rows.find(key(PolicyScope{}));
        it != rows.end() && planted(Bug::wide_policy_beats_narrow))
        return it->second;
    for (const PolicyScope scope : {PolicyScope{sku, at}, PolicyScope{sku, kNoLocation},
                                    PolicyScope{kNoSku, at}, PolicyScope{}})
        if (const auto it = rows.find(key(scope)); it != rows.end()) return it->second;
    return std::nullopt;
}

}  // namespace holdfast::ledger
