#include "api/api.h"

#include <algorithm>

#include "api/fact_feed.h"
#include "api/handlers.h"

namespace holdfast::api {
namespace {

constexpr Microseconds kDeadlineTick = std::chrono::milliseconds(50);
constexpr Microseconds kHeartbeat = std::chrono::seconds(1);

}  // namespace

Api::Api(const Services& services, Options options) : desk_(services, std::move(options)) {
    for (std::size_t i = 0; i < kRoutes.size(); ++i) {
        router_.add(kRoutes[i].method, kRoutes[i].path, static_cast<std::uint32_t>(i));
        if (kRoutes[i].body_bytes_max > http::kBodyBytesDefault) {
            paths_with_large_bodies_.push_back(kRoutes[i].path);
        }
    }
    services.sequencer.on_durable([this](std::uint64_t durable_seq) {
        desk_.durable(durable_seq);
        resume(durable_seq);
    });
    services.metrics.sample(services.sequencer);
    sample_read_model();
    heartbeat();
}

Api::~Api() = default;

void Api::sample_read_model() {
    const readmodel::Follower* model = desk_.read_model();
    if (model == nullptr) return;
    const readmodel::FollowerStatus status = model->status();
    desk_.metrics().sample(status);
    HealthBoard& health = desk_.health();
    health.read_model_on = true;
    health.read_model_following = status.state == readmodel::FollowerState::following;
    health.read_model_lag_facts = status.lag_facts;
    health.read_model_lag_us = status.lag.count();
}

void Api::heartbeat() {
    desk_.health().last_turn = desk_.loop().clock().since_boot().count();
    heartbeat_timer_ = desk_.loop().call_after(kHeartbeat, [this] {
        desk_.metrics().sample(desk_.sequencer());
        desk_.metrics().sample(desk_.cases(), desk_.wall());
        desk_.metrics().sample(desk_.server().stats());
        sample_read_model();
        desk_.health().disk_full = desk_.sequencer().journal().status().disk_full;
        heartbeat();
    });
}

http::BodyPolicy Api::accept_head(const http::RequestHead& head) {
    // Every route that takes a body needs a key: from who has none, no body is awaited or kept.
    if (desk_.authenticator().authenticate(head.authorization(), desk_.state(), desk_.wall()) ==
        nullptr) {
        return {.unread = true};
    }
    // Routes with large bodies have fixed paths.
    const bool large =
        std::ranges::find(paths_with_large_bodies_, head.path) != paths_with_large_bodies_.end();
    return {large ? http::kBodyBytesBulk : http::kBodyBytesDefault};
}

void Api::on_stream_closed(http::RequestToken token) { desk_.feed().stream_closed(token); }

void Api::turn_ended() { desk_.turn_ended(); }

void Api::handle(const http::Request& request, http::RequestToken token) {
    route(request, token, true);
}

void Api::route(const http::Request& request, http::RequestToken token, bool may_wait) {
    const http::RouteMatch match = router_.match(request.method, request.path, path_);
    using Kind = http::RouteMatch::Kind;
    switch (match.kind) {
        case Kind::found: break;
        case Kind::not_found: desk_.refuse(token, problems::not_found); return;
        case Kind::malformed: desk_.refuse(token, problems::malformed_path); return;
        case Kind::method_not_allowed: {
            HeaderText headers;
            headers.line("Allow", match.allow);
            desk_.refuse(token, problems::method_not_allowed, {}, headers.text());
            return;
        }
    }
    const Route& matched = kRoutes[match.route];
    Call call{.request = request,
              .token = token,
              .operation = static_cast<Operation>(match.route),
              .path = path_,
              .started = desk_.now()};
    if (matched.action != Action::open_to_all) {
        call.principal = desk_.authenticator().authenticate(request.authorization(), desk_.state(),
                                                            desk_.wall());
        if (call.principal == nullptr) {
            desk_.metrics().requests_unauthenticated.add();
            desk_.refuse(token, problems::unauthenticated, {}, "WWW-Authenticate: Bearer\r\n");
            return;
        }
    }
    if (may_wait && matched.takes_min_seq && !request.query.empty()) {
        const auto min_seq = min_seq_of(request.query);
        if (min_seq && *min_seq > desk_.sequencer().durable_seq()) {
            wait(request, token, *min_seq);
            return;
        }
    }
    dispatch(call);
}

void Api::dispatch(const Call& call) {
    switch (call.operation) {
        case Operation::create_reservation: return create_reservation(desk_, call);
        case Operation::find_reservations: return find_reservations(desk_, call);
        case Operation::get_reservation: return get_reservation(desk_, call);
        case Operation::confirm_reservation:
            return step_reservation(desk_, call, ReservationStep::confirm);
        case Operation::release_reservation:
            return step_reservation(desk_, call, ReservationStep::release);
        case Operation::extend_reservation:
            return step_reservation(desk_, call, ReservationStep::extend);
        case Operation::adjust_reservation:
            return step_reservation(desk_, call, ReservationStep::adjust);
        case Operation::resource_reservation:
            return step_reservation(desk_, call, ReservationStep::resource);
        case Operation::record_event: return record_event(desk_, call);
        case Operation::record_events: return record_events(desk_, call);
        case Operation::list_parked_events: return list_parked_events(desk_, call);
        case Operation::list_sources: return list_sources(desk_, call);
        case Operation::get_source: return get_source(desk_, call);
        case Operation::announce_source_epoch: return announce_source_epoch(desk_, call);
        case Operation::give_up_sequence: return give_up_sequence(desk_, call);
        case Operation::list_authority: return list_authority(desk_, call);
        case Operation::set_authority: return set_authority(desk_, call);
        case Operation::get_availability: return get_availability(desk_, call);
        case Operation::query_availability: return query_availability(desk_, call);
        case Operation::list_positions: return list_positions(desk_, call);
        case Operation::get_position: return get_position(desk_, call);
        case Operation::why_not_reservation: return why_not_reservation(desk_, call);
        case Operation::explain_position: return explain_position(desk_, call);
        case Operation::explain_availability: return explain_availability(desk_, call);
        case Operation::explain_many: return explain_many(desk_, call);
        case Operation::get_position_timeline: return get_position_timeline(desk_, call);
        case Operation::get_item_timeline: return get_item_timeline(desk_, call);
        case Operation::get_order_timeline: return get_order_timeline(desk_, call);
        case Operation::list_items: return list_items(desk_, call);
        case Operation::upsert_items: return upsert_items(desk_, call);
        case Operation::get_item: return get_item(desk_, call);
        case Operation::upsert_item: return upsert_item(desk_, call);
        case Operation::list_locations: return list_locations(desk_, call);
        case Operation::upsert_locations: return upsert_locations(desk_, call);
        case Operation::get_location: return get_location(desk_, call);
        case Operation::upsert_location: return upsert_location(desk_, call);
        case Operation::list_pools: return list_pools(desk_, call);
        case Operation::get_pool: return get_pool(desk_, call);
        case Operation::upsert_pool: return upsert_pool(desk_, call);
        case Operation::list_channels: return list_channels(desk_, call);
        case Operation::get_channel: return get_channel(desk_, call);
        case Operation::upsert_channel: return upsert_channel(desk_, call);
        case Operation::list_groups: return list_groups(desk_, call);
        case Operation::get_group: return get_group(desk_, call);
        case Operation::upsert_group: return upsert_group(desk_, call);
        case Operation::set_node_status: return set_node_status(desk_, call);
        case Operation::list_quotas: return list_quotas(desk_, call);
        case Operation::set_quota: return set_quota(desk_, call);
        case Operation::list_policies: return list_policies(desk_, call);
        case Operation::set_policy: return set_policy(desk_, call);
        case Operation::list_cases: return list_cases(desk_, call);
        case Operation::get_case: return get_case(desk_, call);
        case Operation::assign_case: return act_on_case(desk_, call, CaseAction::assign);
        case Operation::snooze_case: return act_on_case(desk_, call, CaseAction::snooze);
        case Operation::resolve_case: return act_on_case(desk_, call, CaseAction::resolve);
        case Operation::reopen_case: return act_on_case(desk_, call, CaseAction::reopen);
        case Operation::comment_on_case: return act_on_case(desk_, call, CaseAction::comment);
        case Operation::act_on_cases: return act_on_cases(desk_, call);
        case Operation::list_facts: return desk_.feed().answer(call);
        case Operation::list_api_keys: return list_api_keys(desk_, call);
        case Operation::create_api_key: return create_api_key(desk_, call);
        case Operation::revoke_api_key: return revoke_api_key(desk_, call);
        case Operation::get_status: return get_status(desk_, call);
        case Operation::get_livez: return get_health(desk_, call, HealthQuestion::live);
        case Operation::get_readyz: return get_health(desk_, call, HealthQuestion::ready);
        case Operation::get_startupz: return get_health(desk_, call, HealthQuestion::started);
        case Operation::get_version: return get_version(desk_, call);
        case Operation::get_problem_page: return get_problem_page(desk_, call);
        case Operation::get_openapi_yaml: return get_openapi_yaml(desk_, call);
        case Operation::get_openapi_json: return get_openapi_json(desk_, call);
    }
}

void Api::wait(const http::Request& request, http::RequestToken token, std::uint64_t seq) {
    if (waiting_.size() >= desk_.options().waiting_requests_max ||
        waiting_bytes_ + request.body.size() > desk_.options().waiting_bytes_max) {
        desk_.refuse(token, problems::overloaded);
        return;
    }
    Waiting waiting;
    waiting.seq = seq;
    waiting.deadline = desk_.now() + desk_.options().min_seq_wait_max;
    waiting.token = token;
    waiting.method = request.method;
    waiting.target = request.target;
    waiting.body.reserve(request.body.size() + http::kBodyPadding);
    waiting.body = request.body;
    waiting.body.append(http::kBodyPadding, '\0');
    waiting_bytes_ += request.body.size();
    waiting.authorization = request.authorization();
    waiting.content_type = request.content_type();
    waiting.accept = request.accept();
    waiting.if_none_match = request.if_none_match();
    waiting_.push_back(std::move(waiting));
    if (deadline_timer_ == nullptr) watch_deadlines();
}

void Api::watch_deadlines() {
    deadline_timer_ = desk_.loop().call_after(kDeadlineTick, [this] {
        const Microseconds now = desk_.loop().clock().since_boot();
        // All wait equally long, so the first to come is the first to go.
        while (!waiting_.empty() && waiting_.front().deadline <= now) {
            desk_.refuse(waiting_.front().token, problems::seq_not_reached);
            waiting_bytes_ -= waiting_.front().body.size() - http::kBodyPadding;
            waiting_.pop_front();
        }
        if (waiting_.empty()) {
            deadline_timer_ = nullptr;
        } else {
            watch_deadlines();
        }
    });
}

void Api::resume(std::uint64_t durable_seq) {
    if (waiting_.empty()) return;
    std::deque<Waiting> ready;
    std::erase_if(waiting_, [&](Waiting& waiting) {
        if (waiting.seq > durable_seq) return false;
        waiting_bytes_ -= waiting.body.size() - http::kBodyPadding;
        ready.push_back(std::move(waiting));
        return true;
    });
    for (const Waiting& waiting : ready) replay(waiting);
}

void Api::replay(const Waiting& waiting) {
    std::array<http::Header, 4> headers{
        http::Header{"authorization", waiting.authorization, http::Field::authorization},
        http::Header{"content-type", waiting.content_type, http::Field::content_type},
        http::Header{"accept", waiting.accept, http::Field::accept},
        http::Header{"if-none-match", waiting.if_none_match, http::Field::if_none_match}};
    http::Request request;
    request.method = waiting.method;
    request.target = waiting.target;
    const std::size_t mark = std::min(request.target.find('?'), request.target.size());
    request.path = request.target.substr(0, mark);
    request.query = request.target.substr(std::min(mark + 1, request.target.size()));
    request.headers = headers;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (headers[i].value.empty()) continue;
        request.index[static_cast<std::size_t>(headers[i].field)] =
            static_cast<std::uint8_t>(i + 1);
    }
    request.body = std::string_view(waiting.body.data(), waiting.body.size() - http::kBodyPadding);
    route(request, waiting.token, false);
}

}  // namespace holdfast::api
