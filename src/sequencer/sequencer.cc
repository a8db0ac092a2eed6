#include "sequencer/sequencer.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/check.h"
#include "base/planted.h"

namespace holdfast::sequencer {
namespace {

/// Commands whose rows are asked for together, a group ahead of the one being decided: the waits
/// for where their memory is then overlap, which they do not when a decision stands between two of
/// them.
constexpr std::size_t kPrefetchedTogether = 16;

/// What is taken while the disk is low: commands that end promises, since they free what they hold;
/// confirmations, since somebody has paid; and API keys, since a stolen one cannot wait.
bool taken_on_low_disk(const Command& command) {
    if (planted(Bug::low_disk_takes_everything)) return true;
    if (std::holds_alternative<StepReservation>(command)) {
        const auto step = std::get<StepReservation>(command).step;
        return step == ReservationStep::confirm || step == ReservationStep::release;
    }
    if (const auto* event = std::get_if<RecordEvent>(&command))
        return event->type == FactType::order_cancelled ||
               (event->type == FactType::order_created && event->names_reservation);
    return std::holds_alternative<ExpireHolds>(command) ||
           std::holds_alternative<CreateApiKey>(command) ||
           std::holds_alternative<RevokeApiKey>(command);
}

/// What only the hub's own clock says.
bool is_clocks_own(const Command& command) {
    return std::holds_alternative<ExpireHolds>(command) ||
           std::holds_alternative<WakeCases>(command);
}

std::uint64_t cases_named_by(ByteSpan fact) {
    const auto ids = FactView::trusted(fact).field(FieldTag::case_ids);
    return ids ? ids->size() / sizeof(std::uint64_t) : 0;
}

}  // namespace

std::string_view name(Unavailable reason) {
    switch (reason) {
        case Unavailable::none: return "none";
        case Unavailable::overloaded: return "overloaded";
        case Unavailable::disk_low: return "disk_low";
        case Unavailable::disk_full: return "disk_full";
        case Unavailable::draining: return "draining";
    }
    return "unknown";
}

void Sequencer::Group::clear() {
    arena.reset();
    facts.clear();
    pending.clear();
    first_seq = 0;
    fact_count = 0;
    entry_count = 0;
    log_time = Instant{};
}

void Sequencer::Intake::clear() {
    arena.reset();
    commands.clear();
    done = 0;
}

Sequencer::Sequencer(const os::Clock& clock, journal::Journal& journal,
                     journal::CheckpointStore* checkpoints, const SequencerOptions& options)
    : clock_(clock),
      journal_(journal),
      checkpoints_(checkpoints),
      options_(options),
      expiry_clock_(clock),
      group_bytes_max_(options.group_bytes_max),
      filling_(std::make_unique<Intake>()),
      deciding_(std::make_unique<Intake>()),
      building_(std::make_unique<Group>()),
      spare_(std::make_unique<Group>()) {
    building_->facts.reserve(options_.group_bytes_max);
    spare_->facts.reserve(options_.group_bytes_max);
}

Sequencer::~Sequencer() = default;

bool Sequencer::idle() const {
    return in_flight_ == nullptr && building_->pending.empty() && building_->fact_count == 0 &&
           queued() == 0;
}

void Sequencer::submit(const Command& command, Caller* caller, std::uint64_t token) {
    if (failed_) {
        answer_unavailable({command, caller, token}, Unavailable::draining);
        return;
    }
    if (queued() >= options_.queue_commands_max) {
        answer_unavailable({command, caller, token}, Unavailable::overloaded);
        return;
    }
    filling_->commands.push_back({command, caller, token});
}

void Sequencer::turn() {
    journal_status_ = journal_.status();
    // A watermark may fail while no commit is under way to tell of it.
    if (journal_status_.failed && in_flight_ == nullptr && !failed_)
        fail(journal::AppendOutcome::unknown);
    pump();
}

bool Sequencer::expire() {
    if (failed_) return false;
    // Asked every time, so that slewing is followed whether or not a hold is near its end.
    if (expiry_clock_.verdict(last_stamp_) != ExpiryClock::Verdict::trusted) return false;
    const Instant wall = clock_.wall();
    const bool holds = machines_.ledger->reservations.next_deadline() <= wall;
    const bool cases = machines_.cases->table.next_wake() <= wall;
    if (holds) submit(ExpireHolds{.holds_max = options_.expire_holds_max}, nullptr, 0);
    if (cases) submit(WakeCases{}, nullptr, 0);
    return holds || cases;
}

void Sequencer::report_overdue() {
    if (failed_ || machines_.ledger->next_overdue() > clock_.wall()) return;
    submit(ReportOverdue{}, nullptr, 0);
}

void Sequencer::start_draining() {
    turn();
    draining_ = true;
}

// Decides, commits and answers until there is nothing left to do without waiting for the disk.
void Sequencer::pump() {
    if (pumping_ || failed_) return;
    pumping_ = true;
    wall_ = std::max(clock_.wall(), expiry_clock_.expected_wall());
    while (!failed_) {
        decide_queued();
        if (in_flight_ != nullptr) break;
        if (building_->fact_count > 0) {
            start_commit();
        } else if (!building_->pending.empty()) {
            // Refusals only, and nothing undecided before them: they rest on durable state.
            std::unique_ptr<Group> group = std::exchange(building_, std::move(spare_));
            if (building_ == nullptr) building_ = std::make_unique<Group>();
            answer(*group);
            group->clear();
            spare_ = std::move(group);
        } else {
            break;
        }
    }
    pumping_ = false;
}

bool Sequencer::group_full() const {
    return building_->facts.size() >= group_bytes_max_ ||
           building_->pending.size() >= options_.group_commands_max;
}

/// Makes sure that there is something to decide. False: nothing has arrived.
bool Sequencer::take_intake() {
    if (deciding_->left() > 0) return true;
    deciding_->clear();
    std::swap(deciding_, filling_);
    return deciding_->left() > 0;
}

// A caller that is answered on the way may submit again: that goes to the other intake.
void Sequencer::decide_queued() {
    while (!group_full() && take_intake()) {
        const std::vector<Queued>& commands = deciding_->commands;
        const std::size_t at = deciding_->done;
        if (at == 0) prefetch(commands, 0);
        if (at % kPrefetchedTogether == 0) prefetch(commands, at + kPrefetchedTogether);
        const Queued& queued = commands[at];
        const Unavailable reason = unavailable_for(queued.command);
        if (reason == Unavailable::none)
            decide_one(queued);
        else
            answer_unavailable(queued, reason);
        ++deciding_->done;
    }
}

void Sequencer::prefetch(const std::vector<Queued>& commands, std::size_t from) const {
    const std::size_t end = std::min(from + kPrefetchedTogether, commands.size());
    for (std::size_t at = from; at < end; ++at)
        ledger::prefetch(*machines_.ledger, commands[at].command);
}

void Sequencer::decide_one(const Queued& queued) {
    // The wall clock may have been moved since expire() asked: the command waits for its turn, and
    // what it ends is decided by its stamp.
    if (is_clocks_own(queued.command) &&
        expiry_clock_.verdict(last_stamp_) != ExpiryClock::Verdict::trusted)
        return;
    Group& group = *building_;
    const std::size_t start = group.facts.size();
    FactWriter writer(group.facts);
    const Stamp at{.now = stamp(), .next_seq = machines_.seq() + 1};
    const Arena::Mark before = group.arena.mark();
    const Outcome outcome = machines_.decide(queued.command, at, group.arena, writer);
    // What deciding took is free again, and still in the processor's cache, for the next decision.
    if (outcome.problems.empty()) group.arena.rewind(before);
    ++counters_.commands;
    // Repeats may write as well: that a source's number carried one.
    if (outcome.facts > 0) {
        if (group.fact_count == 0) group.first_seq = at.next_seq;
        ByteSpan rest = ByteSpan(group.facts).subspan(start);
        for (; !rest.empty(); rest = rest.subspan(FactView::trusted(rest).size()))
            machines_.apply(FactView::trusted(rest));
        group.fact_count += outcome.facts;
        ++group.entry_count;
        group.log_time = at.now;
        last_stamp_ = at.now;
    }
    switch (outcome.kind) {
        case ledger::Outcome::Kind::recorded:
            if (std::holds_alternative<ExpireHolds>(queued.command))
                counters_.expired +=
                    machines_.seq() + 1 - outcome.seq;  // less the name it may intern
            if (std::holds_alternative<WakeCases>(queued.command))
                counters_.woken +=
                    cases_named_by(ByteSpan(group.facts).subspan(start + outcome.answer_offset));
            break;
        case ledger::Outcome::Kind::repeated: ++counters_.repeated; break;
        case ledger::Outcome::Kind::refused: ++counters_.refused; break;
        case ledger::Outcome::Kind::idle: break;
    }
    if (queued.caller != nullptr)
        group.pending.push_back(
            {queued.caller, queued.token, outcome, start + outcome.answer_offset});
}

Instant Sequencer::stamp() { return std::max(last_stamp_ + Microseconds{1}, wall_); }

Unavailable Sequencer::unavailable_for(const Command& command) const {
    if (draining_ && !std::holds_alternative<ExpireHolds>(command)) return Unavailable::draining;
    if (journal_status_.disk_full) return Unavailable::disk_full;
    if (journal_status_.disk_low && !taken_on_low_disk(command)) return Unavailable::disk_low;
    return Unavailable::none;
}

void Sequencer::answer_unavailable(const Queued& queued, Unavailable reason) {
    if (queued.caller == nullptr) return;
    Answer answer;
    answer.kind = Answer::Kind::unavailable;
    answer.reason = reason;
    answer.durable_seq = durable_seq_;
    queued.caller->answered(queued.token, answer);
}

void Sequencer::start_commit() {
    HOLDFAST_CHECK(in_flight_ == nullptr, "one commit at a time");
    in_flight_ = std::exchange(building_, std::move(spare_));
    if (building_ == nullptr) building_ = std::make_unique<Group>();
    const Group& group = *in_flight_;
    HOLDFAST_CHECK(group.first_seq == head_.next_seq, "groups follow each other without a gap");
    const journal::Batch batch{.number = head_.next_batch,
                               .first_entry = head_.next_entry,
                               .entry_count = group.entry_count,
                               .first_seq = group.first_seq,
                               .fact_count = group.fact_count,
                               .log_time = group.log_time,
                               .wall = expiry_clock_.trusted_wall(),
                               .since_boot = clock_.since_boot(),
                               .boot_id = clock_.boot_id(),
                               .body = group.facts};
    if (planted(Bug::acknowledge_before_sync)) answer(group);
    journal_.append(batch, [this](journal::AppendOutcome outcome) { committed(outcome); });
}

void Sequencer::committed(journal::AppendOutcome outcome) {
    HOLDFAST_CHECK(in_flight_ != nullptr, "only a commit under way ends");
    if (outcome != journal::AppendOutcome::applied) {
        fail(outcome);
        return;
    }
    std::unique_ptr<Group> group = std::move(in_flight_);
    head_.next_batch += 1;
    head_.next_entry += group->entry_count;
    head_.next_seq += group->fact_count;
    durable_seq_ = group->first_seq + group->fact_count - 1;
    ++counters_.commits;
    counters_.facts += group->fact_count;
    counters_.bytes += group->facts.size();
    bytes_since_checkpoint_ += group->facts.size();
    checkpoint_bytes_max_ += group->facts.size();
    if (!planted(Bug::acknowledge_before_sync)) answer(*group);
    group->clear();
    if (spare_ == nullptr) spare_ = std::move(group);
    for (const auto& observer : observers_) observer(durable_seq_);
    pump();
}

// The disk failed, or the journal has another owner now: the speculative state is worth nothing.
void Sequencer::fail(journal::AppendOutcome outcome) {
    failed_ = true;
    const std::unique_ptr<Group> lost = std::move(in_flight_);
    const std::uint64_t end = lost == nullptr ? head_.next_seq : head_.next_seq + lost->fact_count;
    // A fenced journal has written nothing; a failed one may have.
    const std::uint64_t unknown_before =
        outcome == journal::AppendOutcome::fenced ? head_.next_seq : end;
    if (lost != nullptr) answer_after_failure(*lost, head_.next_seq, unknown_before);
    answer_after_failure(*building_, head_.next_seq, unknown_before);
    for (const auto& intake : {std::cref(deciding_), std::cref(filling_)})
        for (Intake& left = *intake.get(); left.left() > 0; ++left.done)
            answer_unavailable(left.commands[left.done], Unavailable::draining);
    building_->clear();
    if (on_fatal_) on_fatal_();
}

// What each caller may be told for sure: a fact before `certain_before` is durable, one before
// `unknown_before` may be, and no later one was handed to the disk. A refusal did nothing.
void Sequencer::answer_after_failure(const Group& group, std::uint64_t certain_before,
                                     std::uint64_t unknown_before) {
    for (const Pending& pending : group.pending) {
        const bool effect = pending.outcome.kind == ledger::Outcome::Kind::recorded ||
                            pending.outcome.kind == ledger::Outcome::Kind::repeated;
        if (!effect || pending.outcome.seq >= unknown_before) {
            answer_unavailable({{}, pending.caller, pending.token}, Unavailable::draining);
            continue;
        }
        Answer answer = answer_for(group, pending);
        if (pending.outcome.seq >= certain_before) answer.kind = Answer::Kind::unknown;
        pending.caller->answered(pending.token, answer);
    }
}

void Sequencer::answer(const Group& group) {
    for (const Pending& pending : group.pending)
        pending.caller->answered(pending.token, answer_for(group, pending));
}

Answer Sequencer::answer_for(const Group& group, const Pending& pending) {
    Answer answer;
    answer.outcome = pending.outcome;
    answer.durable_seq = durable_seq_;
    if (pending.outcome.kind == ledger::Outcome::Kind::recorded) {
        answer.fact = FactView::trusted(ByteSpan(group.facts).subspan(pending.fact_offset));
        answer.has_fact = true;
    } else if (pending.outcome.kind == ledger::Outcome::Kind::repeated) {
        answer.has_fact = find_fact(
            pending.outcome.seq - (planted(Bug::repeat_tells_another_fact) ? 1 : 0), answer.fact);
    }
    return answer;
}

bool Sequencer::find_fact(std::uint64_t seq, FactView& fact) {
    bool found = false;
    // A failure that the visitor returns stops the read; it is ours, not the journal's.
    (void)journal_.read(seq, [&](const journal::Batch& batch) -> Result<void> {
        for (ByteSpan rest = batch.body; !rest.empty();) {
            const Result<FactView> next = FactView::parse(rest);
            if (!next) return tl::unexpected(next.error());
            if (next->seq() == seq) {
                found_.assign(next->bytes().begin(), next->bytes().end());
                found = true;
                break;
            }
            rest = rest.subspan(next->size());
        }
        return failure(ErrorCode::closed, "the fact's batch was read");
    });
    if (found) fact = FactView::trusted(found_);
    return found;
}

}  // namespace holdfast::sequencer
