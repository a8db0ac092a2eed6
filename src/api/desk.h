// What every handler works with: the state to read, the way to answer, and the way to hand a
// command to the sequencer and be answered when it is durable. One per loop, on its thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/authenticator.h"
#include "api/cursor.h"
#include "api/decoder.h"
#include "api/health.h"
#include "api/metrics.h"
#include "api/operations.h"
#include "api/params.h"
#include "api/problem.h"
#include "http/router.h"
#include "http/server.h"
#include "os/loop.h"
#include "os/random.h"
#include "readmodel/follower.h"
#include "sequencer/sequencer.h"

namespace holdfast::api {

class BulkJobs;
class FactFeed;
class HistoryDesk;

/// All outlive the API.
struct Services {
    sequencer::Sequencer& sequencer;  ///< recovered already
    os::Loop& loop;
    os::Random& random;
    Metrics& metrics;
    HealthBoard& health;
    readmodel::Follower* read_model = nullptr;  ///< none: nothing is answered from it
    readmodel::Executor reading = {};           ///< answers from it beside the loop
    readmodel::Executor decoding = {};          ///< reads batches beside it; none: in its turns
};

struct Options {
    BuildInfo build;
    /// Commands of one key that wait for their commit; beyond it 429.
    std::uint32_t commands_in_flight_per_key_max = 16384;
    /// Reads that wait for a commit; beyond it 503.
    std::size_t held_reads_max = 16384;
    /// Requests that wait for min_seq; beyond it 503.
    std::size_t waiting_requests_max = 1024;
    /// Bodies of these together; beyond it 503.
    std::size_t waiting_bytes_max = 16 * 1024 * 1024;
    Microseconds min_seq_wait_max = std::chrono::seconds(1);
    /// Lines of one batch that wait for their commit.
    std::size_t batch_window_max = 4096;
    /// Batches put nothing more into a queue that is longer than this.
    std::size_t batch_queue_commands_max = 16384;
    /// Bodies of batches under way, together.
    std::size_t batch_bytes_max = 256 * 1024 * 1024;
    std::size_t streams_max = 256;
    /// Questions to the read model that wait or are being answered; beyond it 503.
    std::size_t history_questions_max = 64;
};

/// One request on its way through a handler.
struct Call {
    const http::Request& request;
    http::RequestToken token;
    Operation operation;
    const http::PathParams& path;
    Principal* principal = nullptr;  ///< null on routes that need no key
    Microseconds started{};

    [[nodiscard]] const Route& route() const {
        return kRoutes[static_cast<std::size_t>(operation)];
    }
};

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kNdjson = "application/x-ndjson";

class Desk final : public sequencer::Caller {
  public:
    Desk(const Services& services, Options options);
    ~Desk() override;

    void attach(http::Server& server) { server_ = &server; }

    [[nodiscard]] http::Server& server() { return *server_; }
    [[nodiscard]] sequencer::Sequencer& sequencer() { return services_.sequencer; }
    [[nodiscard]] const ledger::State& state() const { return services_.sequencer.state(); }
    [[nodiscard]] const cases::State& cases() const { return services_.sequencer.cases(); }
    [[nodiscard]] os::Loop& loop() { return services_.loop; }
    [[nodiscard]] os::Random& random() { return services_.random; }
    [[nodiscard]] Metrics& metrics() { return services_.metrics; }
    [[nodiscard]] HealthBoard& health() { return services_.health; }
    [[nodiscard]] readmodel::Follower* read_model() { return services_.read_model; }
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Authenticator& authenticator() { return authenticator_; }
    [[nodiscard]] const CursorCodec& cursors() const { return cursors_; }
    [[nodiscard]] BulkJobs& batches() { return *batches_; }
    [[nodiscard]] FactFeed& feed() { return *feed_; }
    [[nodiscard]] HistoryDesk& history() { return *history_; }
    /// Reused by each request in turn.
    [[nodiscard]] Params& params() { return params_; }
    [[nodiscard]] std::string& scratch() {
        scratch_.clear();
        return scratch_;
    }
    /// Ready to put texts into the arena of this turn.
    [[nodiscard]] Decoder& decoder();
    /// Time since boot, read once a turn.
    [[nodiscard]] Microseconds now();
    [[nodiscard]] Instant wall() const { return services_.loop.clock().wall(); }

    // Answers. `headers` is rendered text.
    void answer(http::RequestToken token, std::uint16_t status, std::string_view content_type,
                std::string_view body, std::string_view headers = {});
    /// A read that saw a row of this seq: held while the row is not durable.
    void answer_read(http::RequestToken token, std::uint64_t newest_seq, std::string_view body,
                     std::string_view headers = {}, std::uint16_t status = 200);
    void refuse(http::RequestToken token, const ProblemKind& kind, std::string_view detail = {},
                std::string_view headers = {});
    void refuse(http::RequestToken token, const Fault& fault);

    /// True when the key's scopes cover it; else answers 403.
    bool allowed(const Call& call, Action action, const Reach& reach);
    bool may(const Call& call, Action action, const Reach& reach) const {
        return call.principal->may(action, reach);
    }

    /// Hands a command over. The answer is rendered by operation; `secret` is shown in it once.
    void submit(const Call& call, const Command& command, std::uint64_t body_hash = 0,
                std::string secret = {});
    /// Fills what all commands of a request share: who, and the trace if it is sampled.
    void describe(const Call& call, Envelope& envelope);

    void answered(std::uint64_t token, const sequencer::Answer& answer) override;
    /// After each commit.
    void durable(std::uint64_t durable_seq);
    void turn_ended();

  private:
    /// A command that waits for its commit.
    struct Pending {
        http::RequestToken token;
        Operation operation{};
        FactType event_type{};
        Microseconds started{};
        KeyUsage* usage = nullptr;
        std::uint64_t body_hash = 0;
        std::uint32_t next_free = 0;
        std::string secret;
    };
    struct HeldRead {
        std::uint64_t seq = 0;
        http::RequestToken token;
        std::uint16_t status = 200;
        std::string body;
        std::string headers;
    };
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    void answer_effect(const Pending& pending, const sequencer::Answer& answer);
    void answer_refusal(const Pending& pending, const sequencer::Answer& answer);
    void answer_unavailable(const Pending& pending, const ProblemKind& kind);
    void answer_without_fact(const Pending& pending, std::uint64_t seq);
    void count(const Pending& pending, const sequencer::Answer& answer);

    Services services_;
    Options options_;
    http::Server* server_ = nullptr;
    Authenticator authenticator_;
    CursorCodec cursors_;
    Decoder decoder_;
    Params params_;
    std::string scratch_;
    std::string rate_limit_policy_;
    std::string rate_limit_spent_;
    std::vector<Pending> pending_;
    std::uint32_t free_pending_ = kNone;
    std::vector<HeldRead> held_;
    Microseconds now_{};
    bool now_known_ = false;
    std::uint64_t answered_seq_ = 0;
    Microseconds answered_at_{};
    std::unique_ptr<BulkJobs> batches_;
    std::unique_ptr<FactFeed> feed_;
    std::unique_ptr<HistoryDesk> history_;
};

/// "Retry-After: 2\r\n" with jitter, so that callers do not come back together.
std::string retry_after(os::Random& random);

/// Renders header lines into a small buffer.
class HeaderText {
  public:
    HeaderText& line(std::string_view name, std::string_view value);
    [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }

  private:
    std::array<char, 512> bytes_;
    std::size_t size_ = 0;
};

}  // namespace holdfast::api
