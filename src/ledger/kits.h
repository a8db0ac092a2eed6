// Kits as deciders see them: how one is entered, where one may not stand, and which of a line's
// parts hold its components. Internal to the ledger. Rules: docs/glossary.md, "kit".
#pragma once

#include "ledger/reservation_changes.h"

namespace holdfast::ledger {

/// What an item is to be as a kit once the command is applied, and whether its recipe is new.
struct KitChange {
    Refusal refusal = Refusal::none;
    std::span<const LineProblem> problems;  ///< by component
    KitRow row;
    bool new_recipe = false;
};
/// Of a command that sets components. `sku` is the item's id, which may be the next free one.
/// Refuses  too_many_lines, table_full; kit_not_allowed where the item is a component, or has stock
///          of its own and would be sold from components; by component unknown_sku,
///          quantity_must_be_positive, quantity_too_large, duplicate_line, and kit_not_allowed for
///          a component that is a kit.
KitChange kit_change(const Context& context, const UpsertItem& command, SkuId sku);
void write_kit(FactWriter& fact, const UpsertItem& command, const KitChange& change, Arena& arena);

/// The lines that move or count a kit which has no stock of its own: kit_not_allowed each. Orders
/// may speak of kits.
std::span<const LineProblem> kits_in_the_way(const Context& context, const RecordEvent& event);

/// quantity_too_large where the components of the line are more than a line may ask for.
Refusal kit_refusal(const State& state, const Line& line);

/// A line that is part of an order's line: the line itself, or one component of its kit.
struct ComponentLine {
    std::uint32_t line_index = 0;
    std::uint64_t line = 0;
    SkuId sku;
    Units quantity = 0;
    std::uint32_t recipe = 0;
};
/// The lines with kits as their components. A kit whose line `changes` already holds is made by
/// that line's recipe.
std::span<const ComponentLine> component_lines(const Context& context, std::span<const Line> lines,
                                               ReservationChanges* changes);

/// The recipe by which a line holds its parts: that of its newest part. 0: it holds an item.
std::uint32_t recipe_of_line(ReservationChanges& changes, std::span<const std::uint32_t> parts);

/// Visits the parts of a line with how many units of them `quantity` of the line is: once, or once
/// for each component of its kit. `visit` returns false to stop.
template <class Visit>
void visit_components(const Context& context, ReservationChanges& changes,
                      std::span<const std::uint32_t> parts, Units quantity, Visit visit) {
    const std::uint32_t number = recipe_of_line(changes, parts);
    if (number == 0) {
        visit(parts, quantity);
        return;
    }
    for (const Component& component : context.state.kits.recipe(number).components) {
        ArenaList<std::uint32_t> of_component(context.arena, parts.size());
        for (const std::uint32_t part : parts)
            if (changes.parts()[part].sku == component.sku) of_component.push_back(part);
        if (!visit(std::span<const std::uint32_t>(of_component.view()), quantity * component.units))
            return;
    }
}

}  // namespace holdfast::ledger
