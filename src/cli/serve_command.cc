#include "cli/serve_command.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace holdfast::cli {
namespace {

constexpr std::int64_t kHistorySecondsMax = std::int64_t{100} * 366 * 86'400;

}  // namespace

void add_serve_flags(CLI::App& app, hub::ServeOptions& options) {
    app.add_option("--data", options.data, "directory of the journal; made at the first start")
        ->envname("HOLDFAST_DATA");
    app.add_option("--listen", options.listen, "HOST:PORT of the API");
    app.add_option("--admin", options.admin, "HOST:PORT of metrics and health; '' for none");
    app.add_option("--tls-certificate", options.tls_certificate, "PEM file with the chain")
        ->group("TLS");
    app.add_option("--tls-key", options.tls_key, "PEM file with its private key")->group("TLS");
    app.add_flag("--insecure-public", options.insecure_public,
                 "allow a public address without TLS: behind a proxy that has it")
        ->group("TLS");
    app.add_option("--segment-bytes", options.segment_bytes, "size of a journal segment: 64MiB")
        ->transform(CLI::AsSizeValue(false))
        ->group("Tuning");
    const std::map<std::string, hub::CommitMode> modes{{"auto", hub::CommitMode::automatic},
                                                       {"in-turn", hub::CommitMode::in_turn},
                                                       {"thread", hub::CommitMode::thread}};
    app.add_option("--commit", options.commit,
                   "auto: large groups on a thread beside the loop, small ones in its turn; or "
                   "in-turn, thread")
        ->transform(CLI::CheckedTransformer(modes))
        ->default_str("auto")
        ->group("Tuning");
    app.add_option("--reservations-expected", options.reservations_expected,
                   "open reservations to make room for at the start")
        ->group("Tuning");
    app.add_option("--checkpoint-bytes", options.checkpoint_bytes,
                   "facts after which a checkpoint is taken beside the service: 512MiB; 0: only at "
                   "a stop, and at SIGUSR2")
        ->transform(CLI::AsSizeValue(false))
        ->group("Tuning");
    app.add_flag("--realtime", options.realtime, "first in the queue for a processor (SCHED_FIFO)")
        ->group("Tuning");
    app.add_flag("--read-model,!--no-read-model", options.read_model,
                 "keep the read model: history, explain and timelines need it")
        ->default_str("on")
        ->group("Tuning");
    const std::map<std::string, std::int64_t> seconds{
        {"s", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}};
    app.add_option_function<std::int64_t>(
           "--history",
           [&options](std::int64_t kept) { options.history = std::chrono::seconds(kept); },
           "how long the read model keeps facts one by one, such as 90d or 12h; 0: for ever")
        ->transform(CLI::AsNumberWithUnit(seconds))
        ->check(CLI::Range(std::int64_t{0}, kHistorySecondsMax))
        ->default_str("90d")
        ->group("Tuning");
    app.add_flag("--quiet", options.quiet, "say only what went wrong");
}

}  // namespace holdfast::cli
