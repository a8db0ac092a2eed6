// Reads of items, locations, pools, channels and groups: one, or a page.
#include <algorithm>
#include <span>

#include "api/handlers.h"
#include "api/page.h"
#include "api/render.h"
#include "api/tokens.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

using ledger::CodeTable;

/// What an entity is about: an item is about no channel and no location, so every key that may
/// read a catalog sees it.
Reach about_item(std::uint32_t /*id*/) { return kNowhere; }
Reach about_location(std::uint32_t id) { return {.no_channel = true, .location = LocationId{id}}; }
Reach about_channel(std::uint32_t id) { return {.channel = ChannelId{id}, .no_location = true}; }

/// Pools and groups are told to a key that covers all their locations: a part of one would be a
/// wrong answer.
bool sees_all(const Desk& desk, const Call& call, std::span<const LocationId> locations) {
    return std::ranges::all_of(locations, [&](LocationId at) {
        return desk.may(call, Action::catalog_read, about_location(at.raw));
    });
}
bool sees_pool(const Desk& desk, const Call& call, PoolId pool) {
    return sees_all(desk, call, desk.state().pool_rows[pool.raw].locations);
}
bool sees_group(const Desk& desk, const Call& call, GroupId group) {
    return sees_all(desk, call, desk.state().group_rows[group.raw].locations);
}

/// One entity by the code in the path. A code that is not known is refused like one that the key
/// does not cover.
template <class Render>
void get_entity(Desk& desk, const Call& call, const CodeTable& table, Refusal unknown,
                const Reach& reach, Render&& render) {
    if (!read_params(desk, call, {}) || !desk.allowed(call, Action::catalog_read, reach)) return;
    const std::uint32_t id = table.find(call.path[0]);
    if (id == kNoId) {
        desk.refuse(call.token, problem_of(unknown, true));
        return;
    }
    const std::uint64_t seq = table.changed_at_seq(id);
    if (not_modified(desk, call, seq)) return;
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    render(json, id);
    HeaderText headers;
    headers.line("ETag", "\"" + std::string(as_text(seq_token(seq))) + "\"");
    desk.answer_read(call.token, seq, body, headers.text());
}

/// A page of a table in order of its ids: of those rows that the key may see.
template <class Sees, class Render>
void list_entities(Desk& desk, const Call& call, std::string_view list, const CodeTable& table,
                   Sees&& sees, Render&& render) {
    Page page;
    if (!read_page(desk, call, list, page) || !desk.allowed(call, Action::catalog_read, kNowhere)) {
        return;
    }
    std::uint64_t newest = 0;
    std::uint32_t shown = 0;
    std::optional<CursorKey> next;
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (std::uint64_t i = page.from.first; i < table.size(); ++i) {
        const auto id = static_cast<std::uint32_t>(i);
        if (!sees(id)) continue;
        if (shown == page.limit) {
            next = CursorKey{i, 0};
            break;
        }
        render(json, id);
        ++shown;
        newest = std::max(newest, table.changed_at_seq(id));
    }
    end_page(desk, json, list, next);
    desk.answer_read(call.token, newest, body);
}

/// The same where what the key may see follows from one channel or location of each row.
template <class Render>
void list_entities(Desk& desk, const Call& call, std::string_view list, const CodeTable& table,
                   Reach (*about)(std::uint32_t), Render&& render) {
    list_entities(
        desk, call, list, table,
        [&](std::uint32_t id) { return desk.may(call, Action::catalog_read, about(id)); },
        std::forward<Render>(render));
}

}  // namespace

void get_item(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    get_entity(desk, call, state.items, Refusal::unknown_sku,
               about_item(state.items.find(call.path[0])), [&](auto& json, std::uint32_t id) {
                   render_item(json, state, SkuId{id}, desk.cases().unit_value(SkuId{id}));
               });
}
void list_items(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    list_entities(desk, call, "items", state.items, about_item, [&](auto& json, std::uint32_t id) {
        render_item(json, state, SkuId{id}, desk.cases().unit_value(SkuId{id}));
    });
}
void get_location(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    get_entity(desk, call, state.locations, Refusal::unknown_location,
               about_location(state.locations.find(call.path[0])),
               [&](auto& json, std::uint32_t id) { render_location(json, state, LocationId{id}); });
}
void list_locations(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    list_entities(
        desk, call, "locations", state.locations, about_location,
        [&](auto& json, std::uint32_t id) { render_location(json, state, LocationId{id}); });
}
void get_pool(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    const PoolId pool{state.pools.find(call.path[0])};
    constexpr Reach kAnyPool{.no_channel = true, .all_locations = true};
    const bool seen = pool != kNoPool && sees_pool(desk, call, pool);
    get_entity(desk, call, state.pools, Refusal::unknown_pool, seen ? kNowhere : kAnyPool,
               [&](auto& json, std::uint32_t id) { render_pool(json, state, PoolId{id}); });
}
void list_pools(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    list_entities(
        desk, call, "pools", state.pools,
        [&](std::uint32_t id) { return sees_pool(desk, call, PoolId{id}); },
        [&](auto& json, std::uint32_t id) { render_pool(json, state, PoolId{id}); });
}
void get_channel(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    get_entity(desk, call, state.channels, Refusal::unknown_channel,
               about_channel(state.channels.find(call.path[0])),
               [&](auto& json, std::uint32_t id) { render_channel(json, state, ChannelId{id}); });
}
void list_channels(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    list_entities(
        desk, call, "channels", state.channels, about_channel,
        [&](auto& json, std::uint32_t id) { render_channel(json, state, ChannelId{id}); });
}

void get_group(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    const GroupId group{state.groups.find(call.path[0])};
    constexpr Reach kAnyGroup{.no_channel = true, .all_locations = true};
    const bool seen = group != kNoGroup && sees_group(desk, call, group);
    get_entity(desk, call, state.groups, Refusal::unknown_group, seen ? kNowhere : kAnyGroup,
               [&](auto& json, std::uint32_t id) { render_group(json, state, GroupId{id}); });
}
void list_groups(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    list_entities(
        desk, call, "groups", state.groups,
        [&](std::uint32_t id) { return sees_group(desk, call, GroupId{id}); },
        [&](auto& json, std::uint32_t id) { render_group(json, state, GroupId{id}); });
}

}  // namespace holdfast::api
