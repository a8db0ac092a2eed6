// Goods that become other goods: kits made and taken apart, units sold as another SKU from now on.
// Both legs are in one fact, through `conversion`.
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

/// What stands against the components that an event names, as far as the ledger can tell.
Refusal components_refusal(const State& state, const RecordEvent& event) {
    const std::span<const KitComponent> components = event.components;
    if (components.empty()) return Refusal::components_required;
    // Kits and components together are what one fact holds.
    if (components.size() > kit_components_max ||
        event.lines.size() * (1 + components.size()) > lines_per_request_max)
        return Refusal::too_many_lines;
    for (std::size_t i = 0; i < components.size(); ++i) {
        if (components[i].sku.raw >= state.items.size()) return Refusal::unknown_sku;
        const Refusal refusal = quantity_refusal(components[i].quantity, 1);
        if (refusal != Refusal::none) return refusal;
        for (std::size_t before = 0; before < i; ++before)
            if (components[before].sku == components[i].sku) return Refusal::duplicate_line;
    }
    return Refusal::none;
}

Refusal kit_refusal(const RecordEvent& event, const Line& line) {
    // The components are those of one kit.
    if (line.sku != event.lines.front().sku || !is_physical(line.bucket))
        return Refusal::value_out_of_range;
    for (const KitComponent& component : event.components) {
        if (component.sku == line.sku) return Refusal::value_out_of_range;
        if (component.quantity > quantity_max / line.quantity) return Refusal::quantity_too_large;
    }
    return Refusal::none;
}

/// The event, with what its kit was entered to be made of where it does not say that itself.
RecordEvent with_components(const Context& context, const RecordEvent& event) {
    RecordEvent whole = event;
    if (!event.components.empty()) return whole;
    const KitTable& kits = context.state.kits;
    const std::uint32_t recipe = kits.row(event.lines.front().sku).recipe;
    if (recipe == 0) return whole;
    const std::vector<Component>& entered = kits.recipe(recipe).components;
    const std::span<KitComponent> components = context.arena.array<KitComponent>(entered.size());
    for (std::size_t i = 0; i < components.size(); ++i)
        components[i] = {.sku = entered[i].sku, .quantity = entered[i].units};
    whole.components = components;
    return whole;
}

}  // namespace

Outcome convert_kits(const Context& context, const RecordEvent& given) {
    const State& state = context.state;
    if (const Refusal r = header_refusal(state, given); r != Refusal::none) return refused(r);
    const RecordEvent event = with_components(context, given);
    if (const Refusal r = components_refusal(state, event); r != Refusal::none) return refused(r);
    EventProblems problems =
        checked_lines(context, event, [&](const Line& line) { return kit_refusal(event, line); });
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    for (const Line& line : event.lines) {
        const LocationId at = place_of(event, line);
        const Units kits = event.type == FactType::kit_assembled ? line.quantity : -line.quantity;
        movement.change(line.sku, at, line.bucket, kits, PlaceKind::conversion);
        for (const KitComponent& component : event.components)
            movement.change(component.sku, at, line.bucket, -kits * component.quantity,
                            PlaceKind::conversion);
    }
    return record_movement(context, event, movement);
}

Outcome regrade_stock(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = header_refusal(state, event); r != Refusal::none) return refused(r);
    EventProblems problems = checked_lines(context, event, [&](const Line& line) {
        if (line.other_sku.raw >= state.items.size()) return Refusal::unknown_sku;
        const bool possible = line.other_sku != line.sku && is_physical(line.bucket);
        return possible ? Refusal::none : Refusal::value_out_of_range;
    });
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    for (const Line& line : event.lines) {
        const LocationId at = place_of(event, line);
        movement.change(line.sku, at, line.bucket, -line.quantity, PlaceKind::conversion);
        movement.change(line.other_sku, at, line.bucket, line.quantity, PlaceKind::conversion);
    }
    return record_movement(context, event, movement);
}

}  // namespace holdfast::ledger
