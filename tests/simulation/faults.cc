// What strikes a simulation, and when.
#include <fmt/format.h>

#include "simulation/simulation.h"

namespace holdfast::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Persistence points or writes ahead at which something strikes.
constexpr std::uint64_t kPointsAhead = 60;
constexpr std::uint64_t kWritesAhead = 8;
/// A wall clock step that the expiry clock must notice, and one that it takes for slewing.
constexpr Microseconds kStepMin = seconds(6);
constexpr Microseconds kStepMax = seconds(5400);
constexpr Microseconds kSlewMax = milliseconds(4900);

}  // namespace

void Simulation::maybe_fault() {
    if (!faults_on_ || swarm_.requests_per_fault == 0 || !random_.one_in(swarm_.requests_per_fault))
        return;
    const auto fault = static_cast<Fault>(random_.below(kFaultCount));
    if (!swarm_.enabled[static_cast<std::size_t>(fault)]) return;
    // Not in the event of a request, but among the events that it causes.
    machine_.world.schedule_after(machine_.world.random_delay(Microseconds{0}, milliseconds(20)),
                                  [this, fault] {
                                      if (faults_on_) strike(fault);
                                  });
}

void Simulation::crash_at_point(Death death, std::uint64_t points_max) {
    death_at_point_ = death;
    machine_.disk.crash_after(1 + random_.below(points_max));
}

void Simulation::strike(Fault fault) {
    const bool may_crash = hub_ != nullptr && crashes_ < swarm_.crashes_max;
    const bool crashes = fault <= Fault::sync_error;
    if (crashes && !may_crash) return;
    trace(fmt::format("fault: {}", name(fault)));
    auto& disk = machine_.disk;
    switch (fault) {
        case Fault::kill: coverage_.hit(Path::process_killed); return die(Death::process);
        case Fault::kill_at_point: return crash_at_point(Death::process, kPointsAhead);
        case Fault::power_cut: coverage_.hit(Path::power_cut); return die(Death::power);
        case Fault::power_cut_at_point: return crash_at_point(Death::power, kPointsAhead);
        case Fault::write_error:
            coverage_.hit(Path::write_failed);
            disk.faults().fail_write_in = 1 + random_.below(kWritesAhead);
            return;
        case Fault::sync_error:
            coverage_.hit(Path::sync_failed);
            disk.faults().fail_sync_in = 1 + random_.below(kWritesAhead);
            return;
        case Fault::change_error:
            coverage_.hit(Path::change_failed);
            disk.faults().fail_change_in = 1 + random_.below(2);
            return;
        case Fault::disk_full: return fill_disk();
        case Fault::slow_disk:
            coverage_.hit(Path::disk_slow);
            slow_until_ = machine_.world.now() + milliseconds(500);
            return;
        case Fault::pause:
            if (hub_ == nullptr) return;
            coverage_.hit(Path::hub_paused);
            return hub_->pause(machine_.world.now() +
                               machine_.world.random_delay(milliseconds(50), seconds(20)));
        case Fault::unreachable:
            coverage_.hit(Path::hub_unreachable);
            return messages_.cut(machine_.world.now() +
                                 machine_.world.random_delay(milliseconds(50), seconds(5)));
        case Fault::wall_step: {
            // Half of the time somebody sets right what is wrong.
            const Microseconds by = machine_.world.random_delay(kStepMin, kStepMax);
            if (wall_off_ != Microseconds{0} && random_.one_in(2)) return step_wall(-wall_off_);
            return step_wall(random_.one_in(2) ? by : -by);
        }
        case Fault::wall_slew: {
            coverage_.hit(Path::wall_slewed);
            const Microseconds by = machine_.world.random_delay(-kSlewMax, kSlewMax);
            return move_wall(by);
        }
        case Fault::quiet:
            coverage_.hit(Path::quiet_time);
            return crowd_.quiet(machine_.world.now() +
                                machine_.world.random_delay(seconds(10), seconds(1200)));
        case Fault::resume:
            if (hub_ == nullptr || hub_->ended()) return;
            coverage_.hit(Path::expiry_resumed_by_person);
            hub_->sequencer().expiry_clock().resume();
            return accept_wall();
        case Fault::stop:
            if (!may_crash || hub_->ended()) return;
            hub_->drain();
            stopping_ = true;
            return;
        case Fault::kCount: return;
    }
}

void Simulation::step_wall(Microseconds by) {
    coverage_.hit(by > Microseconds{0} ? Path::wall_stepped_forward : Path::wall_stepped_back);
    move_wall(by);
}

void Simulation::move_wall(Microseconds by) {
    trace(fmt::format("the wall clock moves by {} us", by.count()));
    machine_.clock.step_wall(by);
    wall_off_ += by;
    if (by < Microseconds{0}) wall_set_back_ -= by;
    // So little is taken for slewing, and deadlines may be off by as much.
    const Microseconds off = wall_off_ - wall_accepted_;
    if (std::chrono::abs(off) <= sequencer::clock_disagreement_max) accept_wall();
}

/// From now on the hub goes by the wall clock as it is.
void Simulation::accept_wall() {
    oracle_.clock_moved(wall_off_ - wall_accepted_);
    wall_accepted_ = wall_off_;
}

void Simulation::fill_disk() {
    coverage_.hit(Path::disk_filled);
    auto& disk = machine_.disk;
    const auto space = disk.space();
    if (!space) return;
    const std::uint64_t used = space->total_bytes - space->free_bytes;
    disk.set_capacity(used + random_.below(3 * swarm_.segment_bytes));
    machine_.world.schedule_after(machine_.world.random_delay(milliseconds(100), seconds(10)),
                                  [&disk] { disk.set_capacity(~std::uint64_t{0}); });
}

}  // namespace holdfast::simulation
