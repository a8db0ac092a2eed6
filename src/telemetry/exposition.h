// Builds one scrape in Prometheus' text format. Made anew for each scrape, on the thread that was
// asked; nothing of it is on the path of a request.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "telemetry/counter.h"

namespace holdfast::telemetry {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Samples of one name are added one after the other: the first call for a name carries its help.
class Exposition {
  public:
    Exposition();
    ~Exposition();
    Exposition(const Exposition&) = delete;
    Exposition& operator=(const Exposition&) = delete;

    void counter(std::string_view name, std::string_view help, Labels labels, std::uint64_t value);
    void gauge(std::string_view name, std::string_view help, Labels labels, std::int64_t value);
    /// In seconds, as the format wants.
    void gauge(std::string_view name, std::string_view help, Labels labels, Microseconds value);
    void durations(std::string_view name, std::string_view help, const DurationBuckets& buckets);

    [[nodiscard]] std::string text() const;
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace holdfast::telemetry
