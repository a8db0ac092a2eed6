#include "cli/bench_prepare.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <fstream>
#include <iterator>
#include <thread>

#include "cli/console.h"
#include "cli/load_options.h"
#include "cli/progress.h"

namespace holdfast::cli {
namespace {

constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;
constexpr std::size_t kBatchLinesMax = 20'000;
constexpr std::uint32_t kCountLinesMax = 500;  ///< SKUs in one opening count
constexpr std::int64_t kOnHandMax = 1'000'000'000;
constexpr std::uint32_t kPoolLocationsMax = 2048;
constexpr int kBusyAttemptsMax = 100;
constexpr std::chrono::milliseconds kBusyPause{100};
constexpr std::string_view kPool = "bench";

std::string sku_code(std::uint32_t number) { return fmt::format("SKU-{:06}", number); }
std::string location_code(std::uint32_t number) { return fmt::format("L{:04}", number); }

/// The number behind `"rejected":` in a batch's summary, which is its last line.
std::uint64_t rejected_lines(std::string_view body) {
    constexpr std::string_view kField = "\"rejected\":";
    const std::size_t at = body.rfind(kField);
    std::uint64_t rejected = 1;  // a body without a summary was cut off: not a success
    if (at != std::string_view::npos) {
        const std::string_view digits = body.substr(at + kField.size());
        std::from_chars(digits.data(), digits.data() + digits.size(), rejected);
    }
    return rejected;
}

std::string first_problem(std::string_view body) {
    const std::size_t at = body.find("\"problem\"");
    if (at == std::string_view::npos) return std::string(body.substr(0, 400));
    const std::size_t line = body.rfind('\n', at) + 1;
    return std::string(body.substr(line, body.find('\n', at) - line));
}

/// Sends and waits out a hub that is busy; every request here is harmless to repeat.
Attempt<void> send_until_taken(HttpClient& client, const HttpRequest& request, bool is_batch) {
    const std::string what = fmt::format("{} {} did not succeed", request.method, request.path);
    for (int attempt = 0; attempt < kBusyAttemptsMax; ++attempt) {
        const Result<HttpReply> reply = client.send(request);
        if (!reply) {
            return trouble(reply.error(), what, "check that a hub serves there: holdfast status");
        }
        if (reply->ok() && (!is_batch || rejected_lines(reply->body) == 0)) return {};
        const bool busy = reply->status == 503 || reply->status == 429 ||
                          (reply->ok() && reply->body.find("\"status\":503") != std::string::npos);
        if (!busy) {
            const std::string problem = first_problem(reply->body);
            return trouble(kExitFailed, what, fmt::format("status {}: {}", reply->status, problem));
        }
        std::this_thread::sleep_for(kBusyPause);
    }
    return trouble(kExitFailed, what, "the hub stayed too busy");
}

/// Collects lines and sends them when a batch is full.
class Batches {
  public:
    Batches(HttpClient& client, std::string path, std::uint64_t total, bool quiet)
        : client_(client),
          path_(std::move(path)),
          progress_(path_, total, quiet ? ProgressStyle::none : ProgressStyle::automatic) {}

    Attempt<void> add(std::string_view line, std::uint64_t units) {
        lines_ += line;
        lines_ += '\n';
        ++count_;
        units_ += units;
        return count_ >= kBatchLinesMax || lines_.size() >= kBatchBytes ? flush() : Attempt<void>{};
    }

    Attempt<void> flush() {
        if (count_ == 0) return {};
        HttpRequest request;
        request.method = "POST";
        request.path = path_;
        request.content_type = "application/x-ndjson";
        request.body = std::move(lines_);
        auto sent = send_until_taken(client_, request, true);
        lines_.clear();
        count_ = 0;
        if (sent) progress_.update(units_);
        return sent;
    }

    Attempt<void> finish() {
        auto sent = flush();
        progress_.finish();
        return sent;
    }

