#include "cli/serve_command.h"

#include <CLI/CLI.hpp>

namespace holdfast::cli {

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
    app.add_flag("--commit-thread", options.commit_thread,
                 "commit on a thread of its own, not in the loop's turn")
        ->group("Tuning");
    app.add_option("--reservations-expected", options.reservations_expected,
                   "open reservations to make room for at the start")
        ->group("Tuning");
    app.add_flag("--realtime", options.realtime, "first in the queue for a processor (SCHED_FIFO)")
        ->group("Tuning");
    app.add_flag("--quiet", options.quiet, "say only what went wrong");
}

}  // namespace holdfast::cli
