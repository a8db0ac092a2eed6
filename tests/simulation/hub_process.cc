#include "simulation/hub_process.h"

#include <algorithm>

namespace holdfast::simulation {
namespace {

using std::chrono::milliseconds;

/// As in hub/hub.cc.
constexpr Microseconds kExpiryPeriod = milliseconds(100);
constexpr Microseconds kExpiryPeriodBusy = milliseconds(1);
constexpr Microseconds kIdlePeriod = milliseconds(10);
/// A step of a checkpoint beside the service takes about so long on a busy machine.
constexpr Microseconds kCheckpointStep = milliseconds(2);
/// Longest time for which messages gather before the loop's turn begins.
constexpr Microseconds kGather{40};

journal::FileJournalOptions journal_options(const Swarm& swarm) {
    return {.segment_bytes = swarm.segment_bytes,
            .spare_segments = swarm.spare_segments,
            .low_percent = 5,
            .low_bytes = 2 * swarm.segment_bytes,
            .look_period = milliseconds(100),
            .ring_bytes = swarm.ring_bytes,
            .ring_batches = 64};
}

sequencer::SequencerOptions sequencer_options(const Swarm& swarm) {
    return {.queue_commands_max = swarm.queue_commands_max,
            .group_bytes_max = swarm.group_bytes_max,
            .group_commands_max = swarm.group_commands_max,
            .expire_holds_max = swarm.expire_holds_max,
            .checkpoint_after_facts = swarm.checkpoint_after_facts,
            .limits = {.keys_max = swarm.keys_max, .reservations_max = swarm.reservations_max}};
}

}  // namespace

void SteppedCheckpoints::start(const journal::Head& end, Done done) {
    follower_.emplace(disk_, loop_.clock(), end, limits_);
    done_ = std::move(done);
    step_soon();
}

void SteppedCheckpoints::stop() {
    timer_.reset();
    follower_.reset();
}

void SteppedCheckpoints::step_soon() {
    timer_ = loop_.call_after(kCheckpointStep, [this] {
        const Result<bool> more = follower_->step();
        if (more && *more) return step_soon();
        const Result<sequencer::CheckpointReport> report =
            more ? Result<sequencer::CheckpointReport>(follower_->report())
                 : Result<sequencer::CheckpointReport>(tl::unexpected(more.error()));
        follower_.reset();
        done_(report);
    });
}

HubProcess::HubProcess(Machine& machine, const Swarm& swarm, Oracle& oracle, Coverage& coverage,
                       PlantedBug bug, Answered on_answer)
    : machine_(machine),
      swarm_(swarm),
      oracle_(oracle),
      coverage_(coverage),
      bug_(bug),
      on_answer_(std::move(on_answer)),
      loop_(machine.network, machine.clock),
      journal_(machine.disk, machine.clock, machine.random, journal_options(swarm)),
      watched_(journal_, oracle, machine.world, bug == PlantedBug::answers_early),
      checkpoints_(machine.disk),
      sequencer_(machine.clock, watched_, &checkpoints_, sequencer_options(swarm)),
      beside_(loop_, machine.disk, sequencer_options(swarm).limits) {
    loop_.set_turn_delay(kGather);
    sequencer_.take_checkpoints_with(beside_);
    sequencer_.on_fatal([this] { ended_ = true; });
}

Result<sequencer::Recovery> HubProcess::start() {
    auto recovered = sequencer_.recover();
    if (!recovered) return recovered;
    segments_at_start_ = journal_.status().segments;
    loop_.on_turn_end([this] { end_turn(); });
    keep_expiring(kExpiryPeriod);
    keep_idle_work_going();
    return recovered;
}

std::uint64_t HubProcess::segments_begun() const {
    return journal_.status().segments - segments_at_start_;
}

// A planted bug breaks what the types protect.
void HubProcess::plant(Command& command) {
    ++submitted_;
    auto& state = const_cast<ledger::State&>(sequencer_.state());
    if (bug_ == PlantedBug::forgets_keys && submitted_ % 8 == 0)
        state.transport_keys =
            ledger::KeyTable(ledger::transport_key_generation, ledger::transport_key_generations);
    if (bug_ == PlantedBug::invents_stock && submitted_ % 64 == 0) {
        bool made = false;
        state.positions.add(SkuId{0}, LocationId{0}, Bucket::sellable, 5, state.seq, made);
    }
    if (bug_ != PlantedBug::mixes_requests) return;
    if (auto* reserve = std::get_if<ReserveStock>(&command)) {
        const std::vector<Line> lines(reserve->lines.begin(), reserve->lines.end());
        if (submitted_ % 8 == 0 && !last_lines_.empty()) reserve->lines = last_lines_;
        if (last_lines_.empty()) last_lines_ = lines;
    }
}

void HubProcess::deliver(std::uint64_t request) {
    loop_.post([this, request] {
        if (!ended_) process(request);
    });
}

void HubProcess::process(std::uint64_t request) {
    const std::uint64_t token = oracle_.delivered(request, machine_.world.now());
    if (bug_ == PlantedBug::drops_answers && request % 97 == 96) return;
    Command command = bind(oracle_.asked(request).request, sequencer_.arena());
    if (bug_ != PlantedBug::none) plant(command);
    if (oracle_.commit_under_way()) coverage_.hit(Path::group_while_committing);
    sequencer_.submit(command, this, token);
}

void HubProcess::answered(std::uint64_t token, const sequencer::Answer& answer) {
    // A machine without power says nothing; the process above it does not know yet.
    if (machine_.disk.crashed()) return;
    sequencer::Answer said = answer;
    if (bug_ == PlantedBug::mixes_answers && token % 50 == 49 && said.has_fact &&
        said.outcome.seq > 1)
        --said.outcome.seq;
    oracle_.answered(token, said);
    const std::uint64_t request = oracle_.request_of_token(token);
    machine_.world.note(token * 8 + static_cast<std::uint64_t>(said.kind));
    machine_.world.note(said.outcome.seq * 128 + static_cast<std::uint64_t>(said.outcome.refusal));
    on_answer_(request, reply_of(said));
}

void HubProcess::end_turn() {
    if (ended_) return;
    sequencer_.turn();
    if (sequencer_.counters().commits != commits_seen_) {
        commits_seen_ = sequencer_.counters().commits;
        keep_idle_work_going();
    }
    if (sequencer_.taking_checkpoint() && !std::exchange(checkpoint_seen_, true))
        commits_at_checkpoint_ = commits_seen_;
    for (; checkpoints_seen_ < sequencer_.counters().checkpoints; ++checkpoints_seen_) {
        coverage_.hit(Path::checkpoint_taken);
        if (std::exchange(checkpoint_seen_, false) && commits_seen_ > commits_at_checkpoint_)
            coverage_.hit(Path::commits_during_checkpoint);
    }
}

void HubProcess::keep_expiring(Microseconds after) {
    expiry_timer_ = loop_.call_after(after, [this] {
        if (bug_ == PlantedBug::trusts_any_clock) sequencer_.expiry_clock().resume();
        keep_expiring(sequencer_.expire() ? kExpiryPeriodBusy : kExpiryPeriod);
    });
}

void HubProcess::keep_idle_work_going() {
    if (idle_armed_) return;
    idle_armed_ = true;
    idle_timer_ = loop_.call_after(kIdlePeriod, [this] {
        idle_armed_ = false;
        const bool worked = sequencer_.idle_work();
        if (worked || journal_.wants_idle_work()) keep_idle_work_going();
    });
}

}  // namespace holdfast::simulation
