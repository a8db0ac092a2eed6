// What the hub counts about itself, and how it is scraped. Written by the loop's thread, read by
// the admin listener's; see telemetry/counter.h. Labels are bounded: never a SKU, an order or a
// path.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "canonical/vocabulary.h"
#include "http/server.h"
#include "readmodel/follower.h"
#include "sequencer/sequencer.h"
#include "telemetry/counter.h"

namespace holdfast::api {

struct BuildInfo {
    std::string version;
    std::string revision;
};

/// What GET /version says.
std::string version_json(const BuildInfo& build);

class Metrics {
  public:
    /// Numbers of refusals and of fact types stay below this.
    static constexpr std::size_t kCodesMax = 128;

    telemetry::Counter reservations_held;
    telemetry::Counter reservations_replayed;
    telemetry::Counter reservations_unavailable;
    std::array<telemetry::Counter, kCodesMax> reservations_refused;  ///< by refusal
    telemetry::DurationBuckets reservation_duration;  ///< request read to durable answer

    std::array<telemetry::Counter, kCodesMax> events_applied;    ///< by fact type
    std::array<telemetry::Counter, kCodesMax> events_duplicate;  ///< by fact type
    std::array<telemetry::Counter, kCodesMax> events_rejected;   ///< by fact type

    telemetry::Counter requests_unauthenticated;
    telemetry::Counter requests_forbidden;
    telemetry::Counter requests_malformed;
    telemetry::Counter explain_disagreements;  ///< the ledger and the read model differ: our bug
    telemetry::Counter streams_cut;            ///< live readers that ended before they had all
    telemetry::Gauge streams;

    telemetry::DurationBuckets journal_commit;  ///< write and sync of one group

    // Copies of what the loop's thread knows, taken after each commit.
    struct {
        telemetry::Counter commits, facts, bytes, commands, refused, repeated, expired, checkpoints;
        telemetry::Gauge durable_seq, queued, items, positions, reservations, keys;
        telemetry::Gauge journal_bytes, journal_segments, disk_low;
        telemetry::Counter http_requests, http_malformed, http_timed_out, http_bytes_in,
            http_bytes_out;
        telemetry::Gauge connections;
    } hub;

    /// Numbers of case kinds stay below this.
    static constexpr std::size_t kCaseKindsMax = 64;
    struct CaseGauges {
        telemetry::Gauge open, snoozed, money, oldest_age_us;
    };
    std::array<CaseGauges, kCaseKindsMax> cases;  ///< by kind
    telemetry::Gauge cases_kept;
    telemetry::Counter cases_not_opened;

    // Of the read model, as the loop knows it.
    struct {
        telemetry::Gauge on, following, applied_seq, lag_facts, lag_us;
        telemetry::Counter began_again, transactions;
    } read_model;

    /// Loop's thread only.
    void sample(const readmodel::FollowerStatus& status);
    void sample(sequencer::Sequencer& sequencer);
    void sample(const cases::State& state, Instant now);
    void sample(const http::ServerStats& stats);

    /// Any thread.
    [[nodiscard]] std::string scrape(const BuildInfo& build) const;
};

}  // namespace holdfast::api
