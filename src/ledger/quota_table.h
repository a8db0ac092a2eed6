// Quotas: what of a group a channel is guaranteed of a SKU, the most that it may be promised, and
// how much of that it has used. A row of all SKUs is the word for each SKU that has none of its
// own; use is kept for each SKU alone, and only where a row covers it.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/flat_map.h"
#include "canonical/command.h"
#include "ledger/policy_table.h"

namespace holdfast::ledger {

/// Scope of a quota, and of a number of units used.
struct QuotaScope {
    GroupId group = kNoGroup;
    ChannelId channel = kNoChannel;
    SkuId sku = kNoSku;  ///< kNoSku: every SKU

    /// Its number as the place of a posting.
    [[nodiscard]] std::uint32_t place() const { return group.raw << 12 | channel.raw; }
    static QuotaScope of(SkuId sku, std::uint32_t place) {
        return {GroupId{place >> 12}, ChannelId{place & 0xfff}, sku};
    }
};
static_assert(groups_max <= 1U << 16 && channels_max <= 1U << 12, "a quota's place fits 28 bits");

/// Most channels with a quota in one group.
inline constexpr std::size_t quota_channels_max = 64;
/// Most rows in all.
inline constexpr std::size_t quotas_max = std::size_t{1} << 22;
/// Most numbers of used units that one fact changes: a refill, or a change of a group's members.
inline constexpr std::size_t quota_moves_max = std::size_t{1} << 14;

struct QuotaRow {
    Units guarantee = -1;  ///< K; below zero: none
    Units cap = -1;        ///< below zero: none
    std::uint32_t priority =
        0;  ///< who is served first where the guarantees are more than the pool
    PolicyVersion version;
    friend bool operator==(const QuotaRow&, const QuotaRow&) = default;
};

class QuotaTable {
  public:
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    /// Whether some row may cover the SKU: a cheap no for most.
    [[nodiscard]] bool concern(SkuId sku) const {
        return !rows_of_sku_.empty() &&
               (rows_of_sku_.contains(sku.raw) || rows_of_sku_.contains(kNoId));
    }
    /// The row that covers a channel's SKU in a group: its own, else that of all SKUs.
    [[nodiscard]] const QuotaRow* find(const QuotaScope& scope) const {
        const QuotaRow* row = row_of(scope);
        return row != nullptr ? row : row_of({scope.group, scope.channel, kNoSku});
    }
    /// The row of exactly this scope.
    [[nodiscard]] const QuotaRow* row_of(const QuotaScope& scope) const {
        const auto it = rows_.find(key(scope));
        return it == rows_.end() ? nullptr : &it->second;
    }
    /// k: units used since the last refill.
    [[nodiscard]] Units used(const QuotaScope& scope) const {
        const auto it = used_.find(key(scope));
        return it == used_.end() ? 0 : it->second;
    }
    /// Channels with any quota in the group, by id.
    [[nodiscard]] std::span<const ChannelId> channels_of(GroupId group) const {
        if (group.raw >= channels_.size()) return {};
        return channels_[group.raw].ids;
    }

    // Changes, by apply and checkpoint loading only.
    void put(const QuotaScope& scope, const QuotaRow& row);
    void remove(const QuotaScope& scope);
    void add_used(const QuotaScope& scope, Units delta);

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [key, row] : rows_) visit(scope_of(key), row);
    }
    template <class Visit>
    void for_each_used(Visit&& visit) const {
        for (const auto& [key, units] : used_) visit(scope_of(key), units);
    }

  private:
    struct Channels {
        std::vector<ChannelId> ids;
        std::vector<std::uint32_t> rows;  // of each
    };
    static std::uint64_t key(const QuotaScope& s) {
        return std::uint64_t{s.sku.raw} << 32 | s.place();
    }
    static QuotaScope scope_of(std::uint64_t key) {
        return QuotaScope::of(SkuId{static_cast<std::uint32_t>(key >> 32)},
                              static_cast<std::uint32_t>(key));
    }
    void count(const QuotaScope& scope, bool added);

    FlatMap<std::uint64_t, QuotaRow> rows_;
    FlatMap<std::uint64_t, Units> used_;                 // never zero
    FlatMap<std::uint32_t, std::uint32_t> rows_of_sku_;  // how many
    std::vector<Channels> channels_;                     // by group
};

}  // namespace holdfast::ledger
