// How the hub of a simulation starts, dies and comes back.
#include <fmt/format.h>

#include "simulation/simulation.h"

namespace holdfast::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A supervisor starts a dead process again within this time; power takes longer to return.
constexpr Microseconds kRestartMax = seconds(1);
constexpr Microseconds kOutageMax = seconds(20);
/// Points at which a recovery may be struck down.
constexpr std::uint64_t kRecoveryPoints = 30;

}  // namespace

void Simulation::schedule_start(Microseconds after) {
    if (start_scheduled_) return;
    start_scheduled_ = true;
    machine_.world.schedule_after(after, [this] {
        start_scheduled_ = false;
        start_hub();
    });
}

void Simulation::start_hub() {
    if (hub_ != nullptr) return;
    if (faults_on_ && swarm_.recovery_fault != 0 &&
        random_.below(1'000'000) < swarm_.recovery_fault)
        crash_at_point(random_.one_in(2) ? Death::process : Death::power, kRecoveryPoints);
    if (const auto names = machine_.disk.list())
        for (const std::string& name : *names)
            if (name.starts_with("checkpoint") && name.ends_with(os::kTemporarySuffix))
                coverage_.hit(Path::checkpoint_interrupted);
    hub_ = std::make_unique<HubProcess>(
        machine_, swarm_, oracle_, coverage_, options_.bug,
        [this](std::uint64_t request, const Reply& reply) { messages_.answer(request, reply); });
    starting_ = true;
    const auto recovered = hub_->start();
    starting_ = false;
    if (recovered)
        hub_started(*recovered);
    else
        hub_failed_to_start(recovered.error());
}

void Simulation::hub_started(const sequencer::Recovery& recovered) {
    trace(fmt::format(
        "the hub serves: checkpoint at seq {}, {} facts replayed, {}", recovered.checkpoint_seq,
        recovered.facts_replayed,
        hub_->journal().torn_tail().empty() ? "clean tail" : hub_->journal().torn_tail()));
    // The machine may have stopped at the last step of a recovery that still returned.
    if (machine_.disk.crashed()) return;
    if (boot_of_last_life_ != 0) {
        coverage_.hit(Path::recovered);
        coverage_.hit(recovered.checkpoint_seq == 0 ? Path::recovered_from_start
                                                    : Path::recovered_from_checkpoint);
        coverage_.hit(boot_of_last_life_ == machine_.clock.boot_id()
                          ? Path::recovered_in_same_boot
                          : Path::recovered_in_other_boot);
        if (!hub_->journal().torn_tail().empty()) coverage_.hit(Path::torn_tail);
        if (std::exchange(failed_disk_, false)) coverage_.hit(Path::recovered_after_failed_disk);
    }
    // After another boot the hub has nothing but the wall clock to go by.
    if (boot_of_last_life_ != machine_.clock.boot_id()) accept_wall();
    boot_of_last_life_ = machine_.clock.boot_id();
    if (options_.bug == PlantedBug::loses_checkpoint_row && recovered.checkpoint_seq != 0) {
        bool made = false;
        const_cast<ledger::State&>(hub_->sequencer().state())
            .positions.add(SkuId{0}, LocationId{0}, Bucket::damaged, 1, 1, made);
    }
    oracle_.verify_recovery(hub_->sequencer(), machine_.world.now());
}

void Simulation::hub_failed_to_start(const Failure& failure) {
    coverage_.hit(Path::recovery_failed);
    trace("the hub does not start: " + to_string(failure));
    if (machine_.disk.crashed()) {
        coverage_.hit(death_at_point_ == Death::power ? Path::power_cut_in_recovery
                                                      : Path::process_killed_in_recovery);
        return;  // after_event sees to it
    }
    const bool excused =
        failure.code == ErrorCode::io_error || failure.code == ErrorCode::disk_full;
    if (!excused || !faults_on_) oracle_.fail("the hub does not start: " + to_string(failure));
    die(Death::process);
}

void Simulation::die(Death death) {
    ++crashes_;
    stopping_ = false;
    if (hub_ != nullptr && !starting_)
        for (std::uint64_t n = hub_->segments_begun(); n > 0; --n)
            coverage_.hit(Path::segment_begun);
    hub_.reset();
    if (death == Death::process) {
        trace("the process dies");
        machine_.disk.kill_process();
    } else {
        trace("the power goes");
        const bool lies = machine_.disk.faults().syncs_lie;
        machine_.disk.crash(random_);
        machine_.disk.faults().syncs_lie = lies;
        const Microseconds outage = machine_.world.random_delay(milliseconds(500), kOutageMax);
        // The world's own time passes too: the start is scheduled after the outage.
        machine_.clock.reboot(Microseconds{0});
        schedule_start(outage);
    }
    if (options_.bug == PlantedBug::loses_tail) {
        const auto names = machine_.disk.list();
        for (const std::string& name : *names)
            if (const auto bytes = machine_.disk.read_all(name); bytes && !bytes->empty())
                for (std::uint64_t at = bytes->size() - 1; at > 0; --at)
                    if ((*bytes)[at] != std::byte{0} && name.ends_with(".hfj")) {
                        machine_.disk.corrupt(name, at, 0x5A);
                        break;
                    }
    }
    schedule_start(machine_.world.random_delay(milliseconds(1), kRestartMax));
}

/// What an event may have brought about: the machine stopped at a point, or the process gave up.
void Simulation::after_event() {
    if (machine_.disk.crashed()) {
        const bool power = death_at_point_ == Death::power;
        coverage_.hit(power ? Path::power_cut_at_point : Path::process_killed_at_point);
        die(death_at_point_);
        return;
    }
    if (hub_ != nullptr && hub_->ended()) {
        trace("the disk failed and the process ends: " + hub_->journal().failure_text());
        failed_disk_ = true;
        return die(Death::process);
    }
    if (stopping_ && hub_ != nullptr) finish_stop();
}

/// As a hub that was told to stop: it takes nothing more, finishes, writes a checkpoint, ends.
void Simulation::finish_stop() {
    if (!hub_->sequencer().idle()) return;
    const auto taken = hub_->sequencer().checkpoint();
    if (machine_.disk.crashed()) return after_event();
    if (!taken && !faults_on_)
        return oracle_.fail("a last checkpoint fails: " + to_string(taken.error()));
    trace("the hub stops");
    coverage_.hit(Path::hub_stopped);
    die(Death::process);
}

}  // namespace holdfast::simulation
