// Goal: what is scraped is what was counted. Method: count, render, look for the exact lines.
#include "telemetry/exposition.h"

#include <gmock/gmock.h>

namespace holdfast::telemetry {
namespace {

using testing::HasSubstr;

TEST(Exposition, WritesLabelsAndTypeOncePerFamily) {
    Exposition scrape;
    scrape.counter("holdfast_events_total", "Events.", {{"outcome", "applied"}}, 3);
    scrape.counter("holdfast_events_total", "Events.", {{"outcome", "duplicate"}}, 1);
    const std::string text = scrape.text();
    EXPECT_THAT(text, HasSubstr("# TYPE holdfast_events_total counter"));
    EXPECT_EQ(text.find("# TYPE"), text.rfind("# TYPE"));
    EXPECT_THAT(text, HasSubstr("holdfast_events_total{outcome=\"applied\"} 3"));
    EXPECT_THAT(text, HasSubstr("holdfast_events_total{outcome=\"duplicate\"} 1"));
}

TEST(Exposition, BucketsAreCumulativeAndInSeconds) {
    DurationBuckets buckets;
    buckets.record(Microseconds{50});
    buckets.record(Microseconds{51});
    buckets.record(std::chrono::minutes(5));
    Exposition scrape;
    scrape.durations("d_seconds", "Durations.", buckets);
    const std::string text = scrape.text();
    EXPECT_THAT(text, HasSubstr("d_seconds_bucket{le=\"5e-05\"} 1"));
    EXPECT_THAT(text, HasSubstr("d_seconds_bucket{le=\"10\"} 2"));
    EXPECT_THAT(text, HasSubstr("d_seconds_bucket{le=\"+Inf\"} 3"));
    EXPECT_THAT(text, HasSubstr("d_seconds_count 3"));
}

TEST(Gauge, MayFall) {
    Gauge gauge;
    gauge.set(5);
    gauge.set(-2);
    EXPECT_EQ(gauge.value(), -2);
}

}  // namespace
}  // namespace holdfast::telemetry
