#include "simulation/crowd.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::simulation {
namespace {

/// Waiting for an answer grows with each attempt, up to this many times.
constexpr std::uint32_t kPatienceMax = 6;

}  // namespace

Crowd::Crowd(os::sim::SimWorld& world, Messages& messages, Oracle& oracle, Workload& workload,
             const Swarm& swarm, Coverage& coverage)
    : world_(world),
      messages_(messages),
      oracle_(oracle),
      workload_(workload),
      swarm_(swarm),
      coverage_(coverage),
      clients_(swarm.clients) {
    for (std::uint32_t i = 0; i < swarm.sources; ++i) {
        clients_[i].numbers_events = true;
        clients_[i].source.name = fmt::format("till-{}", i);
    }
}

void Crowd::set_up(std::function<void()> done) {
    setting_up_ = true;
    on_set_up_ = std::move(done);
    next_of_setup();
}

void Crowd::next_of_setup() {
    if (auto request = workload_.next_of_setup()) return put(0, std::move(*request));
    setting_up_ = false;
    on_set_up_();
}

void Crowd::begin(std::function<void()> on_ask) {
    on_ask_ = std::move(on_ask);
    for (std::uint32_t client = 0; client < clients_.size(); ++client) {
        // Who numbers events waits for each one, else the numbers would arrive out of order.
        const std::uint32_t window = clients_[client].numbers_events ? 1 : swarm_.window;
        for (std::uint32_t i = 0; i < window; ++i) think(client);
    }
}

void Crowd::think(std::uint32_t client) {
    const Microseconds after = world_.random_delay(Microseconds{0}, swarm_.think_max);
    world_.schedule(std::max(world_.now() + after, quiet_until_), [this, client] { ask(client); });
}

void Crowd::ask(std::uint32_t client) {
    if (stopped_ || finished_asking()) return;
    ++asked_;
    Client& who = clients_[client];
    put(client, workload_.next(who.numbers_events ? &who.source : nullptr));
    on_ask_();
}

void Crowd::put(std::uint32_t client, Request request) {
    const std::uint64_t number = oracle_.ask(std::move(request));
    const Envelope& envelope = envelope_of_request(oracle_.asked(number).request);
    open_.resize(number);
    open_[number - 1] = {.client = client,
                         .open = true,
                         .repeatable = envelope.transport.given() || envelope.source_seq != 0};
    ++under_way_;
    send(number);
}

void Crowd::send(std::uint64_t number) {
    Open& open = open_[number - 1];
    if (!open.open) return;
    ++open.attempts;
    messages_.send(number, open.repeatable);
    open.timer = world_.schedule_after(swarm_.timeout * std::min(open.attempts, kPatienceMax),
                                       [this, number] { timed_out(number); });
}

void Crowd::send_after(std::uint64_t number, Microseconds after) {
    world_.cancel(open_[number - 1].timer);
    open_[number - 1].timer = world_.schedule_after(after, [this, number] { send(number); });
}

void Crowd::timed_out(std::uint64_t number) {
    coverage_.hit(Path::client_timed_out);
    if (open_[number - 1].repeatable) return send(number);
    coverage_.hit(Path::client_gave_up);
    end(number);
}

void Crowd::receive(std::uint64_t number, const Reply& reply) {
    oracle_.received(number, reply);
    workload_.learn(oracle_.asked(number).request, reply);
    const Open& open = open_[number - 1];
    if (!open.open) return;
    if (reply.decided()) return end(number);
    // "Not applied" may be asked again by anybody, "unknown" only under a key.
    if (reply.kind == sequencer::Answer::Kind::unknown && !open.repeatable) {
        coverage_.hit(Path::client_gave_up);
        return end(number);
    }
    send_after(number, world_.random_delay(swarm_.timeout / 8, swarm_.timeout));
}

void Crowd::end(std::uint64_t number) {
    Open& open = open_[number - 1];
    world_.cancel(open.timer);
    open.open = false;
    --under_way_;
    if (setting_up_) return next_of_setup();
    if (!stopped_) think(open.client);
}

}  // namespace holdfast::simulation
