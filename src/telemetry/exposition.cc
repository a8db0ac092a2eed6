#include "telemetry/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

namespace holdfast::telemetry {

struct Exposition::Families {
    std::vector<prometheus::MetricFamily> all;

    prometheus::ClientMetric& sample(std::string_view name, std::string_view help,
                                     prometheus::MetricType type, Labels labels) {
        if (all.empty() || all.back().name != name) {
            prometheus::MetricFamily family;
            family.name = name;
            family.help = help;
            family.type = type;
            all.push_back(std::move(family));
        }
        prometheus::ClientMetric& metric = all.back().metric.emplace_back();
        for (const auto& [label, value] : labels) {
            metric.label.push_back({std::string(label), std::string(value)});
        }
        return metric;
    }
};

Exposition::Exposition() : families_(std::make_unique<Families>()) {}
Exposition::~Exposition() = default;

void Exposition::counter(std::string_view name, std::string_view help, Labels labels,
                         std::uint64_t value) {
    families_->sample(name, help, prometheus::MetricType::Counter, labels).counter.value =
        static_cast<double>(value);
}

void Exposition::gauge(std::string_view name, std::string_view help, Labels labels,
                       std::int64_t value) {
    families_->sample(name, help, prometheus::MetricType::Gauge, labels).gauge.value =
        static_cast<double>(value);
}

void Exposition::gauge(std::string_view name, std::string_view help, Labels labels,
                       Microseconds value) {
    families_->sample(name, help, prometheus::MetricType::Gauge, labels).gauge.value =
        std::chrono::duration<double>(value).count();
}

void Exposition::durations(std::string_view name, std::string_view help,
                           const DurationBuckets& buckets) {
    constexpr double kMicrosecondsPerSecond = 1e6;
    auto& histogram =
        families_->sample(name, help, prometheus::MetricType::Histogram, {}).histogram;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i <= DurationBuckets::kBounds.size(); ++i) {
        seen += buckets.bucket(i);
        const bool last = i == DurationBuckets::kBounds.size();
        const double bound =
            last ? std::numeric_limits<double>::infinity()
                 : static_cast<double>(DurationBuckets::kBounds[i]) / kMicrosecondsPerSecond;
        histogram.bucket.push_back({seen, bound});
    }
    histogram.sample_count = seen;
    histogram.sample_sum = static_cast<double>(buckets.sum_us()) / kMicrosecondsPerSecond;
}

std::string Exposition::text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_->all);
    return out.str();
}

}  // namespace holdfast::telemetry