  private:
    HttpClient& client_;
    std::string path_;
    std::string lines_;
    std::size_t count_ = 0;
    std::uint64_t units_ = 0;
    Progress progress_;
};

Attempt<void> put(HttpClient& client, std::string path, std::string body) {
    HttpRequest request;
    request.method = "PUT";
    request.path = std::move(path);
    request.body = std::move(body);
    return send_until_taken(client, request, false);
}

Attempt<void> create_items(HttpClient& client, const PrepareOptions& options) {
    Batches batches(client, "/v1/items:batch", options.skus, options.quiet);
    for (std::uint32_t sku = 1; sku <= options.skus; ++sku) {
        auto added = batches.add(fmt::format(R"({{"sku":"{}"}})", sku_code(sku)), 1);
        if (!added) return added;
    }
    return batches.finish();
}

Attempt<void> create_locations(HttpClient& client, const PrepareOptions& options) {
    Batches batches(client, "/v1/locations:batch", options.locations, options.quiet);
    std::string pool;
    for (std::uint32_t location = 1; location <= options.locations; ++location) {
        const std::string code = location_code(location);
        auto added = batches.add(fmt::format(R"({{"location":"{}"}})", code), 1);
        if (!added) return added;
        if (location > kPoolLocationsMax) continue;
        fmt::format_to(std::back_inserter(pool), "{}\"{}\"", pool.empty() ? "" : ",", code);
    }
    auto done = batches.finish();
    if (done) {
        done = put(client, fmt::format("/v1/pools/{}", kPool),
                   fmt::format(R"({{"locations":[{}]}})", pool));
    }
    if (done) {
        done = put(client, "/v1/channels/" + url_encoded(options.channel),
                   fmt::format(R"({{"pool":"{}"}})", kPool));
    }
    return done;
}

Attempt<void> count_stock(HttpClient& client, const PrepareOptions& options) {
    const std::uint64_t positions = std::uint64_t{options.skus} * options.locations;
    Batches batches(client, "/v1/events:batch", positions, options.quiet);
    for (std::uint32_t location = 1; location <= options.locations; ++location) {
        for (std::uint32_t first = 1; first <= options.skus; first += kCountLinesMax) {
            const std::uint32_t last = std::min(options.skus, first + kCountLinesMax - 1);
            // The id says all that the event says, so that a repeat of the command is a duplicate
            // and one with another quantity is not.
            std::string line = fmt::format(
                R"({{"specversion":"1.0","id":"open-{0}-{1}-{2}-{3}","source":"bench","type":"stock.counted",)"
                R"("data":{{"location":"{0}","reason":"opening","lines":[)",
                location_code(location), first, last, options.on_hand);
            for (std::uint32_t sku = first; sku <= last; ++sku) {
                fmt::format_to(std::back_inserter(line), R"({}{{"sku":"{}","quantity":{}}})",
                               sku == first ? "" : ",", sku_code(sku), options.on_hand);
            }
            line += "]}}";
            auto added = batches.add(line, last - first + 1);
            if (!added) return added;
        }
    }
    return batches.finish();
}

}  // namespace

void add_prepare_flags(CLI::App& app, PrepareOptions& options) {
    app.add_option("--url", options.url, "the hub")->capture_default_str();
    app.add_option("--key-file", options.key_file, "file whose first line is the API key");
    app.add_option("--channel", options.channel, "channel code")->capture_default_str();
    app.add_option("--skus", options.skus, "SKU-000001 to this number")
        ->capture_default_str()
        ->check(CLI::Range(1U, kSkusMax));
    app.add_option("--locations", options.locations, "L0001 to this number")
        ->capture_default_str()
        ->check(CLI::Range(1U, kLocationsMax));
    app.add_option("--on-hand", options.on_hand, "units of every SKU at every location")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, kOnHandMax));
    app.add_flag("--quiet", options.quiet, "no progress");
}

int run_prepare(const PrepareOptions& options) {
    HttpClient::Options connection;
    connection.url = options.url;
    if (!options.key_file.empty()) {
        std::ifstream file(options.key_file);
        if (!std::getline(file, connection.key) || connection.key.empty()) {
            return complain({kExitUsage, "no API key", options.key_file + " has none", {}});
        }
    }
    HttpClient client(std::move(connection));
    Attempt<void> done = create_items(client, options);
    if (done) done = create_locations(client, options);
    if (done) done = count_stock(client, options);
    if (!done) return complain(done.error());
    say(fmt::format("{} SKUs at {} locations, {} of each, channel {}", options.skus,
                    options.locations, options.on_hand, options.channel));
    return kExitOk;
}

}  // namespace holdfast::cli
