// Policy rows, quotas and the status of nodes.
#include "api/render.h"
#include "api/tokens.h"
#include "canonical/command.h"

namespace holdfast::api {
namespace {

using http::JsonWriter;
using ledger::State;

void code_member(JsonWriter& json, std::string_view name, std::string_view code) {
    if (!code.empty()) json.member(name, code);
}

/// Below zero is none.
void limit_member(JsonWriter& json, std::string_view name, std::int64_t limit) {
    json.key(name);
    if (limit < 0) {
        json.null();
    } else {
        json.value(limit);
    }
}

void policy_members(JsonWriter& json, const State& state, PolicyKind kind,
                    const ledger::PolicyScope& scope, std::int64_t value) {
    json.member("kind", name(kind));
    code_member(json, "sku", state.items.code(scope.sku.raw));
    if (kind == PolicyKind::group_safety_stock) {
        code_member(json, "group", state.groups.code(scope.location.raw));
    } else {
        code_member(json, "location", state.locations.code(scope.location.raw));
    }
    limit_member(json, "value", value);
}

void quota_members(JsonWriter& json, const State& state, const ledger::QuotaScope& scope,
                   const ledger::QuotaRow& row) {
    json.member("group", state.groups.code(scope.group.raw))
        .member("channel", state.channels.code(scope.channel.raw));
    code_member(json, "sku", state.items.code(scope.sku.raw));
    limit_member(json, "guarantee", row.guarantee);
    limit_member(json, "cap", row.cap);
    json.member("priority", std::uint64_t{row.priority});
}

/// Interned names are kept as their number + 1; 0 is none.
void version_members(JsonWriter& json, const State& state, const ledger::PolicyVersion& version) {
    json.member("seq", as_text(seq_token(version.seq)));
    if (version.actor != 0) json.member("actor", state.names.code(version.actor - 1U));
    if (version.reason != 0) json.member("reason", state.names.code(version.reason - 1U));
}

}  // namespace

void render_policy_members(JsonWriter& json, const FactView& fact, const State& state) {
    if (const auto quota = fact.field_as<QuotaField>(FieldTag::quota)) {
        quota_members(json, state,
                      {GroupId{quota->group}, ChannelId{quota->channel}, SkuId{quota->sku}},
                      {.guarantee = quota->guarantee,
                       .cap = quota->cap,
                       .priority = quota->priority,
                       .version = {}});
    } else if (const auto policy = fact.field_as<PolicyField>(FieldTag::policy)) {
        policy_members(json, state, static_cast<PolicyKind>(policy->kind),
                       {SkuId{policy->sku}, LocationId{policy->location}}, policy->value);
    }
}

void render_node_members(JsonWriter& json, const FactView& fact, const State& state) {
    const auto entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
    json.member("location", state.locations.code(entity.id))
        .member("online", fact.type() == FactType::node_online);
    if (const auto since = fact.field_as<std::int64_t>(FieldTag::since)) {
        json.member("since", instant_from_raw(*since));
    }
}

void render_policy(JsonWriter& json, const State& state, PolicyKind kind,
                   const ledger::PolicyScope& scope, const ledger::PolicyRow& row) {
    json.begin_object();
    policy_members(json, state, kind, scope, row.value);
    version_members(json, state, row.version);
    json.end_object();
}

void render_quota(JsonWriter& json, const State& state, const ledger::QuotaScope& scope,
                  const ledger::QuotaRow& row) {
    json.begin_object();
    quota_members(json, state, scope, row);
    if (scope.sku != kNoSku) json.member("used", state.quotas.used(scope));
    version_members(json, state, row.version);
    json.end_object();
}

}  // namespace holdfast::api
