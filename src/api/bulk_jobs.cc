#include "api/bulk_jobs.h"

#include <algorithm>
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

std::uint64_t token_of(std::uint32_t slot, std::uint32_t line, FactType type) {
    // 16 bits each for the job and the event type, 32 for the line.
    return std::uint64_t{slot} << 48 | static_cast<std::uint64_t>(type) << 32 | line;
}

}  // namespace

/// What reads: the decoder of the thread beside the loop, and what may be looked at there.
struct BulkJobs::Reader {
    Decoder decoder;
    std::uint64_t seed = 0;  // of the state; never changes
};

BulkJobs::BulkJobs(Desk& desk, readmodel::Executor beside)
    : desk_(desk), beside_(std::move(beside)), reader_(std::make_shared<Reader>()) {
    reader_->seed = desk.state().seed;
}

BulkJobs::~BulkJobs() { *alive_ = false; }

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
    auto job = std::make_shared<Job>(body, spare_body());
    job->token = call.token;
    job->kind = kind;
    job->principal = *call.principal;
    job->minimal = prefers_minimal(call.request);
    if (format == BulkFormat::json_array) {
        Fault fault;
        std::vector<std::string_view> elements;
        if (!desk_.decoder().elements(job->lines.body(), batch_lines_max, elements, fault)) {
            desk_.refuse(call.token, fault);
            return;
        }
        job->lines.read_elements(std::move(elements));
    }
    bytes_ += job->lines.bytes();
    const auto free = std::ranges::find_if(jobs_, [](const auto& kept) { return kept == nullptr; });
    const auto slot = static_cast<std::uint32_t>(free - jobs_.begin());
    job->slot = slot;
    if (free == jobs_.end()) {
        jobs_.push_back(std::move(job));
    } else {
        *free = std::move(job);
    }
    pump(slot);
}

void BulkJobs::pump(std::uint32_t slot) {
    const JobPtr kept = jobs_[slot];
    Job& job = *kept;
    job.pumping = true;
    if (!is_live(desk_.state(), job.principal.key_id, desk_.wall())) {
        job.stopped_by = &problems::unauthenticated;
    }
    // Nobody listens: what is in flight will settle, the rest is not begun.
    if (!desk_.server().alive(job.token)) drop_rest(job);
    if (job.kind == BulkKind::events)
        submit_events(kept);
    else
        submit_lines(job);
    job.pumping = false;
    if (finish_if_done(slot)) return;
    // With nothing in flight, no answer will call again. A reader at work will.
    if (turn_bytes_ == 0 || (job.in_flight == 0 && !job.reading)) pump_next_turn(slot);
}

bool BulkJobs::may_submit(const Job& job) const {
    return turn_bytes_ > 0 && job.in_flight < desk_.options().batch_window_max &&
           desk_.sequencer().queued() < desk_.options().batch_queue_commands_max;
}

void BulkJobs::spend(std::size_t line_bytes) {
    turn_bytes_ -= std::min(turn_bytes_, line_bytes + kLineBytes);
}

void BulkJobs::submit_lines(Job& job) {
    while (!job.lines.at_end() && may_submit(job)) {
        const std::string_view text = job.lines.next();
        ++job.line;
        spend(text.size());
        submit_line(job, text);
    }
}

void BulkJobs::submit_events(const JobPtr& job) {
    while (may_submit(*job)) {
        EventChunk* chunk = chunk_to_submit(job);
        if (chunk == nullptr) return;
        submit_event(*job, *chunk);
    }
}

/// The chunk whose next line is to be submitted, if one is read. While it is, the next is read.
EventChunk* BulkJobs::chunk_to_submit(const JobPtr& job) {
    if (!job->chunks.empty() && !job->chunks.back()->done()) return job->chunks.back().get();
    if (job->ready == nullptr) read_ahead(job);
    if (job->ready == nullptr) return nullptr;
    drop_settled_chunks(*job);
    job->chunks.push_back(std::move(job->ready));
    EventChunk* chunk = job->chunks.back().get();
    chunk->first_line = job->line + 1;
    read_ahead(job);
    return chunk;
}

void BulkJobs::read_ahead(const JobPtr& job) {
    if (job->reading || job->ready != nullptr || job->lines.at_end()) return;
    auto chunk = spare_chunk();
    if (!beside_ || job->lines.bytes() < kReadInTurnBytesMax) {
        // Its own decoder may be at work beside the loop.
        chunk->read(desk_.decoder(), reader_->seed, job->lines);
        job->ready = std::move(chunk);
        return;
    }
    job->reading = true;
    // A task must be copyable; the chunk is not.
    beside_([this, alive = alive_, job, reader = reader_, &loop = desk_.loop(),
             chunk = std::make_shared<std::unique_ptr<EventChunk>>(std::move(chunk))] {
        (*chunk)->read(reader->decoder, reader->seed, job->lines);
        loop.post([this, alive, job, chunk] {
            if (!*alive) return;
            job->reading = false;
            job->ready = std::move(*chunk);
            pump(job->slot);
        });
    });
}

void BulkJobs::drop_rest(Job& job) {
    if (job.reading) return;
    job.lines.drop_rest();
    job.ready = nullptr;
    if (!job.chunks.empty()) job.chunks.back()->drop_rest();
}

std::unique_ptr<EventChunk> BulkJobs::spare_chunk() {
    if (spare_chunks_.empty()) return std::make_unique<EventChunk>();
    auto chunk = std::move(spare_chunks_.back());
    spare_chunks_.pop_back();
    return chunk;
}

std::string BulkJobs::spare_body() {
    if (spare_bodies_.empty()) return {};
    std::string memory = std::move(spare_bodies_.back());
    spare_bodies_.pop_back();
    return memory;
}

