// A level-triggered epoll set that the loop's reactor sees as one descriptor. Registering a socket
// once and leaving it armed saves the system call that a reactor's one-shot wait makes for every
// single read; system calls are what an HTTP request costs.
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"

struct epoll_event;

namespace holdfast::os {

class Readiness {
  public:
    /// Told about its descriptor with epoll's event bits.
    class Watcher {
      public:
        virtual void on_ready(std::uint32_t events) = 0;

      protected:
        ~Watcher() = default;
    };

    Readiness();
    ~Readiness();
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;

    /// Becomes readable when any watched descriptor is ready.
    [[nodiscard]] int descriptor() const { return epoll_; }
    Result<void> add(int fd, std::uint32_t events, Watcher* watcher);
    void change(int fd, std::uint32_t events, Watcher* watcher);
    /// After this the watcher is not called, not even for an event already fetched.
    void remove(int fd, const Watcher* watcher);
    /// Tells every watcher whose descriptor is ready now. Watchers may add, change and remove.
    void dispatch();

  private:
    static constexpr int kBatch = 256;
    /// A turn must end so that answers leave; beyond this many events the rest wait for the next.
    static constexpr int kBatchesPerTurn = 16;

    int epoll_ = -1;
    std::array<Watcher*, kBatch> watchers_{};
    int fetched_ = 0;
};

}  // namespace holdfast::os
