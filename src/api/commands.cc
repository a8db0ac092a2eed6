// Commands on their way: submitted, and answered when they are durable.
#include "api/api_key.h"
#include "api/desk.h"
#include "api/render.h"
#include "api/render_case.h"
#include "api/tokens.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

/// Where the request had the lines that a refusal talks about.
std::string_view lines_pointer(Operation operation) {
    switch (operation) {
        case Operation::record_event: return "#/data/lines";
        case Operation::upsert_group:
        case Operation::upsert_pool: return "#/locations";
        case Operation::act_on_cases: return "#/cases";
        case Operation::upsert_item: return "#/kit/components";
        default: return "#/lines";
    }
}

std::uint16_t success_of(Operation operation) {
    switch (operation) {
        case Operation::create_reservation:
        case Operation::record_event:
        case Operation::create_api_key: return 201;
        case Operation::revoke_api_key: return 204;
        default: return 200;
    }
}

bool is_about_one_case(Operation operation) {
    switch (operation) {
        case Operation::assign_case:
        case Operation::snooze_case:
        case Operation::resolve_case:
        case Operation::reopen_case:
        case Operation::comment_on_case: return true;
        default: return false;
    }
}

FactType event_type_of(const Command& command) {
    const auto* event = std::get_if<RecordEvent>(&command);
    return event != nullptr ? event->type : FactType{};
}

}  // namespace

void Desk::submit(const Call& call, const Command& command, std::uint64_t body_hash,
                  std::string secret) {
    KeyUsage* usage = call.principal->usage;
    if (usage->in_flight >= options_.commands_in_flight_per_key_max) {
        refuse(call.token, problems::too_many_in_flight, {}, rate_limit_spent_);
        return;
    }
    ++usage->in_flight;
    std::uint32_t slot = free_pending_;
    if (slot == kNone) {
        slot = static_cast<std::uint32_t>(pending_.size());
        pending_.emplace_back();
    } else {
        free_pending_ = pending_[slot].next_free;
    }
    Pending& pending = pending_[slot];
    pending.token = call.token;
    pending.operation = call.operation;
    pending.event_type = event_type_of(command);
    pending.started = call.started;
    pending.usage = usage;
    pending.body_hash = body_hash;
    pending.secret = std::move(secret);
    // A full queue or disk is answered inside this call.
    services_.sequencer.submit(command, this, slot);
}

void Desk::answered(std::uint64_t token, const sequencer::Answer& answer) {
    const auto slot = static_cast<std::uint32_t>(token);
    // Answering submits nothing, so the reference stays good.
    Pending& pending = pending_[slot];
    --pending.usage->in_flight;
    count(pending, answer);
    using Kind = sequencer::Answer::Kind;
    switch (answer.kind) {
        case Kind::unavailable: answer_unavailable(pending, problem_of(answer.reason)); break;
        case Kind::unknown: answer_unavailable(pending, problems::outcome_unknown); break;
        case Kind::decided:
            if (answer.outcome.kind == ledger::Outcome::Kind::refused) {
                answer_refusal(pending, answer);
            } else if (!answer.has_fact) {
                answer_without_fact(pending, answer.outcome.seq);
            } else {
                answer_effect(pending, answer);
            }
            break;
    }
    pending.secret.clear();
    pending.next_free = free_pending_;
    free_pending_ = slot;
}

