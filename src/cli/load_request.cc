#include "cli/load_request.h"

#include <fmt/format.h>

#include <cmath>

#include "base/check.h"

namespace holdfast::cli {
namespace {

constexpr std::size_t kSkuDigits = 6;
constexpr std::size_t kLocationDigits = 4;
constexpr std::size_t kKeyDigits = 16;
constexpr double kZipfExponent = 0.99;

void put_decimal(char* at, std::size_t digits, std::uint32_t value) {
    for (std::size_t i = digits; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

void put_hex(char* at, std::uint64_t value) {
    for (std::size_t i = kKeyDigits; i-- > 0; value >>= 4) at[i] = "0123456789abcdef"[value & 15];
}

std::vector<double> zipf_weights(std::uint32_t skus) {
    std::vector<double> weights(skus);
    for (std::uint32_t i = 0; i < skus; ++i) weights[i] = std::pow(i + 1.0, -kZipfExponent);
    return weights;
}

}  // namespace

std::uint64_t SplitMix::next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

std::uint32_t SplitMix::below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
}

double SplitMix::unit() { return (static_cast<double>(next() >> 11) + 1) * 0x1p-53; }

SkuPicker::SkuPicker(SkuDistribution distribution, std::uint32_t skus)
    : distribution_(distribution), skus_(skus) {
    HOLDFAST_CHECK(skus >= 1 && skus <= kSkusMax, "the command line bounds the SKUs");
    if (distribution != SkuDistribution::zipf) return;
    // Vose's construction: columns that are too low borrow from one that is too high.
    std::vector<double> share = zipf_weights(skus);
    double total = 0;
    for (const double weight : share) total += weight;
    std::vector<std::uint32_t> low, high;
    columns_.resize(skus);
    for (std::uint32_t i = 0; i < skus; ++i) {
        share[i] *= skus / total;
        (share[i] < 1 ? low : high).push_back(i);
    }
    while (!low.empty() && !high.empty()) {
        const std::uint32_t poor = low.back(), rich = high.back();
        low.pop_back();
        columns_[poor] = {static_cast<std::uint32_t>(share[poor] * 0x1p32), rich};
        share[rich] -= 1 - share[poor];
        if (share[rich] < 1) {
            high.pop_back();
            low.push_back(rich);
        }
    }
    // What is left is full up to rounding.
    for (const std::uint32_t i : low) columns_[i] = {0xffff'ffff, i};
    for (const std::uint32_t i : high) columns_[i] = {0xffff'ffff, i};
}

std::uint32_t SkuPicker::pick(SplitMix& random) const {
    switch (distribution_) {
        case SkuDistribution::hot: return 1;
        case SkuDistribution::uniform: return 1 + random.below(skus_);
        case SkuDistribution::zipf: break;
    }
    const std::uint64_t draw = random.next();
    const auto column = static_cast<std::uint32_t>(((draw >> 32) * skus_) >> 32);
    const bool keep = static_cast<std::uint32_t>(draw) < columns_[column].keep_below;
    return 1 + (keep ? column : columns_[column].alias);
}

RequestTemplate::RequestTemplate(const LoadOptions& options, std::uint64_t seed)
    : locations_(options.locations),
      picker_(options.distribution, options.skus),
      random_(seed),
      keys_(seed ^ 0xa5a5a5a5a5a5a5a5ULL) {
    const std::string sku = "SKU-" + std::string(kSkuDigits, '#');
    const std::string location = "L" + std::string(kLocationDigits, '@');
    const std::string key(kKeyDigits, '%');
    std::string body, target, extra, content_type = "application/json";
    switch (options.operation) {
        case LoadOperation::reserve:
            target = "POST /v1/reservations";
            extra = "Idempotency-Key: " + key + "\r\n";
            body = fmt::format(R"({{"channel":"{}","lines":[{{"sku":"{}",{}"quantity":1}}]}})",
                               options.channel, sku,
                               locations_ ? fmt::format(R"("location":"{}",)", location) : "");
            break;
        case LoadOperation::availability:
            target = fmt::format("GET /v1/availability?channel={}&sku={}", options.channel, sku);
            break;
        case LoadOperation::availability_bulk:
            target = "POST /v1/availability/query";
            body = fmt::format(R"({{"channel":"{}","items":[)", options.channel);
            for (std::uint32_t i = 0; i < options.items_per_query; ++i) {
                body += fmt::format(R"({}{{"sku":"{}"}})", i ? "," : "", sku);
            }
            body += "]}";
            break;
        case LoadOperation::events_batch:
            target = "POST /v1/events:batch";
            content_type = "application/x-ndjson";
            extra = "Prefer: return=minimal\r\n";  // as a client that only wants to know of trouble
            for (std::uint32_t i = 0; i < options.items_per_query; ++i) {
                body += fmt::format(
                    R"({{"specversion":"1.0","id":"{}","source":"bench","type":"pos.sale",)"
                    R"("data":{{"location":"{}","lines":[{{"sku":"{}","quantity":1}}]}}}})"
                    "\n",
                    key, locations_ ? location : "L0001", sku);
            }
            break;
    }
    if (!options.key.empty()) extra += "Authorization: Bearer " + options.key + "\r\n";
    bytes_ = fmt::format("{} HTTP/1.1\r\nHost: {}:{}\r\n", target, options.host, options.port);
    bytes_ += extra;
    if (!body.empty()) {
        bytes_ +=
            fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", content_type, body.size());
    }
    bytes_ += "\r\n" + body;
    // The gaps are found by their marks, each searched with what stands before it.
    const auto gaps = [this](std::string_view before, std::string_view mark) {
        const std::string wanted = fmt::format("{}{}", before, mark);
        std::vector<std::size_t> found;
        for (std::size_t at = bytes_.find(wanted); at != std::string::npos;
             at = bytes_.find(wanted, at + 1))
            found.push_back(at + before.size());
        return found;
    };
    sku_at_ = gaps("SKU-", std::string(kSkuDigits, '#'));
    location_at_ = gaps(R"("location":"L)", std::string(kLocationDigits, '@'));
    key_at_ = gaps(
        options.operation == LoadOperation::events_batch ? R"("id":")" : "Idempotency-Key: ", key);
}

void RequestTemplate::append_to(std::string& out) {
    const std::size_t start = out.size();
    out += bytes_;
    char* request = out.data() + start;
    for (const std::size_t at : sku_at_)
        put_decimal(request + at, kSkuDigits, picker_.pick(random_));
    for (const std::size_t at : location_at_) {
        const std::uint32_t location = locations_ == 1 ? 1 : 1 + random_.below(locations_);
        put_decimal(request + at, kLocationDigits, location);
    }
    for (const std::size_t at : key_at_) put_hex(request + at, keys_.next());
}

}  // namespace holdfast::cli
