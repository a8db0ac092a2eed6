#include "sequencer/expiry_clock.h"

#include "base/planted.h"

namespace holdfast::sequencer {

void ExpiryClock::start(const LastBatch& last) {
    anchor_wall_ = clock_.wall();
    anchor_boot_ = clock_.since_boot();
    wait_until_ = Microseconds{0};
    waiting_for_ = Verdict::trusted;
    if (last.boot_id == 0) return;  // a new journal holds nothing that could expire early
    const auto wait = [&](Microseconds how_long, Verdict why) {
        wait_until_ = anchor_boot_ + how_long;
        waiting_for_ = why;
    };
    if (last.boot_id == clock_.boot_id()) {
        // The same boot: what the journal saw of both clocks is the anchor.
        anchor_wall_ = last.wall;
        anchor_boot_ = last.since_boot;
    } else {
        wait(expiry_wait_after_boot, Verdict::waiting_after_boot);
    }
    if (clock_.wall() - last.log_time > expiry_gap_max)
        wait(expiry_wait_after_gap, Verdict::waiting_after_gap);
}

Instant ExpiryClock::expected_wall() const {
    return anchor_wall_ + (clock_.since_boot() - anchor_boot_);
}

Instant ExpiryClock::trusted_wall() const {
    const Instant wall = clock_.wall();
    const Instant expected = expected_wall();
    return agrees(wall, expected) ? wall : expected;
}

bool ExpiryClock::agrees(Instant wall, Instant expected) const {
    if (planted(Bug::trust_any_clock)) return true;
    return wall - expected <= clock_disagreement_max && expected - wall <= clock_disagreement_max;
}

ExpiryClock::Verdict ExpiryClock::verdict(Instant log_time) {
    const Instant wall = clock_.wall();
    const Microseconds boot = clock_.since_boot();
    if (!agrees(wall, anchor_wall_ + (boot - anchor_boot_))) return Verdict::clocks_disagree;
    // Slewing is agreement: the anchor follows, a step of over five seconds does not pass.
    anchor_wall_ = wall;
    anchor_boot_ = boot;
    if (wall + clock_disagreement_max < log_time) return Verdict::wall_behind_log_time;
    if (boot < wait_until_) return waiting_for_;
    return Verdict::trusted;
}

void ExpiryClock::resume() {
    anchor_wall_ = clock_.wall();
    anchor_boot_ = clock_.since_boot();
    wait_until_ = Microseconds{0};
}

std::string_view name(ExpiryClock::Verdict verdict) {
    using enum ExpiryClock::Verdict;
    switch (verdict) {
        case trusted: return "trusted";
        case clocks_disagree: return "clocks_disagree";
        case wall_behind_log_time: return "wall_behind_log_time";
        case waiting_after_boot: return "waiting_after_boot";
        case waiting_after_gap: return "waiting_after_gap";
    }
    return "unknown";
}

}  // namespace holdfast::sequencer
