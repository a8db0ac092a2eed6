// Reads of stock: what a channel may sell, and what is where.
#include <boost/container/static_vector.hpp>

#include "api/handlers.h"
#include "api/tokens.h"
#include "http/json_writer.h"
#include "ledger/availability.h"
#include "ledger/backorders.h"
#include "ledger/kit_availability.h"

namespace holdfast::api {
namespace {

/// Rows that one page may look at, so that a filter that matches little cannot hold up the loop.
constexpr std::size_t kScannedPositionsMax = 50'000;
constexpr std::size_t kLookAhead = 8;

bool known_channel(Desk& desk, const Call& call, ChannelId channel) {
    if (channel.raw < desk.state().channels.size()) return true;
    desk.refuse(call.token, problem_of(Refusal::unknown_channel));
    return false;
}

/// Checks scope and codes of the items, then answers.
void answer_availability(Desk& desk, const Call& call, ChannelId channel,
                         std::span<const AvailabilityItem> items, bool consistent) {
    const ledger::State& state = desk.state();
    const bool anywhere =
        desk.may(call, Action::stock_read, {.channel = channel, .all_locations = true});
    for (std::size_t i = 0; i < items.size() && !anywhere; ++i) {
        if (!desk.allowed(call, Action::stock_read,
                          {.channel = channel,
                           .location = items[i].location,
                           .all_locations = !items[i].names_location})) {
            return;
        }
    }
    if (!known_channel(desk, call, channel)) return;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool sku_known = items[i].sku != kNoSku;
        if (sku_known && (!items[i].names_location || items[i].location != kNoLocation)) continue;
        Fault fault;
        const bool listed = call.request.method == http::Method::post;
        fault.set(problem_of(sku_known ? Refusal::unknown_location : Refusal::unknown_sku),
                  listed ? "#/items/" + std::to_string(i) + (sku_known ? "/location" : "/sku")
                         : std::string{},
                  {});
        desk.refuse(call.token, fault);
        return;
    }
    // A number rests on rows and on the pool, the channel and the locations they are summed over.
    std::uint64_t newest = consistent ? state.seq : state.reference_seq;
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().member("channel", state.channels.code(channel.raw));
    json.key("data").begin_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
        // Rows of a long list are asked for ahead of their use.
        if (i + kLookAhead < items.size()) state.positions.prefetch(items[i + kLookAhead].sku);
        const AvailabilityItem& item = items[i];
        const ledger::Availability found =
            item.names_location ? ledger::available_to_sell(state, channel, item.sku, item.location)
                                : ledger::available_to_sell(state, channel, item.sku);
        newest = std::max(newest, found.seq);
        json.begin_object().member("sku", state.items.code(item.sku.raw));
        if (item.names_location) json.member("location", state.locations.code(item.location.raw));
        json.member("available_to_sell", found.units).end_object();
    }
    json.end_array();
    json.member("as_of_seq", as_text(seq_token(std::max(newest, desk.sequencer().durable_seq()))))
        .member("as_of", desk.wall())
        .end_object();
    desk.answer_read(call.token, newest, body);
}

struct PositionView {
    ledger::Position row;
    ledger::RareBuckets rare;
    Units promisable = 0;
    std::uint64_t seq = 0;  ///< of the last change of anything that is shown
};

void render_position(http::JsonWriter& json, const ledger::State& state, const PositionView& view,
                     Instant now, std::uint64_t as_of) {
    const auto& [row, rare, promisable, seq] = view;
    json.begin_object()
        .member("sku", state.items.code(row.sku.raw))
        .member("location", state.locations.code(row.location.raw))
        .member("on_hand", row.sellable + rare.damaged + rare.quarantine + rare.suspect)
        .member("reserved", row.reserved)
        .member("allocated", row.allocated)
        .member("available_to_sell", promisable)
        .member("damaged", rare.damaged)
        .member("in_transit", rare.in_transit)
        .member("backorderable", ledger::backorderable(state, row.sku, row.location, now))
        .member("sellable", row.sellable)
        .member("quarantine", rare.quarantine)
        .member("suspect", rare.suspect)
        .member("picked", rare.picked)
        .member("backordered", rare.backordered)
        .member("erp_held", rare.erp_held)
        .member("inbound", rare.inbound)
        .member("safety_stock", row.safety_stock)
        .member("buffer", Units{row.buffer})
        .member("oversold", row.oversold())
        .member("seq", as_text(seq_token(seq)));
    if (as_of != 0) json.member("as_of_seq", as_text(seq_token(as_of)));
    json.end_object();
}

PositionView position_of(const ledger::State& state, SkuId sku, LocationId at) {
    PositionView view;
    if (const ledger::Position* row = state.positions.find(sku, at)) {
        view.row = *row;
        view.seq = std::max(row->seq, state.locations.changed_at_seq(at.raw));
    } else {
        view.row.sku = sku;
        view.row.location = at;
        view.seq = state.reference_seq;
        // Policies reach a position before any stock does.
        ledger::refresh_policies(state, view.row);
    }
    view.rare = state.positions.rare(sku, at);
    if (const std::uint32_t recipe = state.kits.sold_by(sku); recipe != 0) {
        const auto kits = ledger::kits_promisable(state, state.kits.recipe(recipe), at);
        view.promisable = kits.units;
        view.seq = std::max(view.seq, kits.seq);
    } else {
        view.promisable = ledger::promisable_at(state, view.row);
    }
    return view;
}

}  // namespace

