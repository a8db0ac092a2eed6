// The clients. Each keeps a few requests under way, asks again until it knows, and never asks twice
// for something that has no key.
#pragma once

#include <functional>
#include <vector>

#include "os/sim/sim_world.h"
#include "simulation/messages.h"
#include "simulation/oracle.h"
#include "simulation/workload.h"

namespace holdfast::simulation {

class Crowd {
  public:
    Crowd(os::sim::SimWorld& world, Messages& messages, Oracle& oracle, Workload& workload,
          const Swarm& swarm, Coverage& coverage);

    /// The retailer's data, one request after the other; `done` when all of it is there.
    void set_up(std::function<void()> done);
    /// Everybody begins; `on_ask` is told of each new request.
    void begin(std::function<void()> on_ask);
    void receive(std::uint64_t number, const Reply& reply);
    /// Nobody asks anything until then.
    void quiet(Microseconds until) { quiet_until_ = until; }
    /// Requests under way end, new ones are not made.
    void stop_asking() { stopped_ = true; }
    [[nodiscard]] bool finished_asking() const { return asked_ >= swarm_.steps; }
    [[nodiscard]] std::size_t under_way() const { return under_way_; }

  private:
    struct Client {
        SourceState source;
        bool numbers_events = false;
    };
    struct Open {
        std::uint32_t client = 0;
        std::uint32_t attempts = 0;
        bool open = false;
        bool repeatable = false;
        os::sim::EventId timer;
    };
    void ask(std::uint32_t client);
    void put(std::uint32_t client, Request request);
    void send(std::uint64_t number);
    void send_after(std::uint64_t number, Microseconds after);
    void timed_out(std::uint64_t number);
    void end(std::uint64_t number);
    void think(std::uint32_t client);
    void next_of_setup();

    os::sim::SimWorld& world_;
    Messages& messages_;
    Oracle& oracle_;
    Workload& workload_;
    const Swarm& swarm_;
    Coverage& coverage_;
    std::vector<Client> clients_;
    std::vector<Open> open_;  // by request number - 1
    std::function<void()> on_ask_;
    std::function<void()> on_set_up_;
    std::size_t under_way_ = 0;
    std::uint32_t asked_ = 0;
    bool setting_up_ = false;
    bool stopped_ = false;
    Microseconds quiet_until_{};
};

}  // namespace holdfast::simulation
