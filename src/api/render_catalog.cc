// Items, locations, pools, channels, policies and keys.
#include <algorithm>

#include "api/api_key.h"
#include "api/render.h"
#include "api/tokens.h"
#include "canonical/unit_field.h"

namespace holdfast::api {
namespace {

using http::JsonWriter;
using ledger::State;

void code_members(JsonWriter& json, std::string_view kind, std::string_view code,
                  std::string_view title) {
    json.member(kind, code);
    if (!title.empty()) json.member("title", title);
}

void end_with_seq(JsonWriter& json, std::uint64_t seq) {
    json.member("seq", as_text(seq_token(seq))).end_object();
}

void pool_member(JsonWriter& json, const State& state, std::uint32_t pool) {
    json.key("pool");
    if (pool == kNoId) {
        json.null();
    } else {
        json.value(state.pools.code(pool));
    }
}

void unit_row(JsonWriter& json, std::string_view code, std::int64_t numerator,
              std::int64_t denominator) {
    json.begin_object()
        .member("unit", code)
        .member("numerator", numerator)
        .member("denominator", denominator)
        .end_object();
}

void render_policy(JsonWriter& json, const FactView& fact, const State& state) {
    const auto policy = fact.field_as<PolicyField>(FieldTag::policy).value_or(PolicyField{});
    json.begin_object().member("kind", name(static_cast<PolicyKind>(policy.kind)));
    if (policy.sku != kNoId) json.member("sku", state.items.code(policy.sku));
    if (policy.location != kNoId) json.member("location", state.locations.code(policy.location));
    json.key("value");
    if (policy.value < 0) {
        json.null();
    } else {
        json.value(policy.value);
    }
    end_with_seq(json, fact.seq());
}

}  // namespace

void render_scopes(JsonWriter& json, std::string_view scopes) {
    json.key("scopes").begin_array();
    while (!scopes.empty()) {
        const std::size_t comma = std::min(scopes.find(','), scopes.size());
        json.value(scopes.substr(0, comma));
        scopes.remove_prefix(std::min(comma + 1, scopes.size()));
    }
    json.end_array();
}

void render_api_key_members(JsonWriter& json, const FactView& fact) {
    const auto key = fact.field_as<ApiKeyField>(FieldTag::api_key).value_or(ApiKeyField{});
    json.member("title", fact.text(FieldTag::title));
    render_scopes(json, fact.text(FieldTag::scopes));
    const std::string_view source = fact.text(FieldTag::key_source);
    if (!source.empty()) json.member("source", source);
    json.member("created_at", fact.recorded_at());
    if (key.expires_at != 0) json.member("expires_at", instant_from_raw(key.expires_at));
}

void render_units(JsonWriter& json, const FactView& fact) {
    const auto units = fact.field(FieldTag::item_units);
    if (!units) return;
    json.key("units").begin_array();
    for_each_unit(*units, [&](const ItemUnit& unit) {
        unit_row(json, unit.code, unit.numerator, unit.denominator);
    });
    json.end_array();
}

void render_entity(JsonWriter& json, const FactView& fact, const State& state) {
    const auto entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
    const std::string_view code = fact.text(FieldTag::code);
    const std::string_view title = fact.text(FieldTag::title);
    switch (fact.type()) {
        case FactType::policy_changed: render_policy(json, fact, state); return;
        case FactType::location_upserted:
            json.begin_object();
            code_members(json, "location", code, title);
            json.member("enabled", (entity.flags & kLocationEnabled) != 0);
            break;
        case FactType::channel_upserted:
            json.begin_object();
            code_members(json, "channel", code, title);
            pool_member(json, state, entity.link);
            json.member("splits", (entity.flags & kChannelSplits) != 0);
            break;
        case FactType::pool_upserted: {
            json.begin_object();
            code_members(json, "pool", code, title);
            const auto ids = fact.field(FieldTag::ids);
            json.key("locations").begin_array();
            for (std::size_t i = 0; ids && (i + 1) * sizeof(std::uint32_t) <= ids->size(); ++i) {
                json.value(state.locations.code(fact.item<std::uint32_t>(ids, i, kNoId)));
            }
            json.end_array();
            break;
        }
        default:
            json.begin_object();
            code_members(json, "sku", code, title);
            if (const auto value = fact.field_as<std::int64_t>(FieldTag::unit_value)) {
                json.member("unit_value", *value);
            }
            render_units(json, fact);
            break;
    }
    end_with_seq(json, fact.seq());
}

void render_item(JsonWriter& json, const State& state, SkuId id, std::int64_t unit_value) {
    json.begin_object();
    code_members(json, "sku", state.items.code(id.raw), state.items.title(id.raw));
    if (unit_value > 0) json.member("unit_value", unit_value);
    if (const auto units = state.item_rows.units(id); !units.empty()) {
        json.key("units").begin_array();
        for (const ledger::UnitRow& unit : units)
            unit_row(json, unit.code, unit.numerator, unit.denominator);
        json.end_array();
    }
    end_with_seq(json, state.items.changed_at_seq(id.raw));
}

void render_location(JsonWriter& json, const State& state, LocationId id) {
    json.begin_object();
    code_members(json, "location", state.locations.code(id.raw), state.locations.title(id.raw));
    json.member("enabled", state.enabled(id));
    end_with_seq(json, state.locations.changed_at_seq(id.raw));
}

void render_pool(JsonWriter& json, const State& state, PoolId id) {
    json.begin_object();
    code_members(json, "pool", state.pools.code(id.raw), state.pools.title(id.raw));
    json.key("locations").begin_array();
    for (const LocationId at : state.pool_rows[id.raw].locations) {
        json.value(state.locations.code(at.raw));
    }
    json.end_array();
    end_with_seq(json, state.pools.changed_at_seq(id.raw));
}

void render_channel(JsonWriter& json, const State& state, ChannelId id) {
    const ledger::ChannelRow& row = state.channel_rows[id.raw];
    json.begin_object();
    code_members(json, "channel", state.channels.code(id.raw), state.channels.title(id.raw));
    pool_member(json, state, row.pool.raw);
    json.member("splits", row.splits);
    end_with_seq(json, state.channels.changed_at_seq(id.raw));
}

}  // namespace holdfast::api
