// One life of a hub: the real sequencer, ledger, file journal and checkpoint store over a simulated
// machine, with the timers that the hub has. Destroying it is the death of the process.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "journal/checkpoint_store.h"
#include "os/sim/sim_clock.h"
#include "os/sim/sim_disk.h"
#include "os/sim/sim_loop.h"
#include "os/sim/sim_world.h"
#include "sequencer/sequencer.h"
#include "simulation/oracle.h"
#include "simulation/planted_bug.h"
#include "simulation/swarm.h"
#include "simulation/watched_journal.h"

namespace holdfast::simulation {

/// What outlives a process. `random` feeds the journal's ids.
struct Machine {
    explicit Machine(std::uint64_t seed)
        : world(seed), random(seed ^ 0x9E37), disk(random), network(world) {
        world.attach(clock);
    }
    os::sim::SimWorld world;
    os::sim::SimRandom random;
    os::sim::SimClock clock;
    os::sim::SimDisk disk;
    os::sim::SimNetwork network;
};

/// Takes a hub's checkpoints in steps of the event queue: what its thread does between two steps is
/// nobody else's to see.
class SteppedCheckpoints final : public sequencer::CheckpointRunner {
  public:
    SteppedCheckpoints(os::Loop& loop, os::Disk& disk, const ledger::Limits& limits)
        : loop_(loop), disk_(disk), limits_(limits) {}
    void start(const journal::Head& end, Done done) override;
    void stop() override;

  private:
    void step_soon();

    os::Loop& loop_;
    os::Disk& disk_;
    ledger::Limits limits_;
    std::optional<sequencer::CheckpointFollower> follower_;
    Done done_;
    std::unique_ptr<os::Timer> timer_;
};

class HubProcess final : public sequencer::Caller {
  public:
    using Answered = std::function<void(std::uint64_t request, const Reply& reply)>;

    HubProcess(Machine& machine, const Swarm& swarm, Oracle& oracle, Coverage& coverage,
               PlantedBug bug, Answered on_answer);

    /// Recovers; begins its timers when that succeeded.
    Result<sequencer::Recovery> start();
    void deliver(std::uint64_t request);
    /// The process gets no processor until then.
    void pause(Microseconds until) { loop_.pause(until); }
    /// The disk failed and the process is about to end.
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] sequencer::Sequencer& sequencer() { return sequencer_; }
    [[nodiscard]] journal::FileJournal& journal() { return journal_; }
    [[nodiscard]] std::uint64_t segments_begun() const;
    /// Stops like a hub that was told to: takes nothing more, finishes, writes a checkpoint.
    void drain() { sequencer_.start_draining(); }

    void answered(std::uint64_t token, const sequencer::Answer& answer) override;

  private:
    void process(std::uint64_t request);
    void end_turn();
    void keep_expiring(Microseconds after);
    void keep_idle_work_going();
    void plant(Command& command);

    Machine& machine_;
    const Swarm& swarm_;
    Oracle& oracle_;
    Coverage& coverage_;
    PlantedBug bug_;
    Answered on_answer_;
    os::sim::SimLoop loop_;
    journal::FileJournal journal_;
    WatchedJournal watched_;
    journal::CheckpointStore checkpoints_;
    sequencer::Sequencer sequencer_;
    SteppedCheckpoints beside_;
    std::unique_ptr<os::Timer> expiry_timer_;
    std::unique_ptr<os::Timer> idle_timer_;
    bool idle_armed_ = false;
    bool ended_ = false;
    std::uint64_t commits_seen_ = 0;
    std::uint64_t checkpoints_seen_ = 0;
    std::uint64_t commits_at_checkpoint_ = 0;
    bool checkpoint_seen_ = false;
    std::uint64_t segments_at_start_ = 0;
    std::uint64_t submitted_ = 0;
    std::vector<Line> last_lines_;  ///< of another request, for a planted bug
};

}  // namespace holdfast::simulation
