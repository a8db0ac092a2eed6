#include "simulation/simulation.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/availability.h"

namespace holdfast::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// Once all faults have stopped, everybody must be answered within this time.
constexpr Microseconds kDrainsWithin = seconds(60);
/// The retailer's data is there before faults begin.
constexpr Microseconds kSetUpWithin = minutes(5);
/// A run that works through its requests slower than this hangs.
constexpr Microseconds kWorkWithin = std::chrono::hours(24);
/// Time for the ticks to end all holds.
constexpr Microseconds kExpiresWithin = minutes(1);
constexpr Microseconds kExpiryPeriod = std::chrono::milliseconds(100);
/// Events between two comparisons of the whole state.
constexpr std::uint64_t kCheckEvery = 400;

}  // namespace

Simulation::Simulation(const SimulationOptions& options)
    : options_(options),
      swarm_(draw_swarm(options.seed, options.steps)),
      machine_(options.seed),
      random_(options.seed ^ 0xFA017),
      oracle_(coverage_),
      workload_(swarm_, options.seed ^ 0xB0D9),
      messages_(machine_.world, swarm_, coverage_),
      crowd_(machine_.world, messages_, oracle_, workload_, swarm_, coverage_) {
    machine_.disk.set_direct(swarm_.direct);
    machine_.disk.faults().syncs_lie = options.bug == PlantedBug::sync_lies;
    machine_.disk.set_later([this](std::function<void()> task) {
        const Microseconds now = machine_.world.now();
        const std::int64_t factor = now < slow_until_ ? 50 : 1;
        machine_.world.schedule_after(
            machine_.world.random_delay(swarm_.disk_min, swarm_.disk_max) * factor,
            std::move(task));
    });
    messages_.connect(
        [this](std::uint64_t request) {
            if (hub_ == nullptr || hub_->ended() || starting_ || machine_.disk.crashed())
                return coverage_.hit(Path::request_met_no_hub);
            hub_->deliver(request);
        },
        [this](std::uint64_t request, const Reply& reply) { crowd_.receive(request, reply); });
}

Simulation::~Simulation() = default;

void Simulation::trace(std::string line) {
    if (!options_.trace) return;
    options_.trace(fmt::format("{:>14} us  {}", machine_.world.now().count(), line));
}

SimulationResult Simulation::run() {
    trace(describe(swarm_));
    if (options_.trace) oracle_.set_trace([this](std::string line) { trace(std::move(line)); });
    start_hub();
    set_up();
    work();
    heal();
    outlive_holds();
    stop_and_look();
    damage_at_rest();
    SimulationResult result;
    result.failure = oracle_.failure();
    result.trace_hash = machine_.world.trace_hash();
    result.events = machine_.world.events();
    result.facts = oracle_.durable_seq();
    result.crashes = crashes_;
    result.simulated = machine_.world.now();
    result.coverage = coverage_;
    return result;
}

/// One event, and what it has caused. False: nothing more happens, or something is wrong.
bool Simulation::step() {
    if (!oracle_.failure().empty()) return false;
    if (!machine_.world.step()) return false;
    after_event();
    if (machine_.world.events() - checked_at_ >= kCheckEvery && hub_ != nullptr && !hub_->ended() &&
        hub_->sequencer().idle() && !oracle_.commit_under_way()) {
        checked_at_ = machine_.world.events();
        oracle_.verify_state(hub_->sequencer().state());
    }
    return true;
}

void Simulation::run_while(const std::function<bool()>& more, Microseconds limit,
                           std::string_view what) {
    const Microseconds until = machine_.world.now() + limit;
    while (more()) {
        if (!step()) {
            if (more()) oracle_.fail(fmt::format("{}: nothing happens any more", what));
            return;
        }
        if (machine_.world.now() > until)
            return oracle_.fail(fmt::format(
                "STUCK: {} takes over {} s; {} requests are under way", what,
                std::chrono::duration_cast<seconds>(limit).count(), crowd_.under_way()));
    }
}

void Simulation::set_up() {
    bool ready = false;
    crowd_.set_up([&ready] { ready = true; });
    run_while([&ready] { return !ready; }, kSetUpWithin, "setting up");
    trace("the retailer's data is there");
}

void Simulation::work() {
    faults_on_ = true;
    crowd_.begin([this] { maybe_fault(); });
    run_while([this] { return !crowd_.finished_asking(); }, kWorkWithin, "work");
}

