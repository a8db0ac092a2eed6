#include "ledger/kits.h"

#include <algorithm>

namespace holdfast::ledger {
namespace {

static_assert(quantity_max <= std::numeric_limits<Units>::max() / kit_units_max,
              "the components of any quantity of kits can be counted");

Refusal component_refusal(const State& state, std::span<const KitComponent> components,
                          std::size_t index, SkuId kit) {
    const KitComponent& component = components[index];
    if (component.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    if (component.quantity < 1) return Refusal::quantity_must_be_positive;
    if (component.quantity > kit_units_max) return Refusal::quantity_too_large;
    if (component.sku == kit || state.kits.row(component.sku).recipe != 0)
        return Refusal::kit_not_allowed;
    for (std::size_t i = 0; i < index; ++i)
        if (components[i].sku == component.sku) return Refusal::duplicate_line;
    return Refusal::none;
}

/// Whether anything stands in a bucket of the item, anywhere.
bool has_stock(const State& state, SkuId sku) {
    for (const Position& row : state.positions.of(sku)) {
        if (row.sellable != 0 || row.reserved != 0 || row.allocated != 0) return true;
        if (state.positions.rare(sku, row.location) != RareBuckets{}) return true;
    }
    return false;
}

bool same_components(const Recipe& recipe, std::span<const KitComponent> components) {
    return std::equal(recipe.components.begin(), recipe.components.end(), components.begin(),
                      components.end(), [](const Component& a, const KitComponent& b) {
                          return a.sku == b.sku && a.units == b.quantity;
                      });
}

}  // namespace

KitChange kit_change(const Context& context, const UpsertItem& command, SkuId sku) {
    const State& state = context.state;
    const std::span<const KitComponent> components = command.components;
    KitChange change;
    const auto refuse = [&](Refusal refusal) {
        change.refusal = refusal;
        return change;
    };
    if (components.size() > kit_components_max) return refuse(Refusal::too_many_lines);
    ArenaList<LineProblem> problems(context.arena, 0);
    for (std::uint32_t i = 0; i < components.size(); ++i) {
        const Refusal refusal = component_refusal(state, components, i, sku);
        if (refusal != Refusal::none)
            problems.push_back({.line_index = i,
                                .refusal = refusal,
                                .sku = components[i].sku,
                                .requested = components[i].quantity});
    }
    change.problems = problems.view();
    if (!change.problems.empty() || components.empty()) return change;
    if (state.kits.is_component(sku)) return refuse(Refusal::kit_not_allowed);
    const KitRow before = state.kits.row(sku);
    if (!command.assembled && has_stock(state, sku)) return refuse(Refusal::kit_not_allowed);
    change.row = {.recipe = before.recipe, .assembled = command.assembled};
    if (before.recipe != 0 && same_components(state.kits.recipe(before.recipe), components))
        return change;
    if (state.kits.recipes() >= recipes_max) return refuse(Refusal::table_full);
    change.row.recipe = state.kits.recipes() + 1;
    change.new_recipe = true;
    return change;
}

void write_kit(FactWriter& fact, const UpsertItem& command, const KitChange& change, Arena& arena) {
    fact.value(FieldTag::kit, KitField{.recipe = change.row.recipe,
                                       .flags = change.row.assembled ? kKitAssembled : 0});
    if (!change.new_recipe) return;
    const std::span<ComponentField> rows = arena.array<ComponentField>(command.components.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {.sku = command.components[i].sku.raw,
                   .units = static_cast<std::uint32_t>(command.components[i].quantity)};
    fact.list<ComponentField>(FieldTag::components, rows);
}

std::span<const LineProblem> kits_in_the_way(const Context& context, const RecordEvent& event) {
    const KitTable& kits = context.state.kits;
    const bool about_promises =
        event.type == FactType::order_created || event.type == FactType::order_cancelled;
    if (kits.empty() || about_promises || event.lines.size() > lines_per_request_max) return {};
    ArenaList<LineProblem> problems(context.arena, 0);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        for (const SkuId sku : {line.sku, line.other_sku}) {
            if (kits.sold_by(sku) == 0) continue;
            problems.push_back({.line_index = i,
                                .refusal = Refusal::kit_not_allowed,
                                .sku = sku,
                                .location = line.location,
                                .requested = line.quantity});
            break;
        }
    }
    return problems.view();
}

Refusal kit_refusal(const State& state, const Line& line) {
    const std::uint32_t number = state.kits.sold_by(line.sku);
    if (number == 0) return Refusal::none;
    for (const Component& component : state.kits.recipe(number).components)
        if (line.quantity * component.units > quantity_max) return Refusal::quantity_too_large;
    return Refusal::none;
}

std::uint32_t recipe_of_line(ReservationChanges& changes, std::span<const std::uint32_t> parts) {
    return parts.empty() ? 0 : changes.parts()[parts.back()].recipe;
}

std::span<const ComponentLine> component_lines(const Context& context, std::span<const Line> lines,
                                               ReservationChanges* changes) {
    const KitTable& kits = context.state.kits;
    ArenaList<ComponentLine> all(context.arena, lines.size());
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        const Line& line = lines[i];
        const std::uint64_t number = line_number(line, i);
        std::uint32_t recipe = kits.sold_by(line.sku);
        if (changes != nullptr && kits.recipes() != 0) {
            const std::uint32_t held = recipe_of_line(*changes, changes->parts_of_line(number));
            if (held != 0 && kits.recipe(held).kit == line.sku) recipe = held;
        }
        if (recipe == 0) {
            all.push_back(
                {.line_index = i, .line = number, .sku = line.sku, .quantity = line.quantity});
            continue;
        }
        // A line that asks for more is refused, whatever is computed for it here.
        const Units quantity = std::clamp<Units>(line.quantity, 0, quantity_max);
        for (const Component& component : kits.recipe(recipe).components)
            all.push_back({.line_index = i,
                           .line = number,
                           .sku = component.sku,
                           .quantity = quantity * component.units,
                           .recipe = recipe});
    }
    return all.view();
}

}  // namespace holdfast::ledger