void get_availability(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"channel"}, {"sku", true}, {"location"}, {"min_seq"}})) return;
    const Params& params = desk.params();
    const ledger::State& state = desk.state();
    const auto channel = params.find("channel");
    if (!channel || !params.find("sku")) {
        desk.refuse(
            call.token, problems::missing_parameter,
            channel ? "The parameter sku is required." : "The parameter channel is required.");
        return;
    }
    const auto location = params.find("location");
    boost::container::static_vector<AvailabilityItem, kParamsMax> items;
    for (std::size_t i = 0; i < params.size(); ++i) {
        if (params.name(i) != "sku") continue;
        items.push_back({.sku = state.sku(params.value(i)),
                         .location = location ? state.location(*location) : kNoLocation,
                         .names_location = location.has_value()});
    }
    answer_availability(desk, call, state.channel(*channel), items, false);
}

void query_availability(Desk& desk, const Call& call) {
    if (!has_json(desk, call) || !read_params(desk, call, {{"min_seq"}})) return;
    // Reused from request to request, so that its list keeps its memory.
    thread_local AvailabilityQuery query;
    query.consistent = false;
    Fault fault;
    if (!desk.decoder().availability(call.request.body, query, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    answer_availability(desk, call, query.channel, query.items, query.consistent);
}

void get_position(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"min_seq"}})) return;
    const ledger::State& state = desk.state();
    const SkuId sku = state.sku(call.path[0]);
    const LocationId at = state.location(call.path[1]);
    if (!desk.allowed(call, Action::stock_read, {.all_channels = true, .location = at})) return;
    if (sku == kNoSku || at == kNoLocation) {
        const Refusal unknown = sku == kNoSku ? Refusal::unknown_sku : Refusal::unknown_location;
        desk.refuse(call.token, problem_of(unknown, true));
        return;
    }
    const PositionView view = position_of(state, sku, at);
    if (not_modified(desk, call, view.seq)) return;
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    render_position(json, state, view, desk.wall(),
                    std::max(view.seq, desk.sequencer().durable_seq()));
    HeaderText headers;
    headers.line("ETag", "\"" + std::string(as_text(seq_token(view.seq))) + "\"");
    desk.answer_read(call.token, view.seq, body, headers.text());
}

void list_positions(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"sku"}, {"location"}, {"limit"}, {"cursor"}, {"min_seq"}})) {
        return;
    }
    const Params& params = desk.params();
    const ledger::State& state = desk.state();
    const auto sku_code = params.find("sku");
    const auto location_code = params.find("location");
    const SkuId only_sku = sku_code ? state.sku(*sku_code) : kNoSku;
    const LocationId only_at = location_code ? state.location(*location_code) : kNoLocation;
    if (!desk.allowed(
            call, Action::stock_read,
            {.all_channels = true, .location = only_at, .all_locations = !location_code})) {
        return;
    }
    if ((sku_code && only_sku == kNoSku) || (location_code && only_at == kNoLocation)) {
        desk.refuse(call.token,
                    problem_of(sku_code && only_sku == kNoSku ? Refusal::unknown_sku
                                                              : Refusal::unknown_location));
        return;
    }
    Fault fault;
    std::uint32_t limit = 0;
    if (!params.limit(limit, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    const std::string list =
        "positions/" + std::to_string(only_sku.raw) + "/" + std::to_string(only_at.raw);
    // The key is the next (SKU, location) to look at.
    CursorKey next;
    if (const auto cursor = params.find("cursor")) {
        const auto key = desk.cursors().decode(list, *cursor);
        if (!key) {
            desk.refuse(call.token, problems::invalid_cursor);
            return;
        }
        next = *key;
    } else if (sku_code) {
        next.first = only_sku.raw;
    }
    const std::uint64_t end = sku_code ? std::uint64_t{only_sku.raw} + 1 : state.items.size();
    std::uint64_t newest = 0;
    std::uint32_t shown = 0;
    std::size_t scanned = 0;
    bool more = false;
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (std::uint64_t sku = next.first; sku < end && !more; ++sku) {
        const SkuId id{static_cast<std::uint32_t>(sku)};
        for (const ledger::Position& row : state.positions.of(id)) {
            if (sku == next.first && row.location.raw < next.second) continue;
            if (shown == limit || scanned == kScannedPositionsMax) {
                next = {sku, row.location.raw};
                more = true;
                break;
            }
            ++scanned;
            if (location_code && row.location != only_at) continue;
            const PositionView view = position_of(state, id, row.location);
            render_position(json, state, view, desk.wall(), 0);
            newest = std::max(newest, view.seq);
            ++shown;
        }
    }
    json.end_array().key("next_cursor");
    if (more) {
        json.value(desk.cursors().encode(list, next));
    } else {
        json.null();
    }
    json.member("has_more", more)
        .member("as_of_seq", as_text(seq_token(std::max(newest, desk.sequencer().durable_seq()))))
        .end_object();
    desk.answer_read(call.token, newest, body);
}

}  // namespace holdfast::api