/// All faults stop: everybody gets an answer.
void Simulation::heal() {
    faults_on_ = false;
    trace("all faults stop");
    crowd_.stop_asking();
    messages_.heal();
    machine_.disk.crash_after(0);
    machine_.disk.set_capacity(~std::uint64_t{0});
    machine_.disk.faults() = {};
    machine_.disk.faults().syncs_lie = options_.bug == PlantedBug::sync_lies;
    slow_until_ = Microseconds{0};
    if (hub_ != nullptr) hub_->pause(Microseconds{0});
    run_while(
        [this] {
            return crowd_.under_way() != 0 || hub_ == nullptr || hub_->ended() ||
                   !hub_->sequencer().idle();
        },
        kDrainsWithin, "draining");
}

/// Holds that nobody confirmed end, once a person has said that the clock is right.
void Simulation::outlive_holds() {
    if (!oracle_.failure().empty()) return;
    // A wall clock that was set back makes deadlines come later; nobody wants to wait for that.
    const Microseconds behind =
        std::max(hub_->sequencer().state().log_time - machine_.clock.wall(), Microseconds{0});
    step_wall(wall_set_back_ + behind);
    hub_->sequencer().expiry_clock().resume();
    accept_wall();
    const Microseconds since = machine_.world.now();
    // A tick ends at least one of them.
    const auto overdue = static_cast<std::int64_t>(oracle_.model().holds_overdue(since));
    run_while([this, since] { return oracle_.model().holds_overdue(since) != 0; },
              kExpiresWithin + overdue * kExpiryPeriod, "ending holds");
    run_while([this] { return !hub_->sequencer().idle(); }, kDrainsWithin, "ending holds");
}

/// A clean stop and one more start: what was left must be what is found.
void Simulation::stop_and_look() {
    if (!oracle_.failure().empty()) return;
    for (std::uint32_t channel = 0; channel < swarm_.channels; ++channel)
        for (std::uint32_t sku = 0; sku < workload_.skus(); ++sku) {
            const Units ours = oracle_.model().available_to_sell(ChannelId{channel}, SkuId{sku});
            const Units theirs =
                ledger::available_to_sell(hub_->sequencer().state(), ChannelId{channel}, SkuId{sku})
                    .units;
            if (ours != theirs)
                oracle_.fail(fmt::format("channel {} may sell {} of SKU {}, the hub says {}",
                                         channel, ours, sku, theirs));
        }
    hub_->drain();
    stopping_ = true;
    run_while([this] { return stopping_ || hub_ == nullptr; }, kDrainsWithin, "a stop and a start");
    if (oracle_.failure().empty()) oracle_.verify_counts();
    machine_.world.note(oracle_.durable_seq());
    if (hub_ != nullptr) machine_.world.note(hub_->sequencer().state().state_hash().low);
}

/// A byte rots while the machine is off. The next owner finds all facts or refuses to start; it
/// never goes on without one.
void Simulation::damage_at_rest() {
    if (!oracle_.failure().empty() || hub_ == nullptr) return;
    hub_.reset();
    machine_.disk.kill_process();
    std::vector<std::string> segments;
    const auto names = machine_.disk.list();
    for (const std::string& name : *names)
        if (name.find("spare") == std::string::npos && !name.ends_with(".tmp"))
            segments.push_back(name);
    if (segments.empty()) return;
    const std::string victim = segments[random_.below(segments.size())];
    const auto bytes = machine_.disk.read_all(victim);
    const std::uint64_t offset = random_.below(std::max<std::uint64_t>(bytes->size(), 1));
    if (!machine_.disk.corrupt(victim, offset, static_cast<std::uint8_t>(1 + random_.below(255))))
        return;
    trace(fmt::format("byte {} of {} rots", offset, victim));
    hub_ = std::make_unique<HubProcess>(machine_, swarm_, oracle_, coverage_, PlantedBug::none,
                                        [](std::uint64_t, const Reply&) {});
    const auto recovered = hub_->start();
    if (recovered) {
        coverage_.hit(Path::damage_harmless);
        oracle_.verify_recovery(hub_->sequencer(), machine_.world.now());
        return;
    }
    coverage_.hit(Path::damage_found);
    if (recovered.error().code != ErrorCode::corrupt &&
        recovered.error().code != ErrorCode::unsupported)
        oracle_.fail("damage is reported as something else: " + to_string(recovered.error()));
}

}  // namespace holdfast::simulation
