#include "api/bulk_jobs.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "api/event_command.h"
#include "api/handlers.h"
#include "api/render.h"
#include "api/tokens.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

std::size_t lines_of(std::string_view body) {
    const auto breaks = static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n'));
    return breaks + (body.empty() || body.back() == '\n' ? 0 : 1);
}

std::uint16_t success_of(BulkKind kind) { return kind == BulkKind::events ? 201 : 200; }

FactType event_type_of(const Command& command) {
    const auto* event = std::get_if<RecordEvent>(&command);
    return event != nullptr ? event->type : FactType{};
}

std::uint64_t token_of(std::uint32_t slot, std::uint32_t line, FactType type) {
    // 16 bits each for the job and the event type, 32 for the line.
    return std::uint64_t{slot} << 48 | static_cast<std::uint64_t>(type) << 32 | line;
}

}  // namespace

void BulkJobs::start(const Call& call, BulkKind kind, BulkFormat format) {
    const std::string_view body = call.request.body;
    if (format == BulkFormat::lines && lines_of(body) > batch_lines_max) {
        desk_.refuse(call.token, problems::batch_too_large, "At most 50000 lines are taken.");
        return;
    }
    if (bytes_ + body.size() > desk_.options().batch_bytes_max ||
        jobs_.size() > std::numeric_limits<std::uint16_t>::max()) {
        desk_.refuse(call.token, problems::overloaded, "Too many batches are under way.");
        return;
    }
    auto job = std::make_unique<Job>();
    job->token = call.token;
    job->kind = kind;
    job->format = format;
    job->principal = *call.principal;
    job->body.reserve(body.size() + http::kBodyPadding);
    job->body.assign(body);
    job->body.append(http::kBodyPadding, '\0');
    if (format == BulkFormat::json_array) {
        Fault fault;
        const std::string_view kept(job->body.data(), body.size());
        if (!desk_.decoder().elements(kept, batch_lines_max, job->elements, fault)) {
            desk_.refuse(call.token, fault);
            return;
        }
    }
    bytes_ += job->body.size();
    const auto free = std::ranges::find_if(jobs_, [](const auto& kept) { return kept == nullptr; });
    const auto slot = static_cast<std::uint32_t>(free - jobs_.begin());
    if (free == jobs_.end()) {
        jobs_.push_back(std::move(job));
    } else {
        *free = std::move(job);
    }
    pump(slot);
}

void BulkJobs::look_ahead(Job& job) {
    if (job.kind != BulkKind::events || job.format != BulkFormat::lines) return;
    job.ahead.look({job.body.data(), job.body.size() - http::kBodyPadding}, job.lines,
                   desk_.state().items);
}

bool BulkJobs::next_line(Job& job, std::string_view& text) {
    if (job.format == BulkFormat::json_array) {
        if (job.at == job.elements.size()) return false;
        text = job.elements[job.at++];
        ++job.lines;
        return true;
    }
    const std::string_view body(job.body.data(), job.body.size() - http::kBodyPadding);
    if (job.at == body.size()) return false;
    const std::size_t end = std::min(body.find('\n', job.at), body.size());
    text = body.substr(job.at, end - job.at);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    job.at = std::min(end + 1, body.size());
    ++job.lines;
    return true;
}

void BulkJobs::pump(std::uint32_t slot) {
    Job& job = *jobs_[slot];
    job.pumping = true;
    if (!is_live(desk_.state(), job.principal.key_id, desk_.wall())) {
        job.stopped_by = &problems::unauthenticated;
    }
    if (!desk_.server().alive(job.token)) {
        // Nobody listens: what is in flight will settle, the rest is not begun.
        job.at = job.format == BulkFormat::json_array ? job.elements.size()
                                                      : job.body.size() - http::kBodyPadding;
    }
    std::string_view text;
    while (turn_bytes_ > 0 && job.in_flight < desk_.options().batch_window_max &&
           desk_.sequencer().queued() < desk_.options().batch_queue_commands_max &&
           next_line(job, text)) {
        turn_bytes_ -= std::min(turn_bytes_, text.size() + kLineBytes);
        look_ahead(job);
        submit_line(job, slot, text);
    }
    job.pumping = false;
    if (finish_if_done(slot)) return;
    // With nothing in flight, no answer will call again.
    if (job.in_flight == 0 || turn_bytes_ == 0) pump_next_turn(slot);
}

