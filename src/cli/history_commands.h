// `holdfast explain` and `holdfast timeline`: where a number comes from, and what happened.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/client_options.h"

namespace holdfast::cli {

struct ExplainOptions {
    ClientOptions client;
    std::string sku;
    std::string location;  ///< empty: what the channel may sell of the SKU
    std::string channel;
    std::string at;                ///< seq token or time; empty: now
    std::string at_business_time;  ///< by when things happened; empty: by when they were recorded
    std::uint64_t facts = 5;
};
int explain(const ExplainOptions& options);

struct TimelineOptions {
    ClientOptions client;
    std::string sku;
    std::string location;
    std::string order;
    std::string before;
    std::uint64_t limit = 20;
};
int timeline(const TimelineOptions& options);

struct WhyNotOptions {
    ClientOptions client;
    std::string channel = "web";
    std::vector<std::string> lines;  ///< SKU[@LOCATION][=QUANTITY]
};
/// 0 when it would be held, 4 when not.
int why_not(const WhyNotOptions& options);

}  // namespace holdfast::cli
