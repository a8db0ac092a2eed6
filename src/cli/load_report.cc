// How a load run is told, to a program and to a person.
#include <fmt/format.h>

#include <iterator>

#include "cli/load_run.h"

namespace holdfast::cli {
namespace {

std::string_view name(LoadOperation operation) {
    switch (operation) {
        case LoadOperation::reserve: return "reserve";
        case LoadOperation::availability: return "availability";
        case LoadOperation::availability_bulk: return "availability-bulk";
        case LoadOperation::events_batch: return "events-batch";
    }
    return "";
}

std::string_view name(SkuDistribution distribution) {
    switch (distribution) {
        case SkuDistribution::uniform: return "uniform";
        case SkuDistribution::zipf: return "zipf";
        case SkuDistribution::hot: return "hot";
    }
    return "";
}

double us(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000.0; }

/// Everything from outside that goes into JSON here is a hub's answer.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else {
            out += c;
        }
    }
    return out;
}

bool is_error(std::size_t status) { return status / 100 != 2 && status != 409; }

}  // namespace

std::string report_as_json(const LoadOptions& options, const LoadReport& report) {
    std::string errors;
    for (std::size_t status = 0; status < report.by_status.size(); ++status) {
        if (report.by_status[status] == 0 || !is_error(status)) continue;
        fmt::format_to(std::back_inserter(errors), "{}\"{}\":{}", errors.empty() ? "" : ",", status,
                       report.by_status[status]);
    }
    const telemetry::Histogram& latency = report.latency;
    return fmt::format(
        R"({{"operation":"{}","connections":{},"pipeline":{},"distribution":"{}","skus":{},)"
        R"("locations":{},"items_per_query":{},"rate":{},"arrivals":"{}","seed":{},"seconds":{:.3f},)"
        R"("ops_per_s":{:.1f},"p50_us":{:.1f},"p90_us":{:.1f},"p99_us":{:.1f},"p999_us":{:.1f},)"
        R"("max_us":{:.1f},"mean_us":{:.1f},"ok":{},"refused":{},"errors":{{{}}},"lost":{},)"
        R"("unsent":{},"first_error":"{}"}})",
        name(options.operation), options.connections, options.pipeline, name(options.distribution),
        options.skus, options.locations,
        options.operation == LoadOperation::availability_bulk ||
                options.operation == LoadOperation::events_batch
            ? options.items_per_query
            : 1,
        options.rate, options.arrivals == Arrivals::poisson ? "poisson" : "constant", report.seed,
        report.seconds, report.ops_per_s, us(latency.quantile(500'000)),
        us(latency.quantile(900'000)), us(latency.quantile(990'000)), us(latency.quantile(999'000)),
        us(latency.max()), us(latency.mean()), report.ok, report.refused, errors, report.lost,
        report.unsent, escaped(report.first_error));
}

std::string report_as_text(const LoadOptions& options, const LoadReport& report) {
    const telemetry::Histogram& latency = report.latency;
    std::string text = fmt::format(
        "{} over {} connections, {} in flight on each, {} over {} SKUs, {}\n"
        "  {:>12.0f} answers per second for {:.1f} s (seed {})\n"
        "  {:>12} ok, {} refused, {} lost, {} unsent\n"
        "  latency p50 {:.0f} µs, p90 {:.0f}, p99 {:.0f}, p99.9 {:.0f}, max {:.0f}\n",
        name(options.operation), options.connections, options.pipeline, name(options.distribution),
        options.skus,
        options.rate > 0 ? fmt::format("open loop at {}/s", options.rate) : "closed loop",
        report.ops_per_s, report.seconds, report.seed, report.ok, report.refused, report.lost,
        report.unsent, us(latency.quantile(500'000)), us(latency.quantile(900'000)),
        us(latency.quantile(990'000)), us(latency.quantile(999'000)), us(latency.max()));
    for (std::size_t status = 0; status < report.by_status.size(); ++status) {
        if (report.by_status[status] == 0 || !is_error(status)) continue;
        text += fmt::format("  {:>12} answers with status {}\n", report.by_status[status], status);
    }
    if (!report.first_error.empty()) text += "  the first of them:\n" + report.first_error + "\n";
    return text;
}

}  // namespace holdfast::cli
