// The twin's kits: what they are made of, how many there are, and which units a line of kits means.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {

std::size_t Twin::sold_by(SkuId sku) const {
    const auto kit = kits.find(sku);
    return kit == kits.end() || kit->second.second ? 0 : kit->second.first;
}

std::vector<TwinProblem> Twin::bad_components(const UpsertItem& c, SkuId item) const {
    std::vector<TwinProblem> problems;
    std::set<SkuId> seen;
    for (std::uint32_t i = 0; i < c.components.size(); ++i) {
        const KitComponent& component = c.components[i];
        Refusal refusal = Refusal::none;
        if (!known(component.sku))
            refusal = Refusal::unknown_sku;
        else if (component.quantity < 1)
            refusal = Refusal::quantity_must_be_positive;
        else if (component.quantity > kit_units_max)
            refusal = Refusal::quantity_too_large;
        else if (component.sku == item || kits.contains(component.sku))
            refusal = Refusal::kit_not_allowed;
        else if (seen.contains(component.sku))
            refusal = Refusal::duplicate_line;
        seen.insert(component.sku);
        if (refusal != Refusal::none) problems.push_back({i, refusal, 0});
    }
    return problems;
}

Refusal Twin::bad_kit(const UpsertItem& c, SkuId item) const {
    if (c.components.empty()) return Refusal::none;
    for (const auto& [kit, row] : kits)
        for (const auto& [component, units] : recipes[row.first - 1].components)
            if (component == item) return Refusal::kit_not_allowed;
    // What is sold from components has nothing on the shelf, and nobody waits for it.
    if (c.assembled) return Refusal::none;
    for (const auto& [place, levels] : positions)
        for (const auto& [bucket, units] : levels)
            if (place.first == item && units != 0) return Refusal::kit_not_allowed;
    return Refusal::none;
}

void Twin::put_kit(SkuId item, const std::vector<std::pair<SkuId, Units>>& components,
                   bool assembled) {
    const auto before = kits.find(item);
    std::size_t recipe = before == kits.end() ? 0 : before->second.first;
    kits.erase(item);
    if (components.empty()) return;
    if (recipe == 0 || recipes[recipe - 1].components != components) {
        recipes.push_back({item, components});
        recipe = recipes.size();
    }
    kits[item] = {recipe, assembled};
}

std::vector<TwinProblem> Twin::kits_in_the_way(const RecordEvent& c) const {
    std::vector<TwinProblem> problems;
    if (c.type == FactType::order_created || c.type == FactType::order_cancelled) return problems;
    if (c.lines.size() > lines_per_request_max) return problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i)
        if (sold_by(c.lines[i].sku) != 0 || sold_by(c.lines[i].other_sku) != 0)
            problems.push_back({i, Refusal::kit_not_allowed, 0});
    return problems;
}

bool Twin::too_many_components(SkuId sku, Units quantity) const {
    for (const auto& [component, units] : components_of(sku, quantity))
        if (units > quantity_max) return true;
    return false;
}

std::vector<std::pair<SkuId, Units>> Twin::components_of(SkuId sku, Units quantity) const {
    const std::size_t recipe = sold_by(sku);
    if (recipe == 0) return {{sku, quantity}};
    std::vector<std::pair<SkuId, Units>> all = recipes[recipe - 1].components;
    for (auto& [component, units] : all) units *= quantity;
    return all;
}

void Twin::count_taken(Taken& taken, SkuId sku, LocationId at, Units quantity) const {
    for (const auto& [component, units] : components_of(sku, quantity))
        taken[{component, at}] += units;
}

Units Twin::least(std::size_t recipe, const UnitsOf& units_of) const {
    Units kits_there = level_max;
    for (const auto& [component, units] : recipes[recipe - 1].components)
        kits_there = std::min(kits_there, units_of(component) / units);
    return kits_there;
}

/// Kits that the pool gives, each from one location; of a group no more than `left` allows.
Units Twin::kits_in_pool(ChannelId channel, std::size_t recipe, const Taken& taken,
                         const UnitsInGroup& left) const {
    std::map<GroupId, Units> of_group;
    for (const LocationId at : pool_of(channel))
        of_group[group_of(at)] +=
            least(recipe, [&](SkuId component) { return promisable(component, at, taken); });
    Units sum = 0;
    for (const auto& [group, kits_there] : of_group) {
        const Units most = group == kNoGroup ? kits_there : least(recipe, [&](SkuId component) {
            return left(component, group);
        });
        sum += std::min(kits_there, most);
    }
    return sum;
}

std::vector<std::pair<std::vector<std::size_t>, Units>> Twin::shares_of_line(
    const TwinReservation& r, std::uint64_t line, Units quantity) const {
    std::vector<std::size_t> of_line;
    for (std::size_t p = 0; p < r.parts.size(); ++p)
        if (r.parts[p].line == line) of_line.push_back(p);
    const std::size_t recipe = recipe_of_line(r, line);
    if (recipe == 0) return {{of_line, quantity}};
    std::vector<std::pair<std::vector<std::size_t>, Units>> shares;
    for (const auto& [component, units] : recipes[recipe - 1].components) {
        shares.emplace_back(std::vector<std::size_t>{}, units * quantity);
        for (const std::size_t p : of_line)
            if (r.parts[p].sku == component) shares.back().first.push_back(p);
    }
    return shares;
}

std::size_t Twin::recipe_of_line(const TwinReservation& r, std::uint64_t line) {
    std::size_t recipe = 0;
    for (const TwinPart& part : r.parts)
        if (part.line == line) recipe = part.recipe;
    return recipe;
}

/// Cancels what the line's components have above so many kits; tells how many kits it was.
Units Twin::shrink_kits(Draft& draft, const TwinReservation& before, std::uint64_t line,
                        Units wanted) const {
    Units kits_held = 0;
    for (const auto& [parts, each] : shares_of_line(before, line, 1)) {
        Units held = 0;
        for (const std::size_t p : parts) held += before.parts[p].wanted();
        kits_held = std::max(kits_held, (held + each - 1) / each);
        const std::vector<std::size_t> last_first(parts.rbegin(), parts.rend());
        cancel(draft, last_first, std::max<Units>(0, held - wanted * each));
    }
    return kits_held;
}

std::vector<Twin::OrderLine> Twin::order_lines(std::span<const Line> lines,
                                               const TwinReservation* hold) const {
    std::vector<OrderLine> all;
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        const std::uint64_t number = lines[i].line != 0 ? lines[i].line : i + 1;
        std::size_t recipe = sold_by(lines[i].sku);
        const std::size_t held_by = hold == nullptr ? 0 : recipe_of_line(*hold, number);
        if (held_by != 0 && recipes[held_by - 1].kit == lines[i].sku) recipe = held_by;
        if (recipe == 0)
            all.push_back({i, number, lines[i].sku, lines[i].quantity, 0});
        else
            for (const auto& [component, units] : recipes[recipe - 1].components)
                all.push_back({i, number, component, units * lines[i].quantity, recipe});
    }
    return all;
}

}  // namespace holdfast::ledger