/// Not a task of the loop: those are run until none is left, so one that waits for the end of the
/// turn, where the sequencer empties its queue, would keep the turn from ending.
void BulkJobs::pump_next_turn(std::uint32_t slot) {
    Job& job = *jobs_[slot];
    if (job.due) return;
    job.due = true;
    due_.push_back(slot);
}

void BulkJobs::turn_ended() {
    turn_bytes_ = kTurnBytesMax;
    if (due_.empty() || woken_) return;
    woken_ = true;
    desk_.loop().post([this] { pump_due(); });
}

void BulkJobs::pump_due() {
    woken_ = false;
    pumped_.swap(due_);
    for (std::size_t i = 0; i < pumped_.size(); ++i) {
        const std::uint32_t slot = pumped_[i];
        // The slot may have a new owner by now.
        if (jobs_[slot] == nullptr || !jobs_[slot]->due) continue;
        jobs_[slot]->due = false;
        pump(slot);
    }
    pumped_.clear();
}

bool BulkJobs::decode(Job& job, std::string_view text, Command& command, Fault& fault) {
    Decoder& decoder = desk_.decoder();
    Arena& arena = desk_.sequencer().arena();
    switch (job.kind) {
        case BulkKind::events: {
            RecordEvent event;
            EventFacts facts;
            if (!decoder.event(text, event, facts, fault)) return false;
            if (!job.principal.speaks_as(event.envelope.source)) {
                return fault.set(problems::source_not_allowed, "#/source",
                                 speaks_only_as(job.principal));
            }
            if (!may_record(job.principal, desk_.state(), event)) {
                return fault.set(problems::forbidden, {},
                                 "Needs events:write on the channel and locations of the event.");
            }
            set_event_keys(desk_.state(), facts, event);
            // Decided when the turn ends: where its rows begin is known by then.
            if (!event.lines.empty())
                desk_.state().positions.prefetch_span(event.lines.front().sku);
            event.envelope.actor = arena.copy(job.principal.actor);
            command = event;
            return true;
        }
        case BulkKind::items: {
            UpsertItem item;
            if (!decoder.item(text, item, fault)) return false;
            item.envelope.actor = arena.copy(job.principal.actor);
            command = item;
            return true;
        }
        case BulkKind::locations: {
            UpsertLocation location;
            if (!decoder.location(text, location, fault)) return false;
            location.envelope.actor = arena.copy(job.principal.actor);
            command = location;
            return true;
        }
    }
    return false;
}

void BulkJobs::submit_line(Job& job, std::uint32_t slot, std::string_view text) {
    const std::uint32_t line = job.lines;
    Fault fault;
    if (job.stopped_by != nullptr) {
        // A source that numbers its events sends them in order: nothing may overtake a line that
        // was not taken.
        fault.set(*job.stopped_by, {}, {});
        reject(job, line, fault);
        return;
    }
    Command command;
    if (!decode(job, text, command, fault)) {
        reject(job, line, fault);
        return;
    }
    ++job.in_flight;
    desk_.sequencer().submit(command, this, token_of(slot, line, event_type_of(command)));
}

void BulkJobs::answered(std::uint64_t token, const sequencer::Answer& answer) {
    const auto slot = static_cast<std::uint32_t>(token >> 48);
    const auto line = static_cast<std::uint32_t>(token);
    const auto type = static_cast<std::size_t>(token >> 32 & 0xffff) % Metrics::kCodesMax;
    Job& job = *jobs_[slot];
    --job.in_flight;
    using Kind = sequencer::Answer::Kind;
    if (answer.kind != Kind::decided) {
        const bool unknown = answer.kind == Kind::unknown;
        job.stopped_by = unknown ? &problems::outcome_unknown : &problem_of(answer.reason);
        Fault fault;
        fault.set(*job.stopped_by, {}, {});
        reject(job, line, fault);
    } else {
        flush_early(job, line);
        finish_line(job, line, answer);
    }
    if (job.kind == BulkKind::events) {
        Metrics& m = desk_.metrics();
        const bool refused = answer.kind != Kind::decided ||
                             (answer.outcome.kind == ledger::Outcome::Kind::refused &&
                              answer.outcome.refusal != Refusal::already_recorded);
        const bool recorded = answer.outcome.kind == ledger::Outcome::Kind::recorded;
        (refused    ? m.events_rejected
         : recorded ? m.events_applied
                    : m.events_duplicate)[type]
            .add();
    }
    // A full queue answers while the pump still holds the job.
    if (job.pumping || finish_if_done(slot)) return;
    // Going on here would submit inside the sequencer's own turn, so the loop does it.
    if (job.in_flight <= desk_.options().batch_window_max / 2) pump_next_turn(slot);
}

