#include "ledger/policy_table.h"

#include "base/planted.h"

namespace holdfast::ledger {

void PolicyTable::put(PolicyKind kind, const PolicyScope& scope, std::int64_t value,
                      const PolicyVersion& version) {
    Rows& rows = rows_[index(kind)];
    const std::size_t before = rows.size();
    if (value < 0)
        rows.erase(key(scope));
    else
        rows[key(scope)] = {.value = static_cast<std::int32_t>(value), .version = version};
    if (kind != PolicyKind::group_safety_stock || rows.size() == before) return;
    std::uint32_t& of_sku = kept_by_group_[scope.sku.raw];
    of_sku += rows.size() > before ? 1 : -1U;
    if (of_sku == 0) kept_by_group_.erase(scope.sku.raw);
}

std::int32_t PolicyTable::effective(PolicyKind kind, SkuId sku, LocationId at) const {
    return find(kind, sku, at).value_or(0);
}

std::optional<std::int32_t> PolicyTable::find(PolicyKind kind, SkuId sku, LocationId at) const {
    const Rows& rows = rows_[index(kind)];
    if (rows.empty()) return std::nullopt;
    if (const auto it = rows.find(key(PolicyScope{}));
        it != rows.end() && planted(Bug::wide_policy_beats_narrow))
        return it->second.value;
    for (const PolicyScope scope : {PolicyScope{sku, at}, PolicyScope{sku, kNoLocation},
                                    PolicyScope{kNoSku, at}, PolicyScope{}})
        if (const auto it = rows.find(key(scope)); it != rows.end()) return it->second.value;
    return std::nullopt;
}

}  // namespace holdfast::ledger
