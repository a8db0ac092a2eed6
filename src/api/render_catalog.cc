// Items, locations, pools, groups, channels and keys.
#include <algorithm>
#include <span>

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

/// Who changed it, and why.
void who_members(JsonWriter& json, const FactView& fact, const State& state) {
    const FactHeader header = fact.header();
    if (header.actor != kNoId) json.member("actor", state.names.code(header.actor));
    if (header.reason != 0) {
        json.member("reason", state.names.code(header.reason - 1U));
    } else if (const auto reason = fact.text(FieldTag::reason_text); !reason.empty()) {
        json.member("reason", reason);
    }
}

void location_list(JsonWriter& json, const FactView& fact, const State& state) {
    const auto ids = fact.field(FieldTag::ids);
    json.key("locations").begin_array();
    for (std::size_t i = 0; ids && (i + 1) * sizeof(std::uint32_t) <= ids->size(); ++i) {
        json.value(state.locations.code(fact.item<std::uint32_t>(ids, i, kNoId)));
    }
    json.end_array();
}

void location_list(JsonWriter& json, std::span<const LocationId> locations, const State& state) {
    json.key("locations").begin_array();
    for (const LocationId at : locations) json.value(state.locations.code(at.raw));
    json.end_array();
}

/// Recipes never change, so that an old fact reads as it did.
void kit_member(JsonWriter& json, const State& state, const ledger::KitRow& kit) {
    json.key("kit");
    if (kit.recipe == 0) {
        json.null();
        return;
    }
    json.begin_object().key("components").begin_array();
    for (const ledger::Component& component : state.kits.recipe(kit.recipe).components) {
        json.begin_object()
            .member("sku", state.items.code(component.sku.raw))
            .member("quantity", component.units)
            .end_object();
    }
    json.end_array().member("assembled", kit.assembled).end_object();
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

void render_item_members(JsonWriter& json, const FactView& fact, const State& state) {
    if (const auto units = fact.field(FieldTag::item_units)) {
        json.key("units").begin_array();
        for_each_unit(*units, [&](const ItemUnit& unit) {
            unit_row(json, unit.code, unit.numerator, unit.denominator);
        });
        json.end_array();
    }
    if (const auto kit = fact.field_as<KitField>(FieldTag::kit))
        kit_member(json, state,
                   {.recipe = kit->recipe, .assembled = (kit->flags & kKitAssembled) != 0});
}

void render_entity(JsonWriter& json, const FactView& fact, const State& state) {
    const auto entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
    const std::string_view code = fact.text(FieldTag::code);
    const std::string_view title = fact.text(FieldTag::title);
    json.begin_object();
    switch (fact.type()) {
        case FactType::policy_changed:
            render_policy_members(json, fact, state);
            who_members(json, fact, state);
            break;
        case FactType::node_online:
        case FactType::node_offline: render_node_members(json, fact, state); break;
        case FactType::location_upserted:
            code_members(json, "location", code, title);
            json.member("enabled", (entity.flags & kLocationEnabled) != 0);
            break;
        case FactType::channel_upserted:
            code_members(json, "channel", code, title);
            pool_member(json, state, entity.link);
            json.member("splits", (entity.flags & kChannelSplits) != 0);
            break;
        case FactType::pool_upserted:
            code_members(json, "pool", code, title);
            location_list(json, fact, state);
            break;
        case FactType::group_upserted:
            code_members(json, "group", code, title);
            location_list(json, fact, state);
            break;
        default:
            code_members(json, "sku", code, title);
            if (const auto value = fact.field_as<std::int64_t>(FieldTag::unit_value)) {
                json.member("unit_value", *value);
            }
            render_item_members(json, fact, state);
            break;
    }
    render_notes(json, fact, state);
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
    if (const ledger::KitRow kit = state.kits.row(id); kit.recipe != 0)
        kit_member(json, state, kit);
    end_with_seq(json, state.items.changed_at_seq(id.raw));
}

void render_location(JsonWriter& json, const State& state, LocationId id) {
    json.begin_object();
    code_members(json, "location", state.locations.code(id.raw), state.locations.title(id.raw));
    const ledger::LocationRow& row = state.location_rows[id.raw];
    json.member("enabled", row.enabled).member("online", row.online);
    if (row.since != 0) json.member("since", instant_from_raw(row.since));
    if (row.group != kNoGroup) json.member("group", state.groups.code(row.group.raw));
    end_with_seq(json, state.locations.changed_at_seq(id.raw));
}

void render_pool(JsonWriter& json, const State& state, PoolId id) {
    json.begin_object();
    code_members(json, "pool", state.pools.code(id.raw), state.pools.title(id.raw));
    location_list(json, state.pool_rows[id.raw].locations, state);
    end_with_seq(json, state.pools.changed_at_seq(id.raw));
}

void render_group(JsonWriter& json, const State& state, GroupId id) {
    json.begin_object();
    code_members(json, "group", state.groups.code(id.raw), state.groups.title(id.raw));
    location_list(json, state.group_rows[id.raw].locations, state);
    end_with_seq(json, state.groups.changed_at_seq(id.raw));
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
