#include "os/sim/sim_world.h"

#include <algorithm>

namespace holdfast::os::sim {

SimWorld::SimWorld(std::uint64_t seed) : random_(seed) {}

EventId SimWorld::schedule(Microseconds at, Task task) {
    std::uint32_t index = 0;
    if (free_.empty()) {
        index = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    Slot& slot = slots_[index];
    slot.task = std::move(task);
    slot.live = true;
    ++live_;
    const EventId id{index, slot.generation};
    heap_.push_back({std::max(at, now_), order_++, id});
    std::push_heap(heap_.begin(), heap_.end(), later);
    return id;
}

Microseconds SimWorld::random_delay(Microseconds min, Microseconds max) {
    const auto range = static_cast<std::uint64_t>((max - min).count()) + 1;
    return min + Microseconds{static_cast<std::int64_t>(random_.below(range))};
}

void SimWorld::cancel(EventId id) {
    if (id.slot >= slots_.size()) return;
    Slot& slot = slots_[id.slot];
    if (!slot.live || slot.generation != id.generation) return;
    slot.live = false;
    slot.task = nullptr;
    --live_;
}

void SimWorld::advance_to(Microseconds at) {
    const Microseconds passed = at - now_;
    if (passed.count() <= 0) return;
    now_ = at;
    for (SimClock* clock : clocks_) clock->advance(passed);
}

bool SimWorld::step() {
    while (!heap_.empty()) {
        std::pop_heap(heap_.begin(), heap_.end(), later);
        const Entry entry = heap_.back();
        heap_.pop_back();
        Slot& slot = slots_[entry.id.slot];
        const bool live = slot.live;
        const Task task = std::move(slot.task);
        slot.task = nullptr;
        slot.live = false;
        ++slot.generation;
        free_.push_back(entry.id.slot);
        if (!live) continue;
        --live_;
        advance_to(entry.at);
        note(static_cast<std::uint64_t>(entry.at.count()));
        note(entry.order);
        ++events_;
        task();
        return true;
    }
    return false;
}

void SimWorld::run_until(Microseconds at) {
    // Cancelled entries are skipped by step(), so the front may be one that never runs.
    while (!heap_.empty() && heap_.front().at <= at) {
        if (slots_[heap_.front().id.slot].live) {
            step();
            continue;
        }
        std::pop_heap(heap_.begin(), heap_.end(), later);
        const Entry entry = heap_.back();
        heap_.pop_back();
        ++slots_[entry.id.slot].generation;
        free_.push_back(entry.id.slot);
    }
    advance_to(at);
}

void SimWorld::attach(SimClock& clock) { clocks_.push_back(&clock); }

void SimWorld::detach(SimClock& clock) { std::erase(clocks_, &clock); }

}  // namespace holdfast::os::sim
