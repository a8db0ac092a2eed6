// Whether the clocks can be trusted to end a hold. Late expiry is the safe side: early expiry sells
// what somebody has paid for. Wall time must agree with boot time; after a restart, a clock that
// went back, or a long gap, expiry waits.
// Rules: docs/architecture.md, "Time"; failure model row "clock jump".
#pragma once

#include <cstdint>
#include <string_view>

#include "base/instant.h"
#include "os/clock.h"

namespace holdfast::sequencer {

inline constexpr Microseconds clock_disagreement_max = std::chrono::seconds(5);
inline constexpr Microseconds expiry_wait_after_boot = std::chrono::seconds(60);
inline constexpr Microseconds expiry_gap_max = std::chrono::hours(1);
inline constexpr Microseconds expiry_wait_after_gap = std::chrono::minutes(15);

class ExpiryClock {
  public:
    enum class Verdict : std::uint8_t {
        trusted,
        clocks_disagree,       ///< wall and boot time drifted apart by over 5 s
        wall_behind_log_time,  ///< wall time is earlier than what is recorded already
        waiting_after_boot,
        waiting_after_gap,  ///< the hub was down for over an hour: 15 minutes, or resume()
    };
    explicit ExpiryClock(const os::Clock& clock) : clock_(clock) {}

    /// What the journal's last batch said of the clocks; zeros for a new journal.
    struct LastBatch {
        Instant log_time{};
        Instant wall{};  ///< as far as its writer trusted it
        Microseconds since_boot{};
        std::uint64_t boot_id = 0;
    };
    void start(const LastBatch& last);
    /// What the wall clock would say if nobody had moved it since it was last trusted. Log time
    /// follows it, so that a hold granted while the wall clock stands too low gets its whole time.
    [[nodiscard]] Instant expected_wall() const;
    /// The wall clock while it agrees, else expected_wall(). What the journal keeps, so that a
    /// restart does not take a clock for right that was not trusted before it.
    [[nodiscard]] Instant trusted_wall() const;
    /// Whether holds may be ended now; `log_time` is the last stamp given.
    [[nodiscard]] Verdict verdict(Instant log_time);
    /// A person says the clock is right: ends the waits and takes the clocks as they are now.
    void resume();

  private:
    [[nodiscard]] bool agrees(Instant wall, Instant expected) const;

    const os::Clock& clock_;
    Instant anchor_wall_{};
    Microseconds anchor_boot_{};
    Microseconds wait_until_{};
    Verdict waiting_for_ = Verdict::trusted;
};

std::string_view name(ExpiryClock::Verdict verdict);

}  // namespace holdfast::sequencer
