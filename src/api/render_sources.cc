// Sources, who is believed, and events that wait for their orders.
#include <fmt/format.h>

#include "api/render.h"
#include "api/tokens.h"

namespace holdfast::api {
namespace {

using http::JsonWriter;
using ledger::State;

/// Numbers of a source are told in digits, as it gives them.
void sequence_member(JsonWriter& json, std::string_view name, std::uint64_t number) {
    json.member(name, fmt::format("{}", number));
}

}  // namespace

void render_source_epoch(JsonWriter& json, const FactView& fact, const State& state) {
    const auto epoch =
        fact.field_as<SourceEpochField>(FieldTag::source_epoch).value_or(SourceEpochField{});
    json.begin_object()
        .member("source", state.names.code(epoch.source))
        .member("epoch", epoch.epoch);
    sequence_member(json, "first_sequence", epoch.first);
    json.member("announced_only", (epoch.flags & kEpochAnnouncedOnly) != 0);
    end_with_seq(json, fact.seq());
}

void render_given_up(JsonWriter& json, const FactView& fact, const State& state) {
    const auto gap = fact.field_as<SourceGapField>(FieldTag::source_gap).value_or(SourceGapField{});
    json.begin_object().member("source", state.names.code(gap.source)).member("epoch", gap.epoch);
    sequence_member(json, "first_sequence", gap.first);
    sequence_member(json, "last_sequence", gap.last);
    end_with_seq(json, fact.seq());
}

void authority_members(JsonWriter& json, const AuthorityField& row, const State& state) {
    if (row.type != 0) json.member("type", name(static_cast<FactType>(row.type)));
    if (row.location != kNoId) json.member("location", state.locations.code(row.location));
    json.key("source");
    if (row.source == kNoId) {
        json.null();
    } else {
        json.value(state.names.code(row.source));
    }
}

void render_authority(JsonWriter& json, const FactView& fact, const State& state) {
    json.begin_object();
    authority_members(
        json, fact.field_as<AuthorityField>(FieldTag::authority).value_or(AuthorityField{}), state);
    end_with_seq(json, fact.seq());
}

void source_members(JsonWriter& json, NameId source, const ledger::SourceRow& row,
                    const State& state) {
    json.member("source", state.names.code(source.raw)).member("epoch", row.position.epoch);
    sequence_member(json, "sequence", row.position.seq);
    sequence_member(json, "given_up_sequence", row.given_up);
    json.member("announced_only", row.announced_only);
    if (row.heard_at != 0) json.member("heard_at", instant_from_raw(row.heard_at));
    json.key("gaps").begin_array();
    for (const ledger::SourceGap& gap : row.gaps) {
        json.begin_object();
        sequence_member(json, "first_sequence", gap.first);
        sequence_member(json, "last_sequence", gap.last);
        json.member("opened_at", instant_from_raw(gap.opened_at))
            .member("awaited", !gap.told)
            .end_object();
    }
    json.end_array();
}

void render_parked_event(JsonWriter& json, const ledger::ParkedEvent& event, const State& state) {
    json.begin_object()
        .member("id", as_text(event_name(event.seq)))
        .member("type", name(event.type))
        .member("order", event.order);
    if (event.channel != kNoChannel) json.member("channel", state.channels.code(event.channel.raw));
    json.member("recorded_at", instant_from_raw(event.parked_at))
        .member("overdue", event.told)
        .key("lines")
        .begin_array();
    for (const ledger::ParkedLine& line : event.lines) {
        json.begin_object();
        if (line.line != 0) json.member("line", line.line);
        if (line.sku != kNoSku) json.member("sku", state.items.code(line.sku.raw));
        if (line.location != kNoLocation)
            json.member("location", state.locations.code(line.location.raw));
        json.member("quantity", line.units).end_object();
    }
    json.end_array();
    end_with_seq(json, event.seq);
}

}  // namespace holdfast::api
