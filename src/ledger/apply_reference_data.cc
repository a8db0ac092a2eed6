// Adds facts about items, locations, pools, channels, groups, policies and API keys.
#include "ledger/apply_reference_data.h"

#include <algorithm>

#include "base/check.h"
#include "canonical/unit_field.h"
#include "ledger/availability.h"

namespace holdfast::ledger {

namespace {

std::vector<LocationId> members_in(const State& state, const FactView& fact) {
    const auto ids = fact.field(FieldTag::ids);
    const std::size_t count = ids ? ids->size() / sizeof(std::uint32_t) : 0;
    std::vector<LocationId> members;
    for (std::size_t i = 0; i < count; ++i) {
        members.emplace_back(fact.item<std::uint32_t>(ids, i, kNoId));
        HOLDFAST_CHECK(members.back().raw < state.locations.size(),
                       "a pool or group names known locations");
    }
    return members;
}

/// Refreshes what policies cache in the rows for which `concerned` holds.
template <class Concerned>
void refresh_rows(State& state, std::uint64_t seq, SkuId sku, Concerned&& concerned) {
    const auto refresh = [&](Position& row) {
        if (!concerned(row)) return;
        refresh_policies(state, row);
        row.seq = seq;
    };
    if (sku != kNoSku)
        state.positions.for_each_of(sku, refresh);
    else
        state.positions.for_each(refresh);
}

std::vector<UnitRow> units_in(ByteSpan field) {
    std::vector<UnitRow> units;
    for_each_unit(field, [&](const ItemUnit& unit) {
        units.push_back({.code = std::string(unit.code),
                         .numerator = unit.numerator,
                         .denominator = unit.denominator});
    });
    return units;
}

void apply_item(State& state, const FactView& fact, const EntityField& entity) {
    state.items.put(entity.id, fact.text(FieldTag::code), fact.text(FieldTag::title), fact.seq());
    if (const auto units = fact.field(FieldTag::item_units))
        state.item_rows.set_units(SkuId{entity.id}, units_in(*units));
    if (const auto kit = fact.field_as<KitField>(FieldTag::kit)) {
        if (const auto components = fact.field(FieldTag::components)) {
            Recipe recipe{.kit = SkuId{entity.id}, .components = {}};
            for (std::size_t i = 0; (i + 1) * sizeof(ComponentField) <= components->size(); ++i) {
                const auto row = fact.item<ComponentField>(components, i, {});
                recipe.components.push_back({.sku = SkuId{row.sku}, .units = row.units});
            }
            state.kits.add_recipe(std::move(recipe));
        }
        HOLDFAST_CHECK(kit->recipe <= state.kits.recipes(), "a kit's recipe is known");
        state.kits.set(SkuId{entity.id},
                       {.recipe = kit->recipe, .assembled = (kit->flags & kKitAssembled) != 0});
        state.reference_seq = fact.seq();
    }
}

void apply_pool(State& state, const FactView& fact, const EntityField& entity) {
    state.reference_seq = fact.seq();
    state.pools.put(entity.id, fact.text(FieldTag::code), {}, fact.seq());
    if (state.pool_rows.size() <= entity.id) state.pool_rows.resize(entity.id + 1);
    PoolRow& row = state.pool_rows[entity.id];
    row = PoolRow{};
    row.rank_of.assign(state.locations.size(), PoolRow::kNotInPool);
    row.locations = members_in(state, fact);
    for (std::size_t i = 0; i < row.locations.size(); ++i)
        row.rank_of[row.locations[i].raw] = static_cast<std::uint16_t>(i);
}

void apply_group(State& state, const FactView& fact, const EntityField& entity) {
    state.reference_seq = fact.seq();
    state.groups.put(entity.id, fact.text(FieldTag::code), fact.text(FieldTag::title), fact.seq());
    if (state.group_rows.size() <= entity.id) state.group_rows.resize(entity.id + 1);
    const GroupId id{entity.id};
    std::vector<bool> moved(state.locations.size());  // in or out
    for (const LocationId at : state.group_rows[id.raw].locations) {
        state.location_rows[at.raw].group = kNoGroup;
        moved[at.raw] = true;
    }
    state.group_rows[id.raw].locations = members_in(state, fact);
    for (const LocationId at : state.group_rows[id.raw].locations) {
        state.location_rows[at.raw].group = id;
        moved[at.raw] = !moved[at.raw];
    }
    // The safety stock of a group stands in for that of its locations.
    if (state.policies.any(PolicyKind::group_safety_stock))
        refresh_rows(state, fact.seq(), kNoSku,
                     [&](const Position& row) { return moved[row.location.raw]; });
}

void apply_node_status(State& state, const FactView& fact, const EntityField& entity) {
    state.reference_seq = fact.seq();
    HOLDFAST_CHECK(entity.id < state.location_rows.size(), "a node's status names its location");
    LocationRow& row = state.location_rows[entity.id];
    row.online = fact.type() == FactType::node_online;
    row.since = fact.field_as<std::int64_t>(FieldTag::since).value_or(0);
    CodeTable& locations = state.locations;
    locations.put(entity.id, locations.code(entity.id), locations.title(entity.id), fact.seq());
}

PolicyVersion version_of(const FactView& fact) {
    const FactHeader header = fact.header();
    return {.seq = fact.seq(),
            .actor = static_cast<std::uint16_t>(header.actor + 1),  // kNoId becomes 0
            .reason = header.reason};
}

void apply_quota(State& state, const FactView& fact, const QuotaField& field) {
    const QuotaScope scope{GroupId{field.group}, ChannelId{field.channel}, SkuId{field.sku}};
    state.reference_seq = fact.seq();
    if (field.guarantee < 0 && field.cap < 0) {
        state.quotas.remove(scope);
        return;
    }
    state.quotas.put(scope, {.guarantee = field.guarantee,
                             .cap = field.cap,
                             .priority = field.priority,
                             .version = version_of(fact)});
}

void apply_policy(State& state, const FactView& fact) {
    if (const auto quota = fact.field_as<QuotaField>(FieldTag::quota))
        return apply_quota(state, fact, *quota);
    const auto field = fact.field_as<PolicyField>(FieldTag::policy);
    HOLDFAST_CHECK(field.has_value(), "a policy fact carries its row");
    const PolicyScope scope{SkuId{field->sku}, LocationId{field->location}};
    state.reference_seq = fact.seq();
    const auto kind = static_cast<PolicyKind>(field->kind);
    state.policies.put(kind, scope, field->value, version_of(fact));
    refresh_rows(state, fact.seq(), scope.sku, [&](const Position& row) {
        if (scope.location == kNoLocation) return true;
        return kind == PolicyKind::group_safety_stock
                   ? state.group_of(row.location).raw == scope.location.raw
                   : row.location == scope.location;
    });
}

void apply_api_key(State& state, const FactView& fact) {
    const auto field = fact.field_as<ApiKeyField>(FieldTag::api_key);
    HOLDFAST_CHECK(field.has_value(), "an API key fact carries its row");
    if (fact.type() == FactType::api_key_revoked) {
        state.access.revoke(field->id);
        return;
    }
    ApiKeyRow row;
    std::copy(std::begin(field->secret_hash), std::end(field->secret_hash),
              row.secret_hash.begin());
    row.title = fact.text(FieldTag::title);
    row.scopes = fact.text(FieldTag::scopes);
    row.source = fact.text(FieldTag::key_source);
    row.created_at = fact.recorded_at();
    row.expires_at = instant_from_raw(field->expires_at);
    state.access.put(field->id, std::move(row));
}

}  // namespace

void apply_reference_data(State& state, const FactView& fact) {
    const EntityField entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
    const std::string_view code = fact.text(FieldTag::code);
    const std::string_view title = fact.text(FieldTag::title);
    switch (fact.type()) {
        case FactType::name_interned: state.names.put(entity.id, code, {}, fact.seq()); break;
        case FactType::item_upserted: apply_item(state, fact, entity); break;
        case FactType::location_upserted:
            state.reference_seq = fact.seq();
            state.locations.put(entity.id, code, title, fact.seq());
            if (state.location_rows.size() <= entity.id) state.location_rows.resize(entity.id + 1);
            state.location_rows[entity.id].enabled = (entity.flags & kLocationEnabled) != 0;
            break;
        case FactType::channel_upserted:
            state.reference_seq = fact.seq();
            state.channels.put(entity.id, code, title, fact.seq());
            if (state.channel_rows.size() <= entity.id) state.channel_rows.resize(entity.id + 1);
            state.channel_rows[entity.id] = {.pool = PoolId{entity.link},
                                             .splits = (entity.flags & kChannelSplits) != 0};
            break;
        case FactType::pool_upserted: apply_pool(state, fact, entity); break;
        case FactType::group_upserted: apply_group(state, fact, entity); break;
        case FactType::node_offline:
        case FactType::node_online: apply_node_status(state, fact, entity); break;
        case FactType::policy_changed: apply_policy(state, fact); break;
        case FactType::api_key_created:
        case FactType::api_key_revoked: apply_api_key(state, fact); break;
        default: break;
    }
}

}  // namespace holdfast::ledger
