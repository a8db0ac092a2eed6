// What clients ask for: the mix of a retailer's day on few SKUs, so that they get in each other's
// way, and now and then something that must be refused.
#pragma once

#include <optional>
#include <vector>

#include "os/sim/sim_random.h"
#include "simulation/request.h"
#include "simulation/swarm.h"

namespace holdfast::simulation {

/// One who numbers their events, as a till does.
struct SourceState {
    std::string name;
    std::uint64_t epoch = 1;
    std::uint64_t seq = 0;  ///< last one given out
};

class Workload {
  public:
    Workload(const Swarm& swarm, std::uint64_t seed);

    /// Items, locations, pools, channels and opening stock, in the order in which ids follow; then
    /// nothing.
    std::optional<Request> next_of_setup();
    /// Anything; from a source that numbers its events if `source` is given.
    Request next(SourceState* source);
    /// A client's answer tells of new holds, orders and items.
    void learn(const Request& request, const Reply& reply);

    [[nodiscard]] std::uint32_t skus() const { return skus_; }

  private:
    struct Hold {
        std::uint64_t id = 0;
        std::vector<Line> lines;
    };
    struct Order {
        std::string number;
        std::vector<Line> lines;
    };
    using Maker = Request (Workload::*)();
    struct Weighted {
        Maker make;
        std::uint32_t weight;
    };
    static const Weighted kMix[];

    Request reserve();
    Request step();
    Request order_new();
    Request order_over_hold();
    Request order_cancel();
    Request shipment();
    Request stock_event();
    Request policy();
    Request upsert();
    Request api_key();
    Request hostile();
    Request wrong_lines();
    Request wrong_event();
    Request repeated_key();

    void give_key(Request& request);
    std::vector<Line> some_lines(bool may_name_location);
    Line some_line();
    std::string new_order();
    const Hold* some_hold();
    const Order* some_order();
    [[nodiscard]] Microseconds some_time_to_live();
    [[nodiscard]] LocationId some_location() {
        return LocationId{static_cast<std::uint32_t>(random_.below(swarm_.locations))};
    }
    [[nodiscard]] ChannelId some_channel() {
        return ChannelId{static_cast<std::uint32_t>(random_.below(swarm_.channels))};
    }
    std::vector<LocationId> some_locations();

    const Swarm& swarm_;
    os::sim::SimRandom random_;
    std::uint32_t skus_ = 0;
    std::uint32_t setup_at_ = 0;
    std::uint64_t next_key_ = 0;
    std::uint64_t next_order_ = 0;
    std::uint64_t next_item_ = 0;
    std::uint64_t next_api_key_ = 0;
    std::vector<Hold> holds_;
    std::vector<Order> orders_;
    std::vector<Envelope> keys_used_;
};

}  // namespace holdfast::simulation
