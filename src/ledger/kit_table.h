// Kits: items that are made of others. What a kit is made of is a recipe; a kit that is changed
// gets another one, and none is forgotten, so that a promise keeps the recipe by which it was made.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/flat_map.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"

namespace holdfast::ledger {

/// Most recipes in all, those that no kit has any more included.
inline constexpr std::uint32_t recipes_max = 1U << 22;

struct Component {
    SkuId sku;
    Units units = 0;  ///< of it in one kit
    friend bool operator==(const Component&, const Component&) = default;
};

struct Recipe {
    SkuId kit;
    std::vector<Component> components;  ///< in the order in which they were given
};

struct KitRow {
    std::uint32_t recipe = 0;  ///< its number, from 1
    /// It is made before it is sold: it has stock of its own, and is sold from that.
    bool assembled = false;
    friend bool operator==(const KitRow&, const KitRow&) = default;
};

class KitTable {
  public:
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// What the item is as a kit; no recipe where it is none.
    [[nodiscard]] KitRow row(SkuId sku) const {
        if (rows_.empty()) return {};
        const auto it = rows_.find(sku.raw);
        return it == rows_.end() ? KitRow{} : it->second;
    }
    /// The number of the recipe by which the item is sold; 0 where it is sold from its own stock.
    [[nodiscard]] std::uint32_t sold_by(SkuId sku) const {
        const KitRow kit = row(sku);
        return kit.assembled ? 0 : kit.recipe;
    }
    [[nodiscard]] std::uint32_t recipes() const {
        return static_cast<std::uint32_t>(recipes_.size());
    }
    [[nodiscard]] const Recipe& recipe(std::uint32_t number) const { return recipes_[number - 1]; }
    /// Whether some kit is made of the item.
    [[nodiscard]] bool is_component(SkuId sku) const { return kits_with_.contains(sku.raw); }

    // Changes, by apply and checkpoint loading only.
    void add_recipe(Recipe recipe) { recipes_.push_back(std::move(recipe)); }
    /// No recipe: it is no kit.
    void set(SkuId sku, const KitRow& kit) {
        count(row(sku).recipe, false);
        count(kit.recipe, true);
        if (kit.recipe == 0)
            rows_.erase(sku.raw);
        else
            rows_[sku.raw] = kit;
    }

    /// Kits, in no order.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [sku, kit] : rows_) visit(SkuId{sku}, kit);
    }

  private:
    void count(std::uint32_t number, bool added) {
        if (number == 0) return;
        for (const Component& component : recipe(number).components) {
            std::uint32_t& kits = kits_with_[component.sku.raw];
            added ? ++kits : --kits;
            if (kits == 0) kits_with_.erase(component.sku.raw);
        }
    }

    FlatMap<std::uint32_t, KitRow> rows_;
    FlatMap<std::uint32_t, std::uint32_t> kits_with_;  // by component: how many kits have it
    std::vector<Recipe> recipes_;
};

}  // namespace holdfast::ledger
