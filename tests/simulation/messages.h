// The road between clients and the hub: messages are delayed, lost, doubled, overtaken by others,
// and sometimes arrive long after anybody waits for them.
#pragma once

#include <functional>

#include "os/sim/sim_world.h"
#include "simulation/coverage.h"
#include "simulation/request.h"
#include "simulation/swarm.h"

namespace holdfast::simulation {

class Messages {
  public:
    Messages(os::sim::SimWorld& world, const Swarm& swarm, Coverage& coverage)
        : world_(world), swarm_(swarm), coverage_(coverage) {}

    using ToHub = std::function<void(std::uint64_t request)>;
    using ToClient = std::function<void(std::uint64_t request, const Reply& reply)>;
    void connect(ToHub to_hub, ToClient to_client) {
        to_hub_ = std::move(to_hub);
        to_client_ = std::move(to_client);
    }
    /// `again`: the network may double this message. Requests without a key go out once.
    void send(std::uint64_t request, bool again) {
        coverage_.hit(Path::request_sent);
        if (again && chance(swarm_.duplicate)) {
            coverage_.hit(Path::request_duplicated);
            carry(request);
        }
        if (chance(swarm_.lose)) return coverage_.hit(Path::request_lost);
        carry(request);
    }
    void answer(std::uint64_t request, const Reply& reply) {
        if (chance(swarm_.lose) || world_.now() < unreachable_until_)
            return coverage_.hit(Path::answer_lost);
        world_.schedule_after(delay(), [this, request, reply] { to_client_(request, reply); });
    }
    void cut(Microseconds until) { unreachable_until_ = until; }
    /// From now on the network is perfect.
    void heal() {
        healed_ = true;
        unreachable_until_ = Microseconds{0};
    }

  private:
    [[nodiscard]] bool chance(std::uint32_t per_million) {
        return !healed_ && per_million != 0 && world_.random().below(1'000'000) < per_million;
    }
    [[nodiscard]] Microseconds delay() {
        return world_.random_delay(swarm_.message_min, swarm_.message_max);
    }
    void carry(std::uint64_t request) {
        Microseconds after = delay();
        if (chance(swarm_.late)) {
            coverage_.hit(Path::request_late);
            after = world_.random_delay(std::chrono::milliseconds(100), std::chrono::seconds(20));
        }
        world_.schedule_after(after, [this, request] {
            if (world_.now() < unreachable_until_) return coverage_.hit(Path::request_lost);
            to_hub_(request);
        });
    }

    os::sim::SimWorld& world_;
    const Swarm& swarm_;
    Coverage& coverage_;
    ToHub to_hub_;
    ToClient to_client_;
    Microseconds unreachable_until_{};
    bool healed_ = false;
};

}  // namespace holdfast::simulation
