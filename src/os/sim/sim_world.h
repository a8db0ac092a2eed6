// Virtual time and one queue of events under one seed. Everything that happens in a simulation
// happens in an event of this queue, in an order that the seed decides alone.
//
// A hash over the times and kinds of all events lets a test prove that two runs were the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/instant.h"
#include "os/loop.h"
#include "os/sim/sim_clock.h"
#include "os/sim/sim_random.h"

namespace holdfast::os::sim {

/// Names a scheduled event; stale ids are harmless.
struct EventId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
};

class SimWorld {
  public:
    explicit SimWorld(std::uint64_t seed);
    SimWorld(const SimWorld&) = delete;
    SimWorld& operator=(const SimWorld&) = delete;

    /// Time since the world began.
    [[nodiscard]] Microseconds now() const { return now_; }
    [[nodiscard]] SimRandom& random() { return random_; }

    /// Runs the task at that time, after all earlier ones and those scheduled before for the same
    /// time. A time in the past is now.
    EventId schedule(Microseconds at, Task task);
    EventId schedule_after(Microseconds after, Task task) {
        return schedule(now_ + after, std::move(task));
    }
    /// Uniform in [min, max].
    Microseconds random_delay(Microseconds min, Microseconds max);
    void cancel(EventId id);

    /// Runs the next event. False: there is none.
    bool step();
    /// Runs all events up to and at that time, and lets time pass until it.
    void run_until(Microseconds at);
    void run_for(Microseconds span) { run_until(now_ + span); }

    /// A clock of a machine in this world; it moves with the world. It outlives its attachment.
    void attach(SimClock& clock);
    void detach(SimClock& clock);

    /// Makes something that happened part of the trace.
    void note(std::uint64_t what) {
        trace_ = (trace_ ^ what) * 0x9E3779B97F4A7C15ULL;
        trace_ ^= trace_ >> 32U;
    }
    [[nodiscard]] std::uint64_t trace_hash() const { return trace_; }
    /// Events that have run.
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::size_t pending() const { return live_; }

  private:
    struct Entry {
        Microseconds at;
        std::uint64_t order;
        EventId id;
    };
    struct Slot {
        Task task;
        std::uint32_t generation = 0;
        bool live = false;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
    void advance_to(Microseconds at);

    SimRandom random_;
    Microseconds now_{0};
    std::vector<Entry> heap_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<SimClock*> clocks_;
    std::uint64_t order_ = 0;
    std::uint64_t trace_ = 0;
    std::uint64_t events_ = 0;
    std::size_t live_ = 0;
};

}  // namespace holdfast::os::sim
