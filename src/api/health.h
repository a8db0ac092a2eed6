// What the health endpoints say. Fed through atomics by the loop's thread, so that the admin
// listener answers while a commit is under way. A broken channel never makes a hub unready.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace holdfast::api {

/// A loop that has not turned for this long is dead. A commit takes milliseconds; a checkpoint that
/// blocks the loop must stay far below it.
inline constexpr Microseconds loop_silence_max = std::chrono::seconds(30);

struct HealthBoard {
    std::atomic<bool> started{false};   ///< recovery is done and the listeners are open
    std::atomic<bool> draining{false};  ///< the hub is stopping
    std::atomic<bool> disk_full{false};
    std::atomic<bool> failed{false};  ///< the disk failed: the process is about to end
    /// How far the read model is behind, for the verbose answer. It is no reason to be unready.
    std::atomic<bool> read_model_on{false};
    std::atomic<bool> read_model_following{false};
    std::atomic<std::uint64_t> read_model_lag_facts{0};
    std::atomic<std::int64_t> read_model_lag_us{0};
    /// Time since boot of the loop's last sign of life, microseconds.
    std::atomic<std::int64_t> last_turn{0};
};

enum class HealthQuestion : std::uint8_t { live, ready, started };

struct HealthAnswer {
    bool good = true;
    std::string text;  ///< "ok", or one line per check
};
HealthAnswer answer_health(HealthQuestion question, const HealthBoard& board, Microseconds now,
                           bool verbose);

}  // namespace holdfast::api
