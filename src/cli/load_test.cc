// Goal: the load generator sends what it says, in the shares it says, and cuts answers right.
// Method: templates rendered and read back; answers cut at every byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/load_request.h"
#include "cli/load_response.h"
#include "cli/load_run.h"

namespace holdfast::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(RequestTemplate, RendersAReservationWithFreshDigits) {
    LoadOptions options;
    options.skus = 7;
    options.locations = 3;
    options.key = "hf_secret";
    RequestTemplate request(options, 1);
    std::set<std::string> keys;
    for (int i = 0; i < 1000; ++i) {
        std::string one;
        request.append_to(one);
        ASSERT_THAT(one, StartsWith("POST /v1/reservations HTTP/1.1\r\nHost: 127.0.0.1:8460\r\n"));
        ASSERT_THAT(one, HasSubstr("\r\nAuthorization: Bearer hf_secret\r\n"));
        ASSERT_THAT(
            one,
            ContainsRegex("\"sku\":\"SKU-00000[1-7]\",\"location\":\"L000[1-3]\",\"quantity\":1"));
        const std::size_t head = one.find("\r\n\r\n");
        ASSERT_THAT(one, HasSubstr("Content-Length: " + std::to_string(one.size() - head - 4)));
        keys.insert(one.substr(one.find("Idempotency-Key: ") + 17, 16));
    }
    EXPECT_EQ(keys.size(), 1000U);
}

TEST(RequestTemplate, LeavesTheLocationToThePoolWhenThereAreNone) {
    LoadOptions options;
    options.locations = 0;
    std::string one;
    RequestTemplate(options, 1).append_to(one);
    EXPECT_THAT(one, EndsWith("\"quantity\":1}]}"));
    EXPECT_EQ(one.find("location"), std::string::npos);
    EXPECT_EQ(one.find('@'), std::string::npos);
    EXPECT_EQ(one.find('#'), std::string::npos);
}

TEST(RequestTemplate, PatchesEveryItemOfABulkQuery) {
    LoadOptions options;
    options.operation = LoadOperation::availability_bulk;
    options.items_per_query = 5;
    std::string one;
    RequestTemplate(options, 1).append_to(one);
    EXPECT_EQ(one.find('#'), std::string::npos);
    std::set<std::string> skus;
    for (std::size_t at = one.find("SKU-"); at != std::string::npos;
         at = one.find("SKU-", at + 1)) {
        skus.insert(one.substr(at, 10));
    }
    EXPECT_EQ(skus.size(), 5U) << one;
}

TEST(RequestTemplate, EveryEventOfABatchHasAnIdOfItsOwn) {
    LoadOptions options;
    options.operation = LoadOperation::events_batch;
    options.items_per_query = 50;
    options.locations = 3;
    RequestTemplate request(options, 1);
    std::set<std::string> ids;
    for (int i = 0; i < 20; ++i) {
        std::string one;
        request.append_to(one);
        ASSERT_THAT(one, StartsWith("POST /v1/events:batch HTTP/1.1\r\n"));
        ASSERT_THAT(one, HasSubstr("\r\nContent-Type: application/x-ndjson\r\n"));
        ASSERT_THAT(one, ContainsRegex("\"location\":\"L000[1-3]\""));
        ASSERT_THAT(one, EndsWith("]}}\n"));
        for (const char mark : {'%', '#', '@'}) ASSERT_EQ(one.find(mark), std::string::npos);
        for (std::size_t at = one.find("\"id\":\""); at != std::string::npos;
             at = one.find("\"id\":\"", at + 1))
            ids.insert(one.substr(at + 6, 16));
    }
    EXPECT_EQ(ids.size(), 1000U);
}

TEST(RequestTemplate, SameSeedSameRequests) {
    const LoadOptions options;
    std::string left, right;
    RequestTemplate(options, 42).append_to(left);
    RequestTemplate(options, 42).append_to(right);
    EXPECT_EQ(left, right);
}

TEST(SkuPicker, ZipfSharesFollowTheRank) {
    constexpr std::uint32_t kSkus = 100;
    constexpr int kDraws = 1'000'000;
    const SkuPicker picker(SkuDistribution::zipf, kSkus);
    SplitMix random(3);
    std::vector<int> seen(kSkus + 1);
    for (int i = 0; i < kDraws; ++i) ++seen.at(picker.pick(random));
    double total = 0;
    for (std::uint32_t rank = 1; rank <= kSkus; ++rank) total += std::pow(rank, -0.99);
    for (const std::uint32_t rank : {1U, 2U, 10U, 100U}) {
        const double expected = kDraws * std::pow(rank, -0.99) / total;
        EXPECT_NEAR(seen[rank], expected, 6 * std::sqrt(expected)) << rank;
    }
}

TEST(SkuPicker, UniformReachesBothEndsAndHotStaysAtOne) {
    SplitMix random(3);
    const SkuPicker uniform(SkuDistribution::uniform, 5);
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 200; ++i) seen.insert(uniform.pick(random));
    EXPECT_EQ(seen, (std::set<std::uint32_t>{1, 2, 3, 4, 5}));
    const SkuPicker hot(SkuDistribution::hot, 5);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(hot.pick(random), 1U);
}

TEST(ScanResponse, IsCompleteOnlyAtItsLastByte) {
    const std::string answer =
        "HTTP/1.1 201 Created\r\nContent-Type: a\r\ncontent-LENGTH: 4\r\n\r\nbody";
    for (std::size_t n = 0; n < answer.size(); ++n) {
        ASSERT_EQ(scan_response(answer.substr(0, n)).kind, ResponseScan::Kind::incomplete) << n;
    }
    const ResponseScan scan = scan_response(answer + "HTTP/1.1 500");
    EXPECT_EQ(scan.kind, ResponseScan::Kind::complete);
    EXPECT_EQ(scan.status, 201U);
    EXPECT_EQ(scan.bytes, answer.size());
    EXPECT_FALSE(scan.closes);
}

TEST(ScanResponse, SeesAnAnswerWithoutBodyAndTheEndOfTheConnection) {
    const ResponseScan scan = scan_response("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(scan.kind, ResponseScan::Kind::complete);
    EXPECT_TRUE(scan.closes);
}

TEST(ScanResponse, RefusesWhatIsNotAnAnswerItCanCut) {
    using Kind = ResponseScan::Kind;
    EXPECT_EQ(scan_response("SSH-2.0").kind, Kind::unintelligible);
    EXPECT_EQ(scan_response("HTTP/1.1 2x0 OK\r\n\r\n").kind, Kind::unintelligible);
    EXPECT_EQ(scan_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").kind,
              Kind::unintelligible);
    EXPECT_EQ(scan_response("HTTP/1.1 200 OK\r\n" + std::string(20'000, 'x')).kind,
              Kind::unintelligible);
}

TEST(RunLoad, RefusesOptionsOutOfBounds) {
    LoadOptions options;
    options.connections = 0;
    EXPECT_EQ(run_load(options).error().code, ErrorCode::invalid_argument);
    options.connections = 1;
    options.skus = kSkusMax + 1;
    EXPECT_EQ(run_load(options).error().code, ErrorCode::invalid_argument);
}

TEST(RunLoad, SaysWhenNobodyListens) {
    LoadOptions options;
    options.port = 1;  // tcpmux: reserved, and served by nobody here
    EXPECT_EQ(run_load(options).error().code, ErrorCode::not_connected);
}

}  // namespace
}  // namespace holdfast::cli
