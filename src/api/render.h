// Facts as JSON. An answer is made of the fact alone and of codes, which never change, so that a
// repeat years later reads like the first answer. Shapes: api/openapi.yaml.
#pragma once

#include "api/tokens.h"
#include "canonical/fact.h"
#include "http/json_writer.h"
#include "ledger/state.h"

namespace holdfast::api {

/// A member for a text that is there; none for an empty one.
inline void text_member(http::JsonWriter& json, std::string_view name, std::string_view text) {
    if (!text.empty()) json.member(name, text);
}
/// The token to read one's own write with, as the last member.
inline void end_with_seq(http::JsonWriter& json, std::uint64_t seq) {
    json.member("seq", as_text(seq_token(seq))).end_object();
}

/// `reservation`: a new hold.
void render_reservation(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
/// `reservation_change`: confirmed, released, extended, adjusted.
void render_change(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
/// `event_recorded`.
void render_event(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
/// `fact`, as the feed tells it.
void render_fact(http::JsonWriter& json, const FactView& fact, const ledger::State& state);

/// `item`, `location`, `node_status`, `channel`, `pool`, `group`, `policy` or `quota`, from the
/// fact that changed it.
void render_entity(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
/// The members of `api_key` from the fact that made it, into an open object.
void render_api_key_members(http::JsonWriter& json, const FactView& fact);
/// "units" and "kit" of the fact that sets them, into an open object.
void render_item_members(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
void render_scopes(http::JsonWriter& json, std::string_view scopes);

/// `reservation_state`: what a reservation is now.
void render_reservation_state(http::JsonWriter& json, const ledger::Reservation& reservation,
                              const ledger::State& state);

/// The entity with this id as it is now. The id is one of the table's.
/// `unit_value` 0 is not known.
void render_item(http::JsonWriter& json, const ledger::State& state, SkuId id,
                 std::int64_t unit_value);
void render_location(http::JsonWriter& json, const ledger::State& state, LocationId id);
void render_pool(http::JsonWriter& json, const ledger::State& state, PoolId id);
void render_group(http::JsonWriter& json, const ledger::State& state, GroupId id);
void render_channel(http::JsonWriter& json, const ledger::State& state, ChannelId id);

/// `policy` and `quota`: the row of exactly this scope, with its version.
void render_policy(http::JsonWriter& json, const ledger::State& state, PolicyKind kind,
                   const ledger::PolicyScope& scope, const ledger::PolicyRow& row);
void render_quota(http::JsonWriter& json, const ledger::State& state,
                  const ledger::QuotaScope& scope, const ledger::QuotaRow& row);
/// The members of a policy or quota, or of a node's status, from the fact that changed it, into an
/// open object.
void render_policy_members(http::JsonWriter& json, const FactView& fact,
                           const ledger::State& state);
void render_node_members(http::JsonWriter& json, const FactView& fact, const ledger::State& state);

// Sources (render_sources.cc): `source_epoch`, `given_up` and `authority` from their facts.
void render_source_epoch(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
void render_given_up(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
void render_authority(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
/// The members of `authority`, into an open object.
void authority_members(http::JsonWriter& json, const AuthorityField& row,
                       const ledger::State& state);
/// The members of `source` as it stands, into an open object.
void source_members(http::JsonWriter& json, NameId source, const ledger::SourceRow& row,
                    const ledger::State& state);
/// `parked_event`.
void render_parked_event(http::JsonWriter& json, const ledger::ParkedEvent& event,
                         const ledger::State& state);

/// "refused_lines", "parked" and "raises" of a fact, where it has any, into an open object.
void render_notes(http::JsonWriter& json, const FactView& fact, const ledger::State& state);

}  // namespace holdfast::api
