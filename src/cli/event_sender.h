// Sends events to a hub in batches, in order, one batch at a time, and hands back what the hub
// decided about each. Survives a hub that is restarted: it asks where the source stands and goes on
// behind that point.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/http_client.h"

namespace holdfast::cli {

/// What the hub said about one event.
struct EventOutcome {
    enum class Kind : std::uint8_t {
        accepted,   ///< recorded now; lines that were set aside are in refused_lines
        duplicate,  ///< recorded before
        refused,    ///< nothing was recorded; see code, and refused_lines where lines differ
    };
    Kind kind = Kind::accepted;
    std::string code;
    /// Line number and its reason.
    std::vector<std::pair<std::uint64_t, std::string>> refused_lines;
};

/// Reads one line of the answer to POST /v1/events:batch. `lines` are the line numbers of the
/// event, in its order, for problems that point by position.
/// Fails  invalid_format; overloaded when the hub asks to try later (503, 429).
Result<EventOutcome> read_outcome(std::string_view json, const std::vector<std::uint64_t>& lines);

struct SenderOptions {
    std::string source;
    std::size_t batch_events_max = 500;
    std::size_t batch_bytes_max = std::size_t{1} << 20;
    /// How long a hub may be away before the sender gives up.
    std::chrono::seconds wait{60};
};

class EventSender {
  public:
    /// Called for each event in the order of sending; `tag` as given to add.
    using OnOutcome = std::function<Attempt<void>(std::uint64_t tag, const EventOutcome& outcome)>;

    EventSender(HttpClient& client, SenderOptions options, OnOutcome on_outcome);

    /// Where the source stands: 0 when the hub has nothing of it. Waits for a hub that is away.
    Attempt<std::uint64_t> recorded_sequence();

    /// Queues one event and sends when a batch is full. Sequences grow from call to call.
    Attempt<void> add(std::uint64_t tag, std::uint64_t sequence, std::string json,
                      std::vector<std::uint64_t> lines);
    /// Sends what is queued.
    Attempt<void> flush();

    [[nodiscard]] std::uint64_t outages() const { return outages_; }

  private:
    struct Queued {
        std::uint64_t tag = 0;
        std::uint64_t sequence = 0;
        std::string json;
        std::vector<std::uint64_t> lines;
    };
    Attempt<void> send_queue();
    /// Hands out the answers in `body` and removes their events; true when the batch is done.
    Attempt<bool> settle(const HttpReply& reply);
    /// After an answer got lost: what the hub has recorded is settled as duplicate.
    Attempt<void> settle_recorded();
    Attempt<void> pause(std::string_view why);

    HttpClient& client_;
    SenderOptions options_;
    OnOutcome on_outcome_;
    std::vector<Queued> queue_;
    std::size_t queued_bytes_ = 0;
    std::uint64_t outages_ = 0;
    std::chrono::milliseconds pause_{0};
    std::chrono::steady_clock::time_point away_since_{};
    bool away_ = false;
};

/// What a problem answer says, as trouble: its detail, and the exit code for its status.
Trouble trouble_of(const HttpReply& reply, std::string what);
/// Trouble for a hub that could not be asked at all.
Trouble unreachable(const Failure& failure, const std::string& url);

}  // namespace holdfast::cli
