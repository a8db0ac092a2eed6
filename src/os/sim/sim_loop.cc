#include "os/sim/sim_loop.h"

#include <algorithm>

namespace holdfast::os::sim {
namespace {

struct TimerState {
    Task task;
    bool cancelled = false;
};

class SimTimer final : public Timer {
  public:
    SimTimer(SimWorld& world, EventId event, std::shared_ptr<TimerState> state)
        : world_(world), event_(event), state_(std::move(state)) {}
    ~SimTimer() override {
        state_->cancelled = true;
        state_->task = nullptr;
        world_.cancel(event_);
    }

  private:
    SimWorld& world_;
    EventId event_;
    std::shared_ptr<TimerState> state_;
};

}  // namespace

SimLoop::SimLoop(SimNetwork& network, SimClock& clock, std::string address)
    : network_(network), world_(network.world()), clock_(clock), address_(std::move(address)) {}

SimLoop::~SimLoop() {
    *alive_ = false;
    network_.crash(*this);
    if (turn_scheduled_) world_.cancel(turn_event_);
}

void SimLoop::make_ready(Task task) {
    if (crashed_) return;
    ready_.push_back(std::move(task));
    if (turn_scheduled_) return;
    turn_scheduled_ = true;
    const Microseconds at = world_.now() + world_.random_delay(Microseconds{0}, turn_delay_max_);
    turn_event_ = world_.schedule(std::max(at, paused_until_), [this] { turn(); });
}

void SimLoop::post(Task task) { make_ready(std::move(task)); }

std::unique_ptr<Timer> SimLoop::call_after(Microseconds after, Task task) {
    auto state = std::make_shared<TimerState>(TimerState{std::move(task)});
    const EventId event = world_.schedule_after(after, [this, state, alive = alive_] {
        if (!*alive) return;
        make_ready([state] {
            if (state->cancelled) return;
            // The task may destroy its own timer.
            const Task run = std::move(state->task);
            run();
        });
    });
    return std::make_unique<SimTimer>(world_, event, std::move(state));
}

void SimLoop::turn() {
    turn_scheduled_ = false;
    ++turns_;
    running_.swap(ready_);
    for (const Task& task : running_) {
        if (crashed_) break;
        task();
    }
    running_.clear();
    if (turn_end_ && !crashed_) turn_end_();
}

void SimLoop::run() {
    while (!stopping_ && world_.step()) {
    }
    stopping_ = false;
}

}  // namespace holdfast::os::sim
