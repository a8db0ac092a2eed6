// The admin listener: health and metrics on a thread of its own, so that a commit under way never
// keeps a probe waiting. It reads atomics only.
#pragma once

#include <memory>
#include <thread>

#include "api/health.h"
#include "api/metrics.h"
#include "os/asio_loop.h"

namespace holdfast::hub {

class Admin {
  public:
    /// All outlive the listener.
    Admin(const os::Clock& clock, const api::HealthBoard& health, const api::Metrics& metrics,
          api::BuildInfo build);
    ~Admin();  ///< stops and joins

    Result<void> start(const os::Endpoint& at);
    [[nodiscard]] std::uint16_t port() const;

  private:
    struct Pages;
    std::unique_ptr<os::AsioLoop> loop_;
    std::unique_ptr<Pages> pages_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<os::Listener> listener_;
    std::jthread thread_;
};

}  // namespace holdfast::hub