void Desk::answer_effect(const Pending& pending, const sequencer::Answer& answer) {
    const FactView& fact = answer.fact;
    std::string& body = scratch();
    http::JsonWriter json(body);
    switch (pending.operation) {
        case Operation::create_reservation: render_reservation(json, fact, state()); break;
        case Operation::confirm_reservation:
        case Operation::release_reservation:
        case Operation::extend_reservation:
        case Operation::adjust_reservation:
        case Operation::resource_reservation: render_change(json, fact, state()); break;
        case Operation::record_event: render_event(json, fact, state()); break;
        case Operation::create_api_key: {
            const auto key = fact.field_as<ApiKeyField>(FieldTag::api_key).value_or(ApiKeyField{});
            json.begin_object().member("id", key_name(key.id)).member("key", pending.secret);
            render_api_key_members(json, fact);
            json.member("seq", as_text(seq_token(fact.seq()))).end_object();
            break;
        }
        case Operation::revoke_api_key: break;
        case Operation::assign_case:
        case Operation::snooze_case:
        case Operation::resolve_case:
        case Operation::reopen_case:
        case Operation::comment_on_case: render_case_change(json, fact, state()); break;
        case Operation::act_on_cases: render_case_changes(json, fact, state()); break;
        case Operation::announce_source_epoch: render_source_epoch(json, fact, state()); break;
        case Operation::give_up_sequence: render_given_up(json, fact, state()); break;
        case Operation::set_authority: render_authority(json, fact, state()); break;
        default: render_entity(json, fact, state()); break;
    }
    HeaderText headers;
    headers.line("Holdfast-Seq", as_text(seq_token(fact.seq())));
    if (answer.outcome.kind == ledger::Outcome::Kind::repeated) {
        headers.line("Idempotent-Replayed", "true");
    }
    if (pending.operation == Operation::create_reservation) {
        headers.line("RateLimit-Policy", rate_limit_policy_);
    }
    this->answer(pending.token, success_of(pending.operation),
                 body.empty() ? std::string_view{} : kJson, body, headers.text());
}

void Desk::answer_without_fact(const Pending& pending, std::uint64_t seq) {
    // A repeat whose fact is gone from the journal, or that a source's sequence settled: there is
    // nothing to render, but the caller must know that it need not send it again.
    std::string& body = scratch();
    http::JsonWriter json(body);
    json.begin_object().member("duplicate", true);
    if (seq != 0) json.member("seq", as_text(seq_token(seq)));
    json.end_object();
    this->answer(pending.token, 200, kJson, body, "Idempotent-Replayed: true\r\n");
}

void Desk::answer_refusal(const Pending& pending, const sequencer::Answer& answer) {
    if (answer.outcome.refusal == Refusal::already_recorded) {
        answer_without_fact(pending, 0);
        return;
    }
    const bool one_case = is_about_one_case(pending.operation);
    const ProblemKind& kind = problem_of(answer.outcome.refusal, one_case);
    std::string& body = scratch();
    ledger::Outcome outcome = answer.outcome;
    // What is wrong is the thing in the path, not a line of the body.
    if (one_case) outcome.problems = {};
    append_refusal(body, outcome,
                   {.state = state(),
                    .lines_pointer = lines_pointer(pending.operation),
                    .names_resource = one_case,
                    .body_hash = pending.body_hash,
                    .as_of_seq = answer.durable_seq});
    const std::string headers = kind.status == 503 ? retry_after(services_.random) : std::string{};
    this->answer(pending.token, kind.status, http::kProblemType, body, headers);
}

void Desk::answer_unavailable(const Pending& pending, const ProblemKind& kind) {
    refuse(pending.token, kind);
}

void Desk::count(const Pending& pending, const sequencer::Answer& answer) {
    using Kind = sequencer::Answer::Kind;
    using Outcome = ledger::Outcome::Kind;
    const bool decided = answer.kind == Kind::decided;
    const bool refused = decided && answer.outcome.kind == Outcome::refused;
    const bool repeated = decided && (answer.outcome.kind == Outcome::repeated ||
                                      answer.outcome.refusal == Refusal::already_recorded);
    Metrics& m = services_.metrics;
    if (pending.operation == Operation::create_reservation) {
        // One reading of the clock serves all answers of a commit.
        if (answered_seq_ != answer.durable_seq || answer.durable_seq == 0) {
            answered_seq_ = answer.durable_seq;
            answered_at_ = services_.loop.clock().since_boot();
        }
        m.reservation_duration.record(answered_at_ - pending.started);
        if (!decided) {
            m.reservations_unavailable.add();
        } else if (refused) {
            const auto code = static_cast<std::size_t>(answer.outcome.refusal);
            m.reservations_refused[code % Metrics::kCodesMax].add();
        } else if (repeated) {
            m.reservations_replayed.add();
        } else {
            m.reservations_held.add();
        }
    } else if (pending.operation == Operation::record_event) {
        const auto type = static_cast<std::size_t>(pending.event_type) % Metrics::kCodesMax;
        if (repeated) {
            m.events_duplicate[type].add();
        } else if (!decided || refused) {
            m.events_rejected[type].add();
        } else {
            m.events_applied[type].add();
        }
    }
}

}  // namespace holdfast::api
