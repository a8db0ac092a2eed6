#include "ledger/item_codec.h"

#include <set>
#include <vector>

namespace holdfast::ledger {

void put_units(ByteWriter& out, const State& state) {
    std::uint64_t count = 0;
    state.item_rows.for_each_with_units([&](SkuId, std::span<const UnitRow>) { ++count; });
    out.put(count);
    state.item_rows.for_each_with_units([&](SkuId sku, std::span<const UnitRow> units) {
        out.put(sku);
        out.put(static_cast<std::uint8_t>(units.size()));
        for (const UnitRow& unit : units) {
            out.put_text(unit.code);
            out.put(unit.numerator);
            out.put(unit.denominator);
        }
    });
}

bool get_units(ByteReader& in, State& state) {
    const std::size_t count = in.get_count(25);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        const auto sku = in.get<SkuId>();
        std::vector<UnitRow> units(in.get<std::uint8_t>());
        if (units.empty() || units.size() > item_units_max) return false;
        for (UnitRow& unit : units) {
            unit.code = in.get_text();
            unit.numerator = in.get<std::int64_t>();
            unit.denominator = in.get<std::int64_t>();
            if (unit.numerator < 1 || unit.numerator > unit_factor_max || unit.denominator < 1 ||
                unit.denominator > unit_factor_max)
                return false;
        }
        if (sku.raw >= state.items.size()) return false;
        state.item_rows.set_units(sku, std::move(units));
    }
    return in.good();
}

void put_kits(ByteWriter& out, const State& state) {
    out.put(std::uint64_t{state.kits.recipes()});
    for (std::uint32_t number = 1; number <= state.kits.recipes(); ++number) {
        const Recipe& recipe = state.kits.recipe(number);
        out.put(recipe.kit);
        out.put(static_cast<std::uint8_t>(recipe.components.size()));
        for (const Component& component : recipe.components) {
            out.put(component.sku);
            out.put(component.units);
        }
    }
    std::uint64_t count = 0;
    state.kits.for_each([&](SkuId, const KitRow&) { ++count; });
    out.put(count);
    state.kits.for_each([&](SkuId sku, const KitRow& kit) {
        out.put(sku);
        out.put(kit.recipe);
        out.put(static_cast<std::uint8_t>(kit.assembled));
    });
}

namespace {

/// None of it twice, and none that is a kit: what can be sold of a kit would have no end.
bool sound(const State& state, const Recipe& recipe) {
    std::set<std::uint32_t> seen;
    for (const Component& component : recipe.components)
        if (state.kits.row(component.sku).recipe != 0 || !seen.insert(component.sku.raw).second)
            return false;
    return true;
}

}  // namespace

bool get_kits(ByteReader& in, State& state) {
    const std::size_t recipes = in.get_count(5);
    for (std::size_t i = 0; i < recipes && in.good(); ++i) {
        Recipe recipe{.kit = in.get<SkuId>(), .components = {}};
        recipe.components.resize(in.get<std::uint8_t>());
        for (Component& component : recipe.components) {
            component.sku = in.get<SkuId>();
            component.units = in.get<Units>();
            if (component.sku.raw >= state.items.size() || component.units < 1 ||
                component.units > kit_units_max)
                return false;
        }
        if (recipe.kit.raw >= state.items.size() || recipe.components.empty() ||
            recipe.components.size() > kit_components_max)
            return false;
        state.kits.add_recipe(std::move(recipe));
    }
    const std::size_t kits = in.get_count(9);
    for (std::size_t i = 0; i < kits && in.good(); ++i) {
        const auto sku = in.get<SkuId>();
        KitRow kit{.recipe = in.get<std::uint32_t>()};
        kit.assembled = in.get<std::uint8_t>() != 0;
        if (kit.recipe < 1 || kit.recipe > state.kits.recipes() ||
            state.kits.recipe(kit.recipe).kit != sku || state.kits.row(sku).recipe != 0)
            return false;
        state.kits.set(sku, kit);
    }
    bool all_sound = in.good();
    state.kits.for_each([&](SkuId, const KitRow& kit) {
        all_sound = all_sound && sound(state, state.kits.recipe(kit.recipe));
    });
    return all_sound;
}

}  // namespace holdfast::ledger
