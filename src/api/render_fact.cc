// Facts as the feed tells them: CloudEvents with the postings and references of each.
#include <fmt/format.h>

#include "api/api_key.h"
#include "api/render.h"
#include "api/render_case.h"
#include "api/tokens.h"
#include "canonical/command.h"

namespace holdfast::api {
namespace {

using http::JsonWriter;
using ledger::State;

std::string_view interned(const State& state, std::uint32_t id) {
    return id == kNoId ? std::string_view{} : state.names.code(id);
}

void render_postings(JsonWriter& json, const FactView& fact, const State& state) {
    json.key("postings").begin_array();
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        json.begin_object()
            .member("sku", state.items.code(posting.sku.raw))
            .member("place", name(posting.place.kind()));
        if (posting.place.kind() == PlaceKind::location) {
            json.member("location", state.locations.code(posting.place.location().raw));
        } else if (posting.place.kind() == PlaceKind::lane) {
            const auto& lane = state.lanes.lane(posting.place.number());
            json.member("source", state.locations.code(lane.source.raw))
                .member("destination", state.locations.code(lane.destination.raw));
        } else if (posting.place.kind() == PlaceKind::quota) {
            const auto scope = ledger::QuotaScope::of(posting.sku, posting.place.number());
            json.member("group", state.groups.code(scope.group.raw))
                .member("channel", state.channels.code(scope.channel.raw));
        }
        json.member("bucket", name(posting.bucket)).member("delta", posting.delta).end_object();
    }
    json.end_array();
}

void render_references(JsonWriter& json, const FactView& fact, const State& state) {
    if (makes_reservation(fact)) {
        json.member("reservation", as_text(reservation_name(ReservationId{fact.seq()})));
    } else if (const auto id = fact.field_as<std::uint64_t>(FieldTag::reservation)) {
        json.member("reservation", as_text(reservation_name(ReservationId{*id})));
    }
    if (const auto channel = fact.field_as<std::uint32_t>(FieldTag::channel)) {
        json.member("channel", state.channels.code(*channel));
    }
    text_member(json, "order", fact.text(FieldTag::order));
    text_member(json, "document", fact.text(FieldTag::document));
    if (const auto due = fact.field_as<std::int64_t>(FieldTag::due)) {
        json.member("due", instant_from_raw(*due));
    }
    if (const auto at = fact.field_as<std::int64_t>(FieldTag::expires_at)) {
        json.member("expires_at", instant_from_raw(*at));
    }
    if (const auto position = fact.field_as<SourcePositionField>(FieldTag::source_position)) {
        json.key("source_position")
            .begin_object()
            .member("epoch", position->epoch)
            .member("sequence", fmt::format("{}", position->seq))
            .end_object();
    }
}

void render_reference_data(JsonWriter& json, const FactView& fact, const State& state) {
    text_member(json, "code", fact.text(FieldTag::code));
    text_member(json, "title", fact.text(FieldTag::title));
    render_item_members(json, fact, state);
    const auto entity = fact.field_as<EntityField>(FieldTag::entity);
    if (entity && fact.type() == FactType::location_upserted) {
        json.member("enabled", (entity->flags & kLocationEnabled) != 0);
    }
    if (entity && fact.type() == FactType::channel_upserted) {
        text_member(json, "pool", state.pools.code(entity->link));
        json.member("splits", (entity->flags & kChannelSplits) != 0);
    }
    if (const auto value = fact.field_as<std::int64_t>(FieldTag::unit_value)) {
        json.member("unit_value", *value);
    }
    if (const auto ids = fact.field(FieldTag::ids)) {
        json.key("locations").begin_array();
        for (std::size_t i = 0; (i + 1) * sizeof(std::uint32_t) <= ids->size(); ++i) {
            json.value(state.locations.code(fact.item<std::uint32_t>(ids, i, kNoId)));
        }
        json.end_array();
    }
    if (fact.type() == FactType::policy_changed) render_policy_members(json, fact, state);
    if (fact.type() == FactType::node_online || fact.type() == FactType::node_offline) {
        render_node_members(json, fact, state);
    }
    if (const auto epoch = fact.field_as<SourceEpochField>(FieldTag::source_epoch)) {
        json.member("source", state.names.code(epoch->source)).member("epoch", epoch->epoch);
        const bool announced = (epoch->flags & kEpochAnnounced) != 0;
        json.member("announced", announced);
        if (announced) {
            json.member("first_sequence", fmt::format("{}", epoch->first))
                .member("announced_only", (epoch->flags & kEpochAnnouncedOnly) != 0);
        }
    }
    if (const auto gap = fact.field_as<SourceGapField>(FieldTag::source_gap)) {
        json.member("source", state.names.code(gap->source))
            .member("epoch", gap->epoch)
            .member("first_sequence", fmt::format("{}", gap->first))
            .member("last_sequence", fmt::format("{}", gap->last));
    }
    if (const auto row = fact.field_as<AuthorityField>(FieldTag::authority)) {
        json.key("authority").begin_object();
        authority_members(json, *row, state);
        json.end_object();
    }
    if (const auto seqs = fact.field(FieldTag::parked_seqs)) {
        json.key("parked_events").begin_array();
        for (std::size_t i = 0; (i + 1) * sizeof(std::uint64_t) <= seqs->size(); ++i) {
            json.value(as_text(event_name(fact.item<std::uint64_t>(seqs, i, 0))));
        }
        json.end_array();
    }
    // The hash of a secret is nobody's business.
    if (const auto key = fact.field_as<ApiKeyField>(FieldTag::api_key)) {
        json.member("api_key", key_name(key->id));
        if (fact.field(FieldTag::scopes)) render_scopes(json, fact.text(FieldTag::scopes));
        text_member(json, "speaks_as", fact.text(FieldTag::key_source));
    }
}

}  // namespace

void render_fact(JsonWriter& json, const FactView& fact, const State& state) {
    const FactHeader header = fact.header();
    json.begin_object()
        .member("specversion", std::string_view("1.0"))
        .member("id", as_text(event_name(fact.seq())))
        .member("source", fmt::format("/partitions/{}", header.partition))
        .member("type", name(fact.type()))
        .member("time", fact.recorded_at());
    if (header.occurred_at != header.recorded_at) {
        json.member("occurredtime", instant_from_raw(header.occurred_at));
    }
    json.member("sequence", fmt::format("{:020}", header.seq))
        .member("seq", as_text(seq_token(header.seq)));
    text_member(json, "actor", interned(state, header.actor));
    text_member(json, "reportedby", interned(state, header.source));
    if (header.reason != 0) {
        text_member(json, "reason", interned(state, std::uint32_t{header.reason} - 1));
    } else {
        text_member(json, "reason", fact.text(FieldTag::reason_text));
    }
    json.key("data").begin_object();
    render_references(json, fact, state);
    render_reference_data(json, fact, state);
    render_case_members(json, fact);
    if (fact.posting_count() > 0) render_postings(json, fact, state);
    render_notes(json, fact, state);
    json.end_object().end_object();
}

}  // namespace holdfast::api