void BulkJobs::keep_body(std::string memory) {
    if (memory.capacity() <= kSpareBodyBytesMax && spare_bodies_.size() < kSpareBodiesMax)
        spare_bodies_.push_back(std::move(memory));
}

/// Chunks whose lines are all answered are read into again. Commands point into them until then.
void BulkJobs::drop_settled_chunks(Job& job) {
    while (!job.chunks.empty() && job.chunks.front()->done() &&
           job.chunks.front()->unanswered == 0) {
        auto chunk = std::move(job.chunks.front());
        job.chunks.pop_front();
        if (spare_chunks_.size() >= kSpareChunksMax) continue;
        chunk->clear();
        spare_chunks_.push_back(std::move(chunk));
    }
}

void BulkJobs::settle_event(Job& job, std::uint32_t line) {
    for (const auto& chunk : job.chunks) {
        if (line >= chunk->first_line + chunk->lines()) continue;
        if (--chunk->unanswered == 0) drop_settled_chunks(job);
        return;
    }
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
    const std::string_view actor = desk_.sequencer().arena().copy(job.principal.actor);
    if (job.kind == BulkKind::items) {
        UpsertItem item;
        if (!decoder.item(text, item, fault)) return false;
        item.envelope.actor = actor;
        command = item;
    } else {
        UpsertLocation location;
        if (!decoder.location(text, location, fault)) return false;
        location.envelope.actor = actor;
        command = location;
    }
    return true;
}

/// A source that numbers its events sends them in order: nothing may overtake a line that was not
/// taken.
bool BulkJobs::reject_stopped(Job& job) {
    if (job.stopped_by == nullptr) return false;
    Fault fault;
    fault.set(*job.stopped_by, {}, {});
    reject(job, job.line, fault);
    return true;
}

void BulkJobs::submit_line(Job& job, std::string_view text) {
    if (reject_stopped(job)) return;
    Command command;
    if (Fault fault; !decode(job, text, command, fault)) {
        reject(job, job.line, fault);
        return;
    }
    submit(job, command, {});
}

bool BulkJobs::may_tell(Job& job, RecordEvent& event, Fault& fault) {
    if (!job.principal.speaks_as(event.envelope.source))
        return fault.set(problems::source_not_allowed, "#/source", speaks_only_as(job.principal));
    if (!may_record(job.principal, desk_.state(), event))
        return fault.set(problems::forbidden, {},
                         "Needs events:write on the channel and locations of the event.");
    return true;
}

void BulkJobs::submit_event(Job& job, EventChunk& chunk) {
    EventChunk::Row& row = chunk.take(desk_.state());
    ++job.line;
    spend(row.bytes);
    if (reject_stopped(job)) return;
    if (!row.good) {
        reject(job, job.line, chunk.fault());
        return;
    }
    RecordEvent& event = row.text.event;
    if (Fault fault; !may_tell(job, event, fault)) {
        reject(job, job.line, fault);
        return;
    }
    // Lives as long as the job, and the job until the command is answered.
    event.envelope.actor = job.principal.actor;
    ++chunk.unanswered;
    submit(job, event, event.type);
}

void BulkJobs::submit(Job& job, const Command& command, FactType type) {
    ++job.in_flight;
    desk_.sequencer().submit(command, this, token_of(job.slot, job.line, type));
}

void BulkJobs::answered(std::uint64_t token, const sequencer::Answer& answer) {
    const auto slot = static_cast<std::uint32_t>(token >> 48);
    const auto line = static_cast<std::uint32_t>(token);
    const auto type = static_cast<std::size_t>(token >> 32 & 0xffff) % Metrics::kCodesMax;
    Job& job = *jobs_[slot];
    --job.in_flight;
    if (job.kind == BulkKind::events) settle_event(job, line);
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
    const bool settled = outcome.refusal == Refusal::already_recorded;
    const bool refused = outcome.kind == ledger::Outcome::Kind::refused && !settled;
    const bool recorded = outcome.kind == ledger::Outcome::Kind::recorded;
    ++(refused ? job.rejected : recorded ? job.accepted : job.duplicates);
    if (job.minimal && !refused) return;
    http::JsonWriter json(job.out);
    json.begin_object().member("line", std::uint64_t{line});
    if (refused) {
        json.member("status", std::uint64_t{problem_of(outcome.refusal).status});
        json.key("problem");
        std::string& problem = desk_.scratch();
        append_refusal(problem, outcome,
                       {.state = desk_.state(),
                        .lines_pointer = "#/data/lines",
                        .as_of_seq = answer.durable_seq});
        json.raw(problem);
    } else {
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
    if (job.in_flight > 0 || !job.all_submitted()) return false;
    flush_early(job, std::numeric_limits<std::uint32_t>::max());
    http::JsonWriter json(job.out);
    json.begin_object()
        .key("summary")
        .begin_object()
        .member("lines", std::uint64_t{job.line})
        .member("accepted", std::uint64_t{job.accepted})
        .member("duplicates", std::uint64_t{job.duplicates})
        .member("rejected", std::uint64_t{job.rejected})
        .end_object()
        .end_object();
    job.out.push_back('\n');
    HeaderText headers;
    headers.line("Holdfast-Seq", as_text(seq_token(desk_.sequencer().durable_seq())));
    if (job.minimal) headers.line("Preference-Applied", "return=minimal");
    desk_.answer(job.token, 200, kNdjson, job.out, headers.text());
    bytes_ -= job.lines.bytes();
    keep_body(job.lines.take_memory());
    jobs_[slot] = nullptr;
    return true;
}

}  // namespace holdfast::api
