#include "api/metrics.h"

#include "http/json_writer.h"
#include "telemetry/exposition.h"

namespace holdfast::api {
namespace {

using telemetry::Exposition;

std::int64_t level(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void expose_reservations(Exposition& out, const Metrics& m) {
    constexpr std::string_view kName = "holdfast_reservations_total";
    constexpr std::string_view kHelp = "Answered reservation requests.";
    out.counter(kName, kHelp, {{"outcome", "held"}, {"reason", ""}}, m.reservations_held.value());
    out.counter(kName, kHelp, {{"outcome", "replayed"}, {"reason", ""}},
                m.reservations_replayed.value());
    out.counter(kName, kHelp, {{"outcome", "unavailable"}, {"reason", ""}},
                m.reservations_unavailable.value());
    for (std::size_t i = 1; i < Metrics::kCodesMax; ++i) {
        const std::uint64_t count = m.reservations_refused[i].value();
        if (count == 0) continue;
        out.counter(kName, kHelp,
                    {{"outcome", "refused"}, {"reason", name(static_cast<Refusal>(i))}}, count);
    }
    out.durations("holdfast_reservation_duration_seconds",
                  "From the request being read to its durable answer.", m.reservation_duration);
}

void expose_events(Exposition& out, const Metrics& m) {
    constexpr std::string_view kName = "holdfast_events_total";
    constexpr std::string_view kHelp = "Events received.";
    const auto expose = [&](std::string_view outcome, const auto& counters) {
        for (std::size_t i = 1; i < Metrics::kCodesMax; ++i) {
            const std::uint64_t count = counters[i].value();
            if (count == 0) continue;
            out.counter(kName, kHelp,
                        {{"type", name(static_cast<FactType>(i))}, {"outcome", outcome}}, count);
        }
    };
    expose("applied", m.events_applied);
    expose("duplicate", m.events_duplicate);
    expose("rejected", m.events_rejected);
}

void expose_hub(Exposition& out, const Metrics& m) {
    const auto& hub = m.hub;
    out.counter("holdfast_commands_total", "Commands decided.", {}, hub.commands.value());
    out.counter("holdfast_refusals_total", "Commands refused.", {}, hub.refused.value());
    out.counter("holdfast_repeats_total", "Commands that were repeats.", {}, hub.repeated.value());
    out.counter("holdfast_holds_expired_total", "Holds ended by time.", {}, hub.expired.value());
    out.counter("holdfast_facts_total", "Facts recorded.", {}, hub.facts.value());
    out.counter("holdfast_journal_commits_total", "Groups made durable.", {}, hub.commits.value());
    out.counter("holdfast_journal_bytes_total", "Bytes of facts made durable.", {},
                hub.bytes.value());
    out.durations("holdfast_journal_fsync_duration_seconds", "Write and sync of one group.",
                  m.journal_commit);
    out.counter("holdfast_checkpoints_total", "Checkpoints taken.", {}, hub.checkpoints.value());
    out.gauge("holdfast_durable_seq", "Position that is on disk.", {}, hub.durable_seq.value());
    out.gauge("holdfast_queued_commands", "Commands that wait for their turn.", {},
              hub.queued.value());
    out.gauge("holdfast_items", "Items known.", {}, hub.items.value());
    out.gauge("holdfast_positions", "Positions kept.", {}, hub.positions.value());
    out.gauge("holdfast_reservations", "Reservations kept, ended ones too.", {},
              hub.reservations.value());
    out.gauge("holdfast_idempotency_keys", "Keys remembered.", {}, hub.keys.value());
    out.gauge("holdfast_journal_size_bytes", "Bytes of the journal on disk.", {},
              hub.journal_bytes.value());
    out.gauge("holdfast_journal_segments", "Segments of the journal.", {},
              hub.journal_segments.value());
    out.gauge("holdfast_disk_low", "1 while only commands that end promises are taken.", {},
              hub.disk_low.value());
}

void expose_cases(Exposition& out, const Metrics& m) {
    const auto expose = [&](std::string_view family, std::string_view help, auto&& gauge) {
        for (std::size_t i = 1; i < Metrics::kCaseKindsMax; ++i) {
            const std::string_view kind = name(static_cast<CaseKind>(i));
            if (kind != "unknown") gauge(family, help, kind, m.cases[i]);
        }
    };
    expose("holdfast_cases_open", "Cases that wait for a person.",
           [&](auto family, auto help, auto kind, const Metrics::CaseGauges& gauges) {
               out.gauge(family, help, {{"kind", kind}}, gauges.open.value());
           });
    expose("holdfast_cases_snoozed", "Cases that are put aside for a while.",
           [&](auto family, auto help, auto kind, const Metrics::CaseGauges& gauges) {
               out.gauge(family, help, {{"kind", kind}}, gauges.snoozed.value());
           });
    expose("holdfast_cases_money_at_risk",
           "Worth of the units at risk in open and snoozed cases, in the smallest coin.",
           [&](auto family, auto help, auto kind, const Metrics::CaseGauges& gauges) {
               out.gauge(family, help, {{"kind", kind}}, gauges.money.value());
           });
    expose("holdfast_cases_oldest_age_seconds", "Age of the oldest open or snoozed case.",
           [&](auto family, auto help, auto kind, const Metrics::CaseGauges& gauges) {
               out.gauge(family, help, {{"kind", kind}},
                         Microseconds{gauges.oldest_age_us.value()});
           });
    out.gauge("holdfast_cases", "Cases kept, resolved ones too.", {}, m.cases_kept.value());
    out.counter("holdfast_cases_not_opened_total",
                "Raises that found every place taken by a live case.", {},
                m.cases_not_opened.value());
}

void expose_read_model(Exposition& out, const Metrics& m) {
    const auto& model = m.read_model;
    if (model.on.value() == 0) return;
    out.gauge("holdfast_read_model_following",
              "1 while it keeps up; 0 while it catches up, waits or has failed.", {},
              model.following.value());
    out.gauge("holdfast_read_model_applied_seq", "Newest fact in the read model.", {},
              model.applied_seq.value());
    out.gauge("holdfast_read_model_lag_facts", "Durable facts that are not in the read model yet.",
              {}, model.lag_facts.value());
    out.gauge("holdfast_read_model_lag_seconds",
              "Log time between the newest durable fact and the newest one in the read model.", {},
              Microseconds{model.lag_us.value()});
    out.counter("holdfast_read_model_rebuilds_total",
                "Times its file was thrown away and built again.", {}, model.began_again.value());
    out.counter("holdfast_explain_disagreements_total",
                "Explained numbers that were not the ledger's. Any is a bug of the hub.", {},
                m.explain_disagreements.value());
    out.counter("holdfast_read_model_transactions_total", "Groups of facts applied.", {},
                model.transactions.value());
}

void expose_http(Exposition& out, const Metrics& m) {
    const auto& hub = m.hub;
    out.counter("holdfast_http_requests_total", "Requests read.", {}, hub.http_requests.value());
    constexpr std::string_view kName = "holdfast_http_refused_total";
    constexpr std::string_view kHelp = "Requests refused before any command was made of them.";
    out.counter(kName, kHelp, {{"reason", "http"}}, hub.http_malformed.value());
    out.counter(kName, kHelp, {{"reason", "time_limit"}}, hub.http_timed_out.value());
    out.counter(kName, kHelp, {{"reason", "unauthenticated"}}, m.requests_unauthenticated.value());
    out.counter(kName, kHelp, {{"reason", "forbidden"}}, m.requests_forbidden.value());
    out.counter(kName, kHelp, {{"reason", "malformed"}}, m.requests_malformed.value());
    out.counter("holdfast_http_received_bytes_total", "Bytes read from clients.", {},
                hub.http_bytes_in.value());
    out.counter("holdfast_http_sent_bytes_total", "Bytes written to clients.", {},
                hub.http_bytes_out.value());
    out.gauge("holdfast_http_connections", "Open connections.", {}, hub.connections.value());
    out.gauge("holdfast_feed_streams", "Live readers of the feed.", {}, m.streams.value());
    out.counter("holdfast_feed_streams_cut_total",
                "Live readers that ended before they had read everything.", {},
                m.streams_cut.value());
}

}  // namespace

std::string version_json(const BuildInfo& build) {
    std::string out;
    http::JsonWriter json(out);
    json.begin_object()
        .member("name", std::string_view("holdfast"))
        .member("version", build.version)
        .member("revision", build.revision)
        .end_object();
    return out;
}

void Metrics::sample(sequencer::Sequencer& sequencer) {
    const sequencer::Counters& counters = sequencer.counters();
    hub.commits.set(counters.commits);
    hub.facts.set(counters.facts);
    hub.bytes.set(counters.bytes);
    hub.commands.set(counters.commands);
    hub.refused.set(counters.refused);
    hub.repeated.set(counters.repeated);
    hub.expired.set(counters.expired);
    hub.checkpoints.set(counters.checkpoints);
    hub.durable_seq.set(level(sequencer.durable_seq()));
    hub.queued.set(level(sequencer.queued()));
    const ledger::State& state = sequencer.state();
    hub.items.set(state.items.size());
    hub.positions.set(level(state.positions.size()));
    hub.reservations.set(level(state.reservations.size()));
    hub.keys.set(level(state.transport_keys.size() + state.semantic_keys.size()));
    const journal::JournalStatus journal = sequencer.journal().status();
    hub.journal_bytes.set(level(journal.bytes));
    hub.journal_segments.set(level(journal.segments));
    hub.disk_low.set(journal.disk_low ? 1 : 0);
}

void Metrics::sample(const cases::State& state, Instant now) {
    std::array<bool, kCaseKindsMax> seen{};
    for (const auto& [kind, totals] : state.table.totals()) {
        const auto at = static_cast<std::size_t>(kind) % kCaseKindsMax;
        seen[at] = true;
        const Instant oldest = state.table.rows().at(*totals.live.begin()).opened_at;
        cases[at].open.set(level(totals.open));
        cases[at].snoozed.set(level(totals.snoozed));
        cases[at].money.set(totals.money);
        cases[at].oldest_age_us.set(std::max(Microseconds{0}, now - oldest).count());
    }
    for (std::size_t i = 0; i < kCaseKindsMax; ++i) {
        if (seen[i]) continue;
        for (telemetry::Gauge* gauge :
             {&cases[i].open, &cases[i].snoozed, &cases[i].money, &cases[i].oldest_age_us}) {
            gauge->set(0);
        }
    }
    cases_kept.set(level(state.table.size()));
    cases_not_opened.set(state.not_opened);
}

void Metrics::sample(const readmodel::FollowerStatus& status) {
    read_model.on.set(1);
    read_model.following.set(status.state == readmodel::FollowerState::following ? 1 : 0);
    read_model.applied_seq.set(level(status.applied_seq));
    read_model.lag_facts.set(level(status.lag_facts));
    read_model.lag_us.set(status.lag.count());
    read_model.began_again.set(status.began_again);
    read_model.transactions.set(status.transactions);
}

void Metrics::sample(const http::ServerStats& stats) {
    hub.http_requests.set(stats.requests);
    hub.http_malformed.set(stats.malformed);
    hub.http_timed_out.set(stats.timed_out);
    hub.http_bytes_in.set(stats.bytes_in);
    hub.http_bytes_out.set(stats.bytes_out);
    hub.connections.set(level(stats.connections));
}

std::string Metrics::scrape(const BuildInfo& build) const {
    Exposition out;
    out.gauge("holdfast_build_info", "Which build this is.",
              {{"version", build.version}, {"revision", build.revision}}, 1);
    expose_reservations(out, *this);
    expose_events(out, *this);
    expose_hub(out, *this);
    expose_cases(out, *this);
    expose_read_model(out, *this);
    expose_http(out, *this);
    return out.text();
}

}  // namespace holdfast::api
