// The real loop: Asio's reactor for timers, signals and tasks of other threads, and one
// level-triggered set of sockets inside it (os/readiness.h). One thread runs it.
#pragma once

#include <functional>
#include <memory>

#include "os/loop.h"

namespace holdfast::os {

class AsioLoop final : public Loop {
  public:
    /// The clock must outlive the loop.
    explicit AsioLoop(const Clock& clock);
    ~AsioLoop() override;

    [[nodiscard]] const Clock& clock() const override;
    void post(Task task) override;
    [[nodiscard]] std::unique_ptr<Timer> call_after(Microseconds after, Task task) override;
    [[nodiscard]] Result<std::unique_ptr<Listener>> listen(const Endpoint& at,
                                                           AcceptHandler on_accept) override;
    void on_turn_end(Task task) override;
    /// A turn: waits for one event, handles all that is ready, then the hook. Repeats.
    void run() override;
    void stop() override;

    /// Runs the handler in a turn when SIGTERM, SIGINT or SIGHUP arrives. One handler per loop.
    void on_signal(std::function<void(int)> handler);
    /// A client connection, for tools and tests. Connecting blocks.
    [[nodiscard]] Result<std::unique_ptr<Stream>> connect(const Endpoint& to);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::os
