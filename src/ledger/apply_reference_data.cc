// Adds facts about items, locations, pools, channels, policies and API keys.
#include "ledger/apply_reference_data.h"

#include <algorithm>

#include "base/check.h"

namespace holdfast::ledger {

void refresh_policies(const State& state, Position& row) {
    row.safety_stock = state.policies.effective(PolicyKind::safety_stock, row.sku, row.location);
    row.buffer = state.policies.effective(PolicyKind::buffer, row.sku, row.location);
}

namespace {

void apply_pool(State& state, const FactView& fact, const EntityField& entity) {
    state.reference_seq = fact.seq();
    state.pools.put(entity.id, fact.text(FieldTag::code), {}, fact.seq());
    if (state.pool_rows.size() <= entity.id) state.pool_rows.resize(entity.id + 1);
    PoolRow& row = state.pool_rows[entity.id];
    row = PoolRow{};
    row.rank_of.assign(state.locations.size(), PoolRow::kNotInPool);
    const auto ids = fact.field(FieldTag::ids);
    const std::size_t count = ids ? ids->size() / sizeof(std::uint32_t) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const LocationId at{fact.item<std::uint32_t>(ids, i, kNoId)};
        HOLDFAST_CHECK(at.raw < row.rank_of.size(), "a pool names known locations");
        row.locations.push_back(at);
        row.rank_of[at.raw] = static_cast<std::uint16_t>(i);
    }
}

void apply_policy(State& state, const FactView& fact) {
    const auto field = fact.field_as<PolicyField>(FieldTag::policy);
    HOLDFAST_CHECK(field.has_value(), "a policy fact carries its row");
    const PolicyScope scope{SkuId{field->sku}, LocationId{field->location}};
    state.reference_seq = fact.seq();
    state.policies.put(static_cast<PolicyKind>(field->kind), scope, field->value);
    const auto refresh = [&](Position& row) {
        if (scope.location != kNoLocation && row.location != scope.location) return;
        refresh_policies(state, row);
        row.seq = fact.seq();
    };
    if (scope.sku != kNoSku)
        state.positions.for_each_of(scope.sku, refresh);
    else
        state.positions.for_each(refresh);
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
        case FactType::item_upserted: state.items.put(entity.id, code, title, fact.seq()); break;
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
        case FactType::policy_changed: apply_policy(state, fact); break;
        case FactType::api_key_created:
        case FactType::api_key_revoked: apply_api_key(state, fact); break;
        default: break;
    }
}

}  // namespace holdfast::ledger
