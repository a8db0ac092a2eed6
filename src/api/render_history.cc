#include "api/render_history.h"

#include "api/render.h"
#include "api/tokens.h"
#include "readmodel/fact_fields.h"

namespace holdfast::api {
namespace {

using explain::Explanation;
using explain::Moment;
using explain::Node;
using http::JsonWriter;
using readmodel::FactRow;
using readmodel::Reader;

void name_member(JsonWriter& json, std::string_view member, std::uint32_t id, Reader& reader) {
    if (id != kNoId) json.member(member, reader.code(FactType::name_interned, id));
}

/// Members of a fact into an open object.
void fact_members(JsonWriter& json, const FactRow& fact, Reader& reader, References references) {
    json.member("seq", as_text(seq_token(fact.seq)))
        .member("id", as_text(event_name(fact.seq)))
        .member("type", name(fact.type))
        .member("recorded_at", fact.recorded_at);
    if (fact.occurred_at != fact.recorded_at) json.member("occurred_at", fact.occurred_at);
    name_member(json, "source", fact.source, reader);
    name_member(json, "actor", fact.actor, reader);
    name_member(json, "reason", fact.reason, reader);
    if (const auto text = readmodel::kept_field(fact.fields, FieldTag::reason_text))
        text_member(json, "reason", holdfast::as_text(*text));
    if (fact.channel != kNoId)
        json.member("channel", reader.code(FactType::channel_upserted, fact.channel));
    if (references == References::withheld) return;
    text_member(json, "order", fact.order);
    text_member(json, "document", fact.document);
    if (const auto text = readmodel::kept_field(fact.fields, FieldTag::reference))
        text_member(json, "reference", holdfast::as_text(*text));
    if (fact.reservation != 0)
        json.member("reservation", as_text(reservation_name(ReservationId{fact.reservation})));
}

void scope_members(JsonWriter& json, const explain::RowScope& scope, Reader& reader) {
    json.key("scope").begin_object();
    if (scope.sku != kNoSku)
        json.member("sku", reader.code(FactType::item_upserted, scope.sku.raw));
    if (scope.location != kNoLocation)
        json.member("location", reader.code(FactType::location_upserted, scope.location.raw));
    if (scope.group != kNoId)
        json.member("group", reader.code(FactType::group_upserted, scope.group));
    if (scope.channel != kNoChannel)
        json.member("channel", reader.code(FactType::channel_upserted, scope.channel.raw));
    json.end_object();
}

class NodeRenderer {
  public:
    NodeRenderer(JsonWriter& json, Moment& moment, References references)
        : json_(json), moment_(moment), references_(references) {}

    // The trees of explain/ are a few levels deep, by construction.
    void render(const Node& node) {
        json_.begin_object().member("name", node.name);
        json_.key("value");
        if (node.removed) {
            json_.null();
        } else {
            json_.value(node.value);
        }
        Reader& reader = moment_.reader();
        if (node.sku != kNoSku)
            json_.member("sku", reader.code(FactType::item_upserted, node.sku.raw));
        if (node.location != kNoLocation)
            json_.member("location", reader.code(FactType::location_upserted, node.location.raw));
        if (node.group != kNoId)
            json_.member("group", reader.code(FactType::group_upserted, node.group));
        if (node.channel != kNoChannel)
            json_.member("channel", reader.code(FactType::channel_upserted, node.channel.raw));
        if (node.row) scope_members(json_, *node.row, reader);
        if (node.balance) json_.member("balance", *node.balance);
        if (node.facts != 0) json_.member("facts", node.facts);
        if (node.due) json_.member("due", *node.due);
        if (node.from) json_.member("from", *node.from);
        if (node.until) json_.member("until", *node.until);
        if (node.facts_before != 0) json_.member("before", as_text(seq_token(node.facts_before)));
        if (const FactRow* fact = moment_.fact(node.fact)) {
            json_.key("fact").begin_object();
            fact_members(json_, *fact, reader, references_);
            json_.end_object();
        } else if (node.fact != 0) {
            // It is no longer kept; that it said so still is.
            json_.key("fact")
                .begin_object()
                .member("seq", as_text(seq_token(node.fact)))
                .member("id", as_text(event_name(node.fact)))
                .end_object();
        }
        if (!node.formula.empty()) {
            json_.member("formula", node.formula).key("inputs").begin_array();
            for (const Node& input : node.inputs) render(input);
            json_.end_array();
        }
        json_.end_object();
    }

