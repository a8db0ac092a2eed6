// The twin of the real loop: the same interface over a SimWorld. What becomes ready gathers for a
// random moment, so that turns hold one event or many, as on a real machine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "os/loop.h"
#include "os/sim/sim_network.h"
#include "os/sim/sim_world.h"

namespace holdfast::os::sim {

class SimLoop final : public Loop {
  public:
    /// `clock` is the machine's; several loops of one machine share it. `address` is what peers
    /// see.
    SimLoop(SimNetwork& network, SimClock& clock, std::string address = "10.0.0.1");
    /// Whatever was scheduled for this loop never runs.
    ~SimLoop() override;

    [[nodiscard]] const Clock& clock() const override { return clock_; }
    void post(Task task) override;
    [[nodiscard]] std::unique_ptr<Timer> call_after(Microseconds after, Task task) override;
    /// Port 0 takes a free one; a port that is taken is already_exists. The host does not matter.
    [[nodiscard]] Result<std::unique_ptr<Listener>> listen(const Endpoint& at,
                                                           AcceptHandler on_accept) override;
    void on_turn_end(Task task) override { turn_end_ = std::move(task); }
    /// Steps the world, and so every other loop too, until stop() or until nothing is left to do.
    void run() override;
    void stop() override { stopping_ = true; }

    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] std::uint64_t turns() const { return turns_; }
    /// The process gets no processor before that time of the world.
    void pause(Microseconds until) { paused_until_ = until; }
    /// Longest time that ready events wait for their turn to begin.
    void set_turn_delay(Microseconds max) { turn_delay_max_ = max; }

  private:
    friend class SimNetwork;
    friend class SimListener;

    /// Runs the task in the next turn.
    void make_ready(Task task);
    void turn();

    SimNetwork& network_;
    SimWorld& world_;
    SimClock& clock_;
    std::string address_;
    std::vector<Task> ready_;
    std::vector<Task> running_;
    Task turn_end_;
    EventId turn_event_;
    bool turn_scheduled_ = false;
    bool stopping_ = false;
    bool crashed_ = false;
    Microseconds turn_delay_max_{20};
    Microseconds cut_until_{0};
    Microseconds paused_until_{0};
    std::uint64_t turns_ = 0;
    /// Outlives the loop in the tasks of its timers.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::os::sim
