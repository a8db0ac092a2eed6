#include "api/render_case.h"

#include <vector>

#include "api/render.h"
#include "api/tokens.h"

namespace holdfast::api {
namespace {

using http::JsonWriter;

void time_member(JsonWriter& json, std::string_view name, Instant at) {
    if (at != Instant{}) json.member(name, at);
}

std::string_view interned(const ledger::State& state, NameId id) {
    return id == kNoName ? std::string_view{} : state.names.code(id.raw);
}

void render_step(JsonWriter& json, const cases::HistoryEntry& entry, const ledger::State& state) {
    json.begin_object()
        .member("step", name(entry.step))
        .member("at", entry.at)
        .member("seq", as_text(seq_token(entry.seq)));
    text_member(json, "actor", interned(state, entry.actor));
    if (entry.resolution) json.member("resolution", name(*entry.resolution));
    text_member(json, entry.step == CaseStep::assigned ? "assignee" : "comment", entry.text);
    json.end_object();
}

/// What the action did, beside which case it was: what a repeat must say again.
void render_action(JsonWriter& json, const FactView& fact, const ledger::State& state) {
    json.member("type", name(fact.type())).member("recorded_at", fact.recorded_at());
    text_member(json, "actor", interned(state, NameId{fact.header().actor}));
    if (fact.type() == FactType::case_assigned) {
        json.key("assignee");
        const std::string_view assignee = fact.text(FieldTag::assignee);
        if (assignee.empty()) {
            json.null();
        } else {
            json.value(assignee);
        }
    }
    if (const auto at = fact.field_as<std::int64_t>(FieldTag::wake_at)) {
        json.member("wake_at", instant_from_raw(*at));
    }
    if (const auto word = fact.field_as<std::uint8_t>(FieldTag::case_resolution)) {
        json.member("resolution", name(static_cast<CaseResolution>(*word)));
    }
    text_member(json, "comment", fact.text(FieldTag::comment));
}

std::size_t count_of(const std::optional<ByteSpan>& list, std::size_t item_bytes) {
    return list ? list->size() / item_bytes : 0;
}

}  // namespace

void render_case_members(JsonWriter& json, const cases::Case& row, const ledger::State& state,
                         Instant now) {
    const cases::Subject& about = row.subject;
    json.member("id", as_text(case_name(row.id)))
        .member("kind", name(about.kind))
        .member("state", name(row.state))
        .member("summary", summary_of(row, state));
    text_member(json, "sku", state.items.code(about.sku.raw));
    text_member(json, "location", state.locations.code(about.location.raw));
    text_member(json, "channel", state.channels.code(about.channel.raw));
    text_member(json, "source", interned(state, about.source));
    text_member(json, "order", about.order);
    text_member(json, "document", about.document);
    if (about.reservation.raw != 0) {
        json.member("reservation", as_text(reservation_name(about.reservation)));
    }
    json.member("units_at_risk", row.units)
        .member("units_at_risk_max", row.units_peak)
        .member("money_at_risk", row.money)
        .member("count", row.count)
        .member("regressed", row.regressed)
        .member("opened_by", name(row.opened_by))
        .member("opened_at", row.opened_at)
        .member("raised_at", row.raised_at)
        .member("age_seconds",
                std::chrono::duration_cast<std::chrono::seconds>(now - row.opened_at).count());
    text_member(json, "assignee", row.assignee);
    time_member(json, "wake_at", row.wake_at);
    time_member(json, "resolved_at", row.resolved_at);
    if (row.resolution) json.member("resolution", name(*row.resolution));
    json.member("seq", as_text(seq_token(row.seq)));
}

void render_case_past(JsonWriter& json, const cases::Case& row, const ledger::State& state) {
    json.key("facts").begin_array();
    for (const std::uint64_t seq : row.facts) {
        json.begin_object()
            .member("seq", as_text(seq_token(seq)))
            .member("href",
                    "/v1/facts?after=" + std::string(as_text(seq_token(seq - 1))) + "&limit=1")
            .end_object();
    }
    json.end_array().key("history").begin_array();
    for (const cases::HistoryEntry& entry : row.history) render_step(json, entry, state);
    json.end_array().member("history_dropped", row.history_dropped);
}

void render_case_change(JsonWriter& json, const FactView& fact, const ledger::State& state) {
    const auto id = fact.item<std::uint64_t>(fact.field(FieldTag::case_ids), 0, 0);
    json.begin_object().member("id", as_text(case_name(CaseId{id})));
    render_action(json, fact, state);
    json.member("outcome", std::string_view("applied"))
        .member("seq", as_text(seq_token(fact.seq())))
        .end_object();
}

void render_case_changes(JsonWriter& json, const FactView& fact, const ledger::State& state) {
    const auto ids = fact.field(FieldTag::case_ids);
    const auto refused = fact.field(FieldTag::refused_cases);
    const std::size_t applied_count = count_of(ids, sizeof(std::uint64_t));
    const std::size_t refused_count = count_of(refused, sizeof(RefusedCase));
    json.begin_object();
    render_action(json, fact, state);
    json.member("applied", std::uint64_t{applied_count})
        .member("not_applied", std::uint64_t{refused_count})
        .key("results")
        .begin_array();
    // In the order of the request: the refused ones say where they stood.
    std::size_t next_applied = 0, next_refused = 0;
    for (std::size_t i = 0; i < applied_count + refused_count; ++i) {
        const auto set_aside = fact.item<RefusedCase>(refused, next_refused, {});
        const bool is_refused = next_refused < refused_count && set_aside.index == i;
        const std::uint64_t id =
            is_refused ? set_aside.id : fact.item<std::uint64_t>(ids, next_applied, 0);
        json.begin_object()
            .member("id", as_text(case_name(CaseId{id})))
            .member("outcome", std::string_view(is_refused ? "not_applied" : "applied"));
        if (is_refused) json.member("code", name(static_cast<Refusal>(set_aside.refusal)));
        json.end_object();
        ++(is_refused ? next_refused : next_applied);
    }
    json.end_array().member("seq", as_text(seq_token(fact.seq()))).end_object();
}

void render_case_members(JsonWriter& json, const FactView& fact) {
    const auto ids = fact.field(FieldTag::case_ids);
    if (!ids) return;
    json.key("cases").begin_array();
    for (std::size_t i = 0; i < count_of(ids, sizeof(std::uint64_t)); ++i) {
        json.value(as_text(case_name(CaseId{fact.item<std::uint64_t>(ids, i, 0)})));
    }
    json.end_array();
    text_member(json, "assignee", fact.text(FieldTag::assignee));
    if (const auto at = fact.field_as<std::int64_t>(FieldTag::wake_at)) {
        json.member("wake_at", instant_from_raw(*at));
    }
    if (const auto word = fact.field_as<std::uint8_t>(FieldTag::case_resolution)) {
        json.member("resolution", name(static_cast<CaseResolution>(*word)));
    }
    text_member(json, "comment", fact.text(FieldTag::comment));
}

}  // namespace holdfast::api
