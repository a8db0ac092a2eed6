// One thread's events: sockets, timers, posted tasks, and a hook at the end of each turn. A turn
// handles everything that was ready, then `on_turn_end` runs once: that is where the sequencer
// decides, commits, and answers.
#pragma once

#include <functional>
#include <memory>

#include "base/instant.h"
#include "os/clock.h"
#include "os/net.h"

namespace holdfast::os {

using Task = std::function<void()>;

class Timer {
  public:
    virtual ~Timer() = default;  ///< destruction cancels
};

class Loop {
  public:
    virtual ~Loop() = default;
    [[nodiscard]] virtual const Clock& clock() const = 0;
    /// Runs the task in a later turn. The only call that any thread may make.
    virtual void post(Task task) = 0;
    /// Runs the task once, `after` from now by the boot clock.
    [[nodiscard]] virtual std::unique_ptr<Timer> call_after(Microseconds after, Task task) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<Listener>> listen(const Endpoint& at,
                                                                   AcceptHandler on_accept) = 0;
    virtual void on_turn_end(Task task) = 0;
    /// Until stop(); returns after the turn in which stop() was called.
    virtual void run() = 0;
    virtual void stop() = 0;
};

}  // namespace holdfast::os