  private:
    JsonWriter& json_;
    Moment& moment_;
    References references_;
};

void render_sources(JsonWriter& json, const Explanation& explanation, Moment& moment) {
    json.key("sources").begin_array();
    for (const explain::SourceAge& source : explanation.sources) {
        const FactRow* fact = moment.fact(source.fact);
        if (fact == nullptr) continue;
        json.begin_object();
        name_member(json, "source", source.source, moment.reader());
        json.member("seq", as_text(seq_token(fact->seq)))
            .member("recorded_at", fact->recorded_at)
            .member("occurred_at", fact->occurred_at);
        const Instant heard = fact->recorded_at;
        const Instant at = moment.at().value_or(heard);
        json.member("age_ms", (at - heard).count() / 1000).end_object();
    }
    json.end_array();
}

void render_place(JsonWriter& json, Place place, Reader& reader) {
    json.member("place", name(place.kind()));
    if (place.kind() == PlaceKind::location)
        json.member("location", reader.code(FactType::location_upserted, place.number()));
    if (place.kind() != PlaceKind::lane) return;
    if (const auto lane = reader.lane(place.number()))
        json.member("source", reader.code(FactType::location_upserted, lane->source.raw))
            .member("destination", reader.code(FactType::location_upserted, lane->destination.raw));
}

void render_entry(JsonWriter& json, const explain::TimelineEntry& entry, Reader& reader) {
    json.begin_object();
    fact_members(json, entry.fact, reader, References::told);
    const auto& fields = entry.fact.fields;
    if (const auto at = readmodel::kept_field_as<std::int64_t>(fields, FieldTag::expires_at))
        json.member("expires_at", instant_from_raw(*at));
    if (const auto at = readmodel::kept_field_as<std::int64_t>(fields, FieldTag::due))
        json.member("due", instant_from_raw(*at));
    if (const auto raised = readmodel::kept_field(fields, FieldTag::raises)) {
        json.key("raises").begin_array();
        for (const std::byte kind : *raised) json.value(name(static_cast<CaseKind>(kind)));
        json.end_array();
    }
    json.key("changes").begin_array();
    for (const readmodel::Change& change : entry.changes) {
        json.begin_object().member("sku", reader.code(FactType::item_upserted, change.sku.raw));
        render_place(json, change.place, reader);
        json.member("bucket", name(change.bucket))
            .member("delta", change.delta)
            .member("balance", change.balance)
            .end_object();
    }
    json.end_array();
    if (entry.more_changes) json.member("more_changes", true);
    json.end_object();
}

void render_holders(JsonWriter& json, const explain::ShortPlace& place, Reader& reader) {
    json.key("holders").begin_array();
    for (const readmodel::Holder& holder : place.holders) {
        json.begin_object()
            .member("reservation", as_text(reservation_name(ReservationId{holder.reservation})))
            .member("bucket", name(holder.bucket))
            .member("units", holder.units);
        if (holder.channel != kNoId)
            json.member("channel", reader.code(FactType::channel_upserted, holder.channel));
        text_member(json, "order", holder.order);
        if (holder.expires_at) json.member("expires_at", *holder.expires_at);
        json.end_object();
    }
    json.end_array();
}

void render_change(JsonWriter& json, const explain::Change& change, Reader& reader) {
    json.begin_object().member("kind", name(change.kind));
    if (change.location != kNoLocation)
        json.member("location", reader.code(FactType::location_upserted, change.location.raw));
    if (change.units != 0) json.member("units", change.units);
    if (change.due != Instant{}) json.member("due", change.due);
    if (!change.split.empty()) {
        json.key("split").begin_array();
        for (const auto& [location, units] : change.split)
            json.begin_object()
                .member("location", reader.code(FactType::location_upserted, location.raw))
                .member("quantity", units)
                .end_object();
        json.end_array();
    }
    json.end_object();
}

void render_places(JsonWriter& json, const std::vector<explain::ShortPlace>& places, bool more,
                   Reader& reader) {
    json.key("places").begin_array();
    for (const explain::ShortPlace& place : places) {
        json.begin_object()
            .member("location", reader.code(FactType::location_upserted, place.location.raw))
            .member("promisable", place.promisable)
            .member("sellable", place.sellable)
            .member("reserved", place.reserved)
            .member("allocated", place.allocated)
            .member("safety_stock", place.safety_stock)
            .member("buffer", place.buffer);
        render_holders(json, place, reader);
        json.end_object();
    }
    json.end_array().member("more_places", more);
}

void render_changes(JsonWriter& json, const std::vector<explain::Change>& changes, Reader& reader) {
    json.key("changes").begin_array();
    for (const explain::Change& change : changes) render_change(json, change, reader);
    json.end_array();
}

void render_failing_line(JsonWriter& json, const explain::FailingLine& line, Reader& reader) {
    const LineProblem& problem = line.problem;
    json.begin_object()
        .member("pointer", "#/lines/" + std::to_string(problem.line_index))
        .member("code", name(problem.refusal));
    if (problem.sku != kNoSku)
        json.member("sku", reader.code(FactType::item_upserted, problem.sku.raw));
    if (problem.location != kNoLocation)
        json.member("location", reader.code(FactType::location_upserted, problem.location.raw));
    json.member("requested", problem.requested)
        .member("available_to_sell", problem.available_to_sell)
        .member("missing", line.missing);
    render_places(json, line.places, line.more_places, reader);
    render_changes(json, line.changes, reader);
    if (!line.components.empty()) {
        json.key("components").begin_array();
        for (const explain::ShortComponent& component : line.components) {
            json.begin_object()
                .member("sku", reader.code(FactType::item_upserted, component.sku.raw))
                .member("units", component.units)
                .member("requested", component.requested)
                .member("available_to_sell", component.available_to_sell)
                .member("missing", component.missing);
            render_places(json, component.places, component.more_places, reader);
            render_changes(json, component.changes, reader);
            json.end_object();
        }
        json.end_array();
    }
    json.end_object();
}

}  // namespace

void render_why_not(JsonWriter& json, const explain::WhyNot& answer, Reader& reader) {
    json.begin_object().member("would_hold", answer.refusal == Refusal::none);
    if (answer.refusal != Refusal::none) json.member("code", name(answer.refusal));
    json.key("lines").begin_array();
    for (const explain::FailingLine& line : answer.lines) render_failing_line(json, line, reader);
    json.end_array()
        .member("more_lines", answer.more_lines)
        .member("partial_would_hold", answer.partial_would_hold)
        .member("as_of_seq", as_text(seq_token(answer.seq)))
        .member("holders_as_of_seq", as_text(seq_token(reader.cursor().seq)))
        .end_object();
}

std::uint64_t render_explanation(JsonWriter& json, const Explanation& explanation, Moment& moment,
                                 References references, const explain::LedgerNumbers* numbers) {
    Reader& reader = moment.reader();
    json.begin_object().member("sku", reader.code(FactType::item_upserted, explanation.of.sku.raw));
    if (explanation.of.location != kNoLocation)
        json.member("location",
                    reader.code(FactType::location_upserted, explanation.of.location.raw));
    if (explanation.of.channel != kNoChannel)
        json.member("channel", reader.code(FactType::channel_upserted, explanation.of.channel.raw));
    json.member("as_of_seq", as_text(seq_token(explanation.seq)));
    if (const auto at = moment.at()) json.member("as_of", *at);
    if (explanation.business_time)
        json.member("business_time", *explanation.business_time)
            .member("recorded_seq", as_text(seq_token(explanation.recorded_seq)));
    json.key("quantities").begin_array();
    NodeRenderer nodes(json, moment, references);
    for (const Node& node : explanation.quantities) nodes.render(node);
    json.end_array();
    render_sources(json, explanation, moment);
    std::uint64_t differ = 0;
    if (numbers != nullptr) {
        const auto found = explain::differences(explanation, *numbers);
        differ = found.size();
        json.key("ledger").begin_object().member("agrees", found.empty());
        json.key("differences").begin_array();
        for (const explain::Difference& difference : found)
            json.begin_object()
                .member("name", difference.name)
                .member("explained", difference.explained)
                .member("ledger", difference.ledger)
                .end_object();
        json.end_array().end_object();
    }
    json.end_object();
    return differ;
}

void render_timeline(JsonWriter& json, const explain::Timeline& timeline, Reader& reader) {
    json.begin_object().key("data").begin_array();
    for (const explain::TimelineEntry& entry : timeline.entries) render_entry(json, entry, reader);
    json.end_array().key("next_before");
    if (timeline.has_more && !timeline.entries.empty()) {
        json.value(as_text(seq_token(timeline.entries.back().fact.seq)));
    } else {
        json.null();
    }
    json.member("has_more", timeline.has_more)
        .member("as_of_seq", as_text(seq_token(reader.cursor().seq)))
        .end_object();
}

}  // namespace holdfast::api
