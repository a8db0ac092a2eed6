// One function per operation of api/openapi.yaml. api.cc switches over the generated enumeration,
// so an operation without its function, or a function without its operation, does not build.
#pragma once

#include "api/desk.h"

namespace holdfast::api {

// reservations.cc
void create_reservation(Desk& desk, const Call& call);
void step_reservation(Desk& desk, const Call& call, ReservationStep step);
void get_reservation(Desk& desk, const Call& call);
void find_reservations(Desk& desk, const Call& call);

// events.cc
void record_event(Desk& desk, const Call& call);
void record_events(Desk& desk, const Call& call);

// parked_events.cc
void list_parked_events(Desk& desk, const Call& call);

// sources.cc
void list_sources(Desk& desk, const Call& call);
void get_source(Desk& desk, const Call& call);
void announce_source_epoch(Desk& desk, const Call& call);
void give_up_sequence(Desk& desk, const Call& call);
void list_authority(Desk& desk, const Call& call);
void set_authority(Desk& desk, const Call& call);

// stock.cc
void get_availability(Desk& desk, const Call& call);
void query_availability(Desk& desk, const Call& call);
void get_position(Desk& desk, const Call& call);
void list_positions(Desk& desk, const Call& call);

// history.cc
void why_not_reservation(Desk& desk, const Call& call);
void explain_position(Desk& desk, const Call& call);
void explain_availability(Desk& desk, const Call& call);
void explain_many(Desk& desk, const Call& call);
void get_position_timeline(Desk& desk, const Call& call);
void get_item_timeline(Desk& desk, const Call& call);
void get_order_timeline(Desk& desk, const Call& call);

// catalog.cc
void upsert_item(Desk& desk, const Call& call);
void upsert_items(Desk& desk, const Call& call);
void upsert_location(Desk& desk, const Call& call);
void upsert_locations(Desk& desk, const Call& call);
void upsert_pool(Desk& desk, const Call& call);
void upsert_channel(Desk& desk, const Call& call);
void upsert_group(Desk& desk, const Call& call);
void set_policy(Desk& desk, const Call& call);
void set_quota(Desk& desk, const Call& call);
void set_node_status(Desk& desk, const Call& call);

// catalog_reads.cc
void get_item(Desk& desk, const Call& call);
void list_items(Desk& desk, const Call& call);
void get_location(Desk& desk, const Call& call);
void list_locations(Desk& desk, const Call& call);
void get_pool(Desk& desk, const Call& call);
void list_pools(Desk& desk, const Call& call);
void get_channel(Desk& desk, const Call& call);
void list_channels(Desk& desk, const Call& call);
void get_group(Desk& desk, const Call& call);
void list_groups(Desk& desk, const Call& call);

// policy_reads.cc
void list_policies(Desk& desk, const Call& call);
void list_quotas(Desk& desk, const Call& call);

// cases.cc
void list_cases(Desk& desk, const Call& call);
void get_case(Desk& desk, const Call& call);
void act_on_case(Desk& desk, const Call& call, CaseAction action);
void act_on_cases(Desk& desk, const Call& call);

// operations.cc
void list_api_keys(Desk& desk, const Call& call);
void create_api_key(Desk& desk, const Call& call);
void revoke_api_key(Desk& desk, const Call& call);
void get_status(Desk& desk, const Call& call);
void get_health(Desk& desk, const Call& call, HealthQuestion question);
void get_version(Desk& desk, const Call& call);
void get_openapi_yaml(Desk& desk, const Call& call);
void get_openapi_json(Desk& desk, const Call& call);
void get_problem_page(Desk& desk, const Call& call);

// What several of them need (requests.cc).

/// Answers 415 unless the body is of this type; a body that may be absent is checked only if it is
/// there.
bool has_content_type(Desk& desk, const Call& call, std::initializer_list<std::string_view> types);
inline bool has_json(Desk& desk, const Call& call) { return has_content_type(desk, call, {kJson}); }
/// The Idempotency-Key header as a command's key; answers 400 when it is missing or malformed.
bool read_idempotency_key(Desk& desk, const Call& call, CommandKey& key);
/// The same where the header may be absent: then `key` is not given.
bool read_optional_idempotency_key(Desk& desk, const Call& call, CommandKey& key);
/// Answers 400 for the id in the path, naming both kinds of ids; false.
bool refuse_id(Desk& desk, const Call& call, std::string_view prefix, std::string_view whose);
/// Whether the caller asks for no more of an answer than it must have: `Prefer: return=minimal`
/// (RFC 7240).
bool prefers_minimal(const http::Request& request);
/// What a key that is bound to a source is told when it names another one.
std::string speaks_only_as(const Principal& principal);
/// Makes the key count for this channel only: a client must not be able to occupy the keys that
/// another channel's clients are going to use.
void bind_key(CommandKey& key, ChannelId channel);
/// Parses the query into desk.params(); answers 400 itself.
bool read_params(Desk& desk, const Call& call, std::initializer_list<ParamName> names);
/// If-None-Match against this ETag: answers 304 and says true.
bool not_modified(Desk& desk, const Call& call, std::uint64_t seq);

/// What every action on all stock at once needs.
inline constexpr Reach kEverywhere{.all_channels = true, .all_locations = true};
/// Actions that concern no channel and no location.
inline constexpr Reach kNowhere{.no_channel = true, .no_location = true};

}  // namespace holdfast::api