void BulkJobs::finish_line(Job& job, std::uint32_t line, const sequencer::Answer& answer) {
    const ledger::Outcome& outcome = answer.outcome;
    http::JsonWriter json(job.out);
    json.begin_object().member("line", std::uint64_t{line});
    const bool settled = outcome.refusal == Refusal::already_recorded;
    if (outcome.kind == ledger::Outcome::Kind::refused && !settled) {
        ++job.rejected;
        json.member("status", std::uint64_t{problem_of(outcome.refusal).status});
        json.key("problem");
        std::string& problem = desk_.scratch();
        append_refusal(problem, outcome,
                       {.state = desk_.state(),
                        .lines_pointer = "#/data/lines",
                        .as_of_seq = answer.durable_seq});
        json.raw(problem);
    } else {
        const bool recorded = outcome.kind == ledger::Outcome::Kind::recorded;
        ++(recorded ? job.accepted : job.duplicates);
        json.member("status", std::uint64_t{recorded ? success_of(job.kind) : 200U});
        if (outcome.seq != 0) {
            if (job.kind == BulkKind::events) json.member("id", as_text(event_name(outcome.seq)));
            json.member("seq", as_text(seq_token(outcome.seq)));
        }
        if (answer.has_fact && answer.fact.type() == FactType::order_created) {
            const auto id = answer.fact.field_as<std::uint64_t>(FieldTag::reservation);
            json.member("reservation",
                        as_text(reservation_name(ReservationId{id.value_or(outcome.seq)})));
        }
        if (!recorded) json.member("duplicate", true);
        if (answer.has_fact) render_notes(json, answer.fact, desk_.state());
    }
    json.end_object();
    job.out.push_back('\n');
}

void BulkJobs::reject(Job& job, std::uint32_t line, const Fault& fault) {
    ++job.rejected;
    std::string text;
    http::JsonWriter json(text);
    json.begin_object()
        .member("line", std::uint64_t{line})
        .member("status", std::uint64_t{fault.kind->status})
        .key("problem");
    std::string problem;
    append_fault(problem, fault);
    json.raw(problem).end_object();
    text.push_back('\n');
    const auto at = std::ranges::upper_bound(job.early, line, {}, &Early::line);
    job.early.insert(at, {line, std::move(text)});
}

void BulkJobs::flush_early(Job& job, std::uint32_t before_line) {
    while (!job.early.empty() && job.early.front().line < before_line) {
        job.out += job.early.front().text;
        job.early.pop_front();
    }
}

bool BulkJobs::finish_if_done(std::uint32_t slot) {
    Job& job = *jobs_[slot];
    const std::size_t end = job.format == BulkFormat::json_array
                                ? job.elements.size()
                                : job.body.size() - http::kBodyPadding;
    if (job.in_flight > 0 || job.at < end) return false;
    flush_early(job, std::numeric_limits<std::uint32_t>::max());
    http::JsonWriter json(job.out);
    json.begin_object()
        .key("summary")
        .begin_object()
        .member("lines", std::uint64_t{job.lines})
        .member("accepted", std::uint64_t{job.accepted})
        .member("duplicates", std::uint64_t{job.duplicates})
        .member("rejected", std::uint64_t{job.rejected})
        .end_object()
        .end_object();
    job.out.push_back('\n');
    HeaderText headers;
    headers.line("Holdfast-Seq", as_text(seq_token(desk_.sequencer().durable_seq())));
    desk_.answer(job.token, 200, kNdjson, job.out, headers.text());
    bytes_ -= job.body.size();
    jobs_[slot] = nullptr;
    return true;
}

}  // namespace holdfast::api
