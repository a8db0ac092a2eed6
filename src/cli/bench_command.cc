#include "cli/bench_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <map>

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/load_run.h"

namespace holdfast::cli {
namespace {

/// http://HOST[:PORT][/]; anything else is refused rather than half understood.
Result<void> apply_url(const std::string& url, LoadOptions& load) {
    constexpr std::string_view kScheme = "http://";
    std::string_view rest = url;
    if (!rest.starts_with(kScheme)) {
        return failure(ErrorCode::invalid_argument,
                       "--url must begin with http:// (the load generator speaks no TLS)");
    }
    rest.remove_prefix(kScheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const std::size_t colon = rest.rfind(':');
    load.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) {
        const std::string_view digits = rest.substr(colon + 1);
        const auto parsed =
            std::from_chars(digits.data(), digits.data() + digits.size(), load.port);
        if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() ||
            load.port == 0) {
            return failure(ErrorCode::invalid_argument,
                           fmt::format("--url: '{}' is no port", digits));
        }
    }
    if (load.host.empty() || load.host.find('/') != std::string::npos) {
        return failure(ErrorCode::invalid_argument, "--url takes a host and a port, no path");
    }
    return {};
}

Result<void> apply_key_file(const std::string& path, LoadOptions& load) {
    if (path.empty()) return {};
    std::ifstream file(path);
    if (!std::getline(file, load.key) || load.key.empty()) {
        return failure(ErrorCode::not_found, fmt::format("no API key in {}", path));
    }
    for (const char c : load.key) {
        if (c <= ' ' || c > '~') {
            return failure(ErrorCode::invalid_format,
                           fmt::format("the first line of {} is no API key", path));
        }
    }
    return {};
}

int exit_code(const Failure& problem) {
    switch (problem.code) {
        case ErrorCode::not_connected: return kExitUnreachable;
        case ErrorCode::invalid_argument: return kExitUsage;
        default: return kExitFailed;
    }
}

}  // namespace

void add_bench_flags(CLI::App& app, BenchOptions& options) {
    LoadOptions& load = options.load;
    const std::map<std::string, LoadOperation> operations{
        {"reserve", LoadOperation::reserve},
        {"availability", LoadOperation::availability},
        {"availability-bulk", LoadOperation::availability_bulk},
        {"events-batch", LoadOperation::events_batch}};
    const std::map<std::string, SkuDistribution> distributions{
        {"uniform", SkuDistribution::uniform},
        {"zipf", SkuDistribution::zipf},
        {"hot", SkuDistribution::hot}};
    const std::map<std::string, Arrivals> arrivals{{"constant", Arrivals::constant},
                                                   {"poisson", Arrivals::poisson}};
    const std::map<std::string, double> seconds{
        {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
    app.add_option("--url", options.url, "the hub, http only")->capture_default_str();
    app.add_option("--key-file", options.key_file, "file whose first line is the API key");
    app.add_option("--op", load.operation,
                   "reserve, availability, availability-bulk or events-batch")
        ->transform(CLI::CheckedTransformer(operations))
        ->default_str("reserve");
    app.add_option("--connections", load.connections, "keep-alive connections")
        ->capture_default_str()
        ->check(CLI::Range(1U, kConnectionsMax));
    app.add_option("--pipeline", load.pipeline, "requests in flight on each connection")
        ->capture_default_str()
        ->check(CLI::Range(1U, kPipelineMax));
    app.add_option("--duration", options.duration_s, "measured time, such as 5s or 500ms")
        ->transform(CLI::AsNumberWithUnit(seconds))
        ->default_str("5s");
    app.add_option("--rate", load.rate,
                   "open loop: requests per second, latency counted from the intended start; 0 is "
                   "a closed loop")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    app.add_option("--arrivals", load.arrivals, "of an open loop: constant or poisson")
        ->transform(CLI::CheckedTransformer(arrivals))
        ->default_str("constant");
    app.add_option("--dist", load.distribution, "which SKUs: uniform, zipf (0.99) or hot (one)")
        ->transform(CLI::CheckedTransformer(distributions))
        ->default_str("uniform");
    app.add_option("--skus", load.skus, "SKU-000001 to this number")
        ->capture_default_str()
        ->check(CLI::Range(1U, kSkusMax));
    app.add_option("--locations", load.locations,
                   "L0001 to this number; 0 names none, and the channel's pool chooses")
        ->capture_default_str()
        ->check(CLI::Range(0U, kLocationsMax));
    app.add_option("--channel", load.channel, "channel code")->capture_default_str();
    app.add_option("--items", load.items_per_query,
                   "SKUs in one availability-bulk request, events in one batch")
        ->capture_default_str()
        ->check(CLI::Range(1U, kItemsPerQueryMax));
    app.add_option("--seed", load.seed, "same seed, same requests; 0 draws one")
        ->capture_default_str();
    app.add_flag("--json", options.as_json, "one JSON object instead of text");
}

int run_bench(BenchOptions options) {
    LoadOptions& load = options.load;
    load.duration = std::chrono::milliseconds(static_cast<std::int64_t>(options.duration_s * 1000));
    load.warmup = std::min(load.duration / 4, std::chrono::milliseconds(500));
    Result<void> ready = apply_url(options.url, load);
    if (ready) ready = apply_key_file(options.key_file, load);
    const Result<LoadReport> report =
        ready ? run_load(load) : Result<LoadReport>(tl::unexpected(ready.error()));
    if (!report) {
        fmt::print(stderr, "holdfast bench: {}\n", to_string(report.error()));
        if (report.error().code == ErrorCode::not_connected) {
            fmt::print(stderr, "  is a hub serving at {}? see: holdfast serve --help\n",
                       options.url);
        }
        return exit_code(report.error());
    }
    fmt::print("{}", options.as_json ? report_as_json(load, *report) + "\n"
                                     : report_as_text(load, *report));
    const bool all_answered =
        report->ok + report->refused == report->latency.count() && report->lost == 0;
    return all_answered ? 0 : kExitFailed;
}

}  // namespace holdfast::cli
