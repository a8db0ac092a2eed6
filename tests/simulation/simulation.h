// One seed from an empty directory to the end: a machine, a hub that dies and comes back, clients,
// a network and a disk that break, and an oracle that watches. The seed decides everything.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "simulation/coverage.h"
#include "simulation/crowd.h"
#include "simulation/hub_process.h"
#include "simulation/messages.h"
#include "simulation/oracle.h"
#include "simulation/planted_bug.h"
#include "simulation/swarm.h"
#include "simulation/workload.h"

namespace holdfast::simulation {

struct SimulationOptions {
    std::uint64_t seed = 1;
    std::uint32_t steps = 0;  ///< requests of clients; 0 = the seed decides
    PlantedBug bug = PlantedBug::none;
    std::function<void(const std::string& line)> trace;  ///< empty: nobody listens
};

struct SimulationResult {
    std::string failure;  ///< empty: nothing was found
    std::uint64_t trace_hash = 0;
    std::uint64_t events = 0;
    std::uint64_t facts = 0;
    std::uint64_t crashes = 0;
    Microseconds simulated{};
    Coverage coverage;
};

class Simulation {
  public:
    explicit Simulation(const SimulationOptions& options);
    ~Simulation();
    SimulationResult run();

  private:
    enum class Death : std::uint8_t { process, power };

    // simulation.cc
    void set_up();
    void work();
    void heal();
    void outlive_holds();
    void stop_and_look();
    void damage_at_rest();
    bool step();
    void run_while(const std::function<bool()>& more, Microseconds limit, std::string_view what);
    void trace(std::string line);

    // life_and_death.cc
    void start_hub();
    void hub_started(const sequencer::Recovery& recovered);
    void hub_failed_to_start(const Failure& failure);
    void schedule_start(Microseconds after);
    void die(Death death);
    void after_event();
    void finish_stop();

    // faults.cc
    void maybe_fault();
    void strike(Fault fault);
    void fill_disk();
    void step_wall(Microseconds by);
    void move_wall(Microseconds by);
    void accept_wall();
    void crash_at_point(Death death, std::uint64_t points_max);

    SimulationOptions options_;
    Swarm swarm_;
    Coverage coverage_;
    Machine machine_;
    os::sim::SimRandom random_;
    Oracle oracle_;
    Workload workload_;
    Messages messages_;
    Crowd crowd_;
    std::unique_ptr<HubProcess> hub_;
    Death death_at_point_ = Death::power;
    bool start_scheduled_ = false;
    bool stopping_ = false;
    bool faults_on_ = false;
    bool failed_disk_ = false;  ///< a write or sync failed since the last recovery
    bool starting_ = false;
    std::uint64_t crashes_ = 0;
    std::uint64_t boot_of_last_life_ = 0;
    /// How far the wall clock is from the true time, and how much of that the hub has accepted.
    Microseconds wall_off_{};
    Microseconds wall_accepted_{};
    Microseconds wall_set_back_{};  ///< in all
    Microseconds slow_until_{};
    std::uint64_t checked_at_ = 0;
};

}  // namespace holdfast::simulation
