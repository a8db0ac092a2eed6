// What a load run is asked to do, and what it found. Plain data, so that the command line, the
// engine and the report agree on one spelling.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "telemetry/histogram.h"

namespace holdfast::cli {

enum class LoadOperation : std::uint8_t { reserve, availability, availability_bulk, events_batch };
enum class SkuDistribution : std::uint8_t { uniform, zipf, hot };
enum class Arrivals : std::uint8_t { constant, poisson };

constexpr std::uint32_t kConnectionsMax = 4096;
constexpr std::uint32_t kPipelineMax = 1024;
constexpr std::uint32_t kSkusMax = 999'999;     ///< six digits in SKU-%06u
constexpr std::uint32_t kLocationsMax = 9'999;  ///< four digits in L%04u
constexpr std::uint32_t kItemsPerQueryMax = 1'000;

/// One load run from one thread against one hub.
/// Shapes   SKUs are SKU-000001 to SKU-<skus>, locations L0001 to L<locations>, the channel as
///          given. With locations = 0 a reservation names none and the channel's pool chooses.
/// Units    rate is requests per second; 0 means a closed loop: each connection sends `pipeline`
///          requests at once and the next ones when all have been answered.
struct LoadOptions {
    std::string host = "127.0.0.1";  ///< an address or a name; plain HTTP only
    std::uint16_t port = 8460;
    std::uint32_t connections = 64;
    std::uint32_t pipeline = 1;
    std::chrono::milliseconds duration{5000};
    std::chrono::milliseconds warmup{500};  ///< sent but not counted
    LoadOperation operation = LoadOperation::reserve;
    SkuDistribution distribution = SkuDistribution::uniform;
    std::uint32_t skus = 100'000;
    std::uint32_t locations = 1;
    std::uint32_t items_per_query = 100;  ///< SKUs of a bulk query, events of a batch
    std::string channel = "web";
    double rate = 0;
    Arrivals arrivals = Arrivals::constant;
    std::string key;         ///< API key; empty sends no Authorization
    std::uint64_t seed = 0;  ///< 0 draws one; the report names it
};

/// What came back inside the measured window.
/// Units    latency in nanoseconds, from the intended start in an open loop and from the write in
///          a closed one, to the read that completed the answer.
struct LoadReport {
    std::uint64_t seed = 0;
    double seconds = 0;         ///< length of the window
    double ops_per_s = 0;       ///< answers of any status per second
    std::uint64_t ok = 0;       ///< 2xx; of a batch: and every line of it was taken
    std::uint64_t refused = 0;  ///< 409: the hub's considered no
    std::uint64_t lost = 0;     ///< sent, and the connection ended before an answer
    std::uint64_t unsent = 0;   ///< open loop: due inside the window and still not sent at its end
    std::array<std::uint64_t, 1000> by_status{};
    telemetry::Histogram latency;
    std::string first_error;  ///< status line and body of the first answer that was neither
};

}  // namespace holdfast::cli
