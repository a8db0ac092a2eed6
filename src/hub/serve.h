// Puts the parts together and runs them: data directory, journal, sequencer, API, admin listener,
// signals. The only folder that knows everyone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "readmodel/retention.h"
#include "sequencer/sequencer.h"

namespace holdfast::hub {

/// Where commits are written and synced.
enum class CommitMode : std::uint8_t {
    automatic,  ///< small groups in the loop's turn, larger ones on a thread beside it
    in_turn,    ///< always in the loop's turn
    thread,     ///< always on the thread
};

struct ServeOptions {
    std::string data = "./holdfast-data";
    std::string listen = "127.0.0.1:8460";  ///< the API
    std::string admin = "127.0.0.1:8461";   ///< metrics and health; empty: none
    std::string tls_certificate;            ///< PEM chain; with tls_key
    std::string tls_key;
    /// Binds to a public address without TLS: for a proxy in front, or a laboratory.
    bool insecure_public = false;
    std::uint64_t segment_bytes = 64ULL * 1024 * 1024;
    CommitMode commit = CommitMode::automatic;
    /// Room made at the start for this many open reservations.
    std::uint64_t reservations_expected = 262'144;
    /// Facts since the last checkpoint that make the next one due; 0: at stops and SIGUSR2 only.
    std::uint64_t checkpoint_bytes = sequencer::SequencerOptions{}.checkpoint_after_bytes;
    /// SCHED_FIFO for the loop, where the system allows it: keeps a busy machine from delaying
    /// commits by a timer tick.
    bool realtime = false;
    /// Keeps the read model: history, explain and timelines are answered from it.
    bool read_model = true;
    /// Log time whose facts the read model keeps one by one; 0: all.
    std::chrono::seconds history =
        std::chrono::duration_cast<std::chrono::seconds>(readmodel::kHistoryDefault);
    bool quiet = false;  ///< no talk on standard error but errors
};

/// Exit codes of `serve`, beside 0 (stopped in order) and 2 (usage).
inline constexpr int kExitCorrupt = 65;      ///< a stored record fails its check: see the message
inline constexpr int kExitUnavailable = 69;  ///< address in use, directory held by another process
inline constexpr int kExitDiskFailed = 70;   ///< a write or sync failed: start again
inline constexpr int kExitStayDown = 74;     ///< it failed twice in ten minutes: look at the disk

/// Serves until SIGTERM or SIGINT. Blocks. Returns the exit code.
int serve(const ServeOptions& options);

}  // namespace holdfast::hub
