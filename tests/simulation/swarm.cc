#include "simulation/swarm.h"

#include <fmt/format.h>

#include <string_view>

namespace holdfast::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<std::string_view, kFaultCount> kNames = {
    "kill",        "kill_at_point", "power_cut",    "power_cut_at_point",
    "write_error", "sync_error",    "change_error", "disk_full",
    "slow_disk",   "pause",         "unreachable",  "wall_step",
    "wall_slew",   "quiet",         "resume",       "stop",
};
static_assert(!kNames.back().empty(), "every fault has a name");

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}
    std::uint64_t between(std::uint64_t low, std::uint64_t high) {
        return low + random_.below(high - low + 1);
    }
    template <class T>
    T one_of(std::initializer_list<T> choices) {
        return choices.begin()[random_.below(choices.size())];
    }
    bool one_in(std::uint64_t n) { return random_.one_in(n); }

  private:
    os::sim::SimRandom random_;
};

void draw_retailer(Swarm& s, Dice& dice) {
    s.clients = static_cast<std::uint32_t>(dice.between(1, 16));
    s.window = dice.one_of({1U, 1U, 2U, 8U});
    s.think_max = dice.one_of<Microseconds>(
        {milliseconds(2), milliseconds(20), milliseconds(200), seconds(2)});
    s.timeout = dice.one_of<Microseconds>({milliseconds(30), milliseconds(300), seconds(2)});
    s.unkeyed = dice.one_of({0U, 20'000U, 200'000U});
    s.hostile = dice.one_of({0U, 20'000U, 100'000U});
    s.skus = static_cast<std::uint32_t>(dice.one_of({1, 2, 4, 12}));
    s.locations = static_cast<std::uint32_t>(dice.between(1, 5));
    s.pools = static_cast<std::uint32_t>(dice.between(1, 3));
    s.channels = static_cast<std::uint32_t>(dice.between(1, 3));
    s.sources = dice.one_of({0U, 1U, 3U});
    if (s.sources >= s.clients) s.sources = s.clients - 1;
    s.stock_max = dice.one_of<Units>({3, 20, 200});
    s.quantity_max = dice.one_of<Units>({1, 3, 10});
    s.time_to_live_max =
        dice.one_of<Microseconds>({milliseconds(200), seconds(2), seconds(20), seconds(900)});
}

void draw_hub(Swarm& s, Dice& dice) {
    s.segment_bytes = dice.one_of<std::uint64_t>({64, 128, 256, 512}) * 1024;
    s.spare_segments = dice.between(1, 2);
    s.ring_bytes = dice.one_of<std::size_t>({4, 16, 256}) * 1024;
    s.group_bytes_max = dice.one_of<std::size_t>({256, 2048, 16 * 1024});
    s.group_commands_max = dice.one_of<std::size_t>({1, 3, 16, 4096});
    s.queue_commands_max = dice.one_of<std::size_t>({2, 65536, 65536, 65536});
    s.expire_holds_max = dice.one_of({1U, 8U, 64U});
    s.checkpoint_after_facts = dice.one_of({20U, 100U, 500U, 1'000'000U});
    s.keys_max = dice.one_of<std::uint64_t>({150, 1'000'000, 1'000'000, 1'000'000});
    s.reservations_max = dice.one_of<std::uint64_t>({50, 1'000'000, 1'000'000, 1'000'000});
    s.direct = !dice.one_in(4);
    s.disk_min = dice.one_of<Microseconds>({Microseconds(10), Microseconds(100)});
    s.disk_max = dice.one_of<Microseconds>({Microseconds(200), milliseconds(2), milliseconds(20)});
}

void draw_faults(Swarm& s, Dice& dice) {
    s.message_min = Microseconds(10);
    s.message_max =
        dice.one_of<Microseconds>({Microseconds(100), milliseconds(1), milliseconds(10)});
    s.lose = dice.one_of({0U, 5'000U, 50'000U, 200'000U});
    s.duplicate = dice.one_of({0U, 5'000U, 50'000U, 200'000U});
    s.late = dice.one_of({0U, 0U, 10'000U, 50'000U});
    for (std::size_t i = 0; i < kFaultCount; ++i) s.enabled[i] = dice.one_in(2);
    // One seed in ten has no fault at all: the harness must find nothing there either.
    s.requests_per_fault = dice.one_in(10) ? 0 : dice.one_of({10U, 25U, 60U, 150U});
    s.recovery_fault = dice.one_of({0U, 100'000U, 400'000U});
    s.crashes_max = dice.one_of({2U, 6U, 12U});
}

}  // namespace

std::string_view name(Fault fault) { return kNames[static_cast<std::size_t>(fault)]; }

Swarm draw_swarm(std::uint64_t seed, std::uint32_t steps) {
    Dice dice(seed ^ 0x5757'A8A8'1234'4321ULL);
    Swarm s;
    s.seed = seed;
    s.steps = steps != 0 ? steps : static_cast<std::uint32_t>(dice.one_of({150, 400, 400, 1200}));
    draw_retailer(s, dice);
    draw_hub(s, dice);
    draw_faults(s, dice);
    return s;
}

std::string describe(const Swarm& s) {
    std::string faults;
    for (std::size_t i = 0; i < kFaultCount; ++i)
        if (s.enabled[i]) faults += fmt::format(" {}", kNames[i]);
    return fmt::format(
        "seed {}: {} requests of {} clients (window {}, {} sources), {} SKUs at {} locations, "
        "{} channels, stock up to {}\n"
        "  segments {} KiB, ring {} KiB, groups {} B / {} commands, queue {}, checkpoint after {} "
        "facts, keys {}, {}\n"
        "  messages lost {} duplicated {} late {} per million, delay up to {} us; disk up to {} "
        "us\n"
        "  a fault every {} requests, at most {} crashes, recovery struck {} per million:{}\n",
        s.seed, s.steps, s.clients, s.window, s.sources, s.skus, s.locations, s.channels,
        s.stock_max, s.segment_bytes / 1024, s.ring_bytes / 1024, s.group_bytes_max,
        s.group_commands_max, s.queue_commands_max, s.checkpoint_after_facts, s.keys_max,
        s.direct ? "O_DIRECT" : "page cache", s.lose, s.duplicate, s.late, s.message_max.count(),
        s.disk_max.count(), s.requests_per_fault, s.crashes_max, s.recovery_fault, faults);
}

}  // namespace holdfast::simulation
