// What happened to a position, an item or an order: facts, the newest first, each with what it
// changed and what was there after it.
#pragma once

#include <string_view>
#include <vector>

#include "readmodel/reader.h"

namespace holdfast::explain {

/// Changes of one fact that are told; more are counted only.
inline constexpr std::size_t changes_per_fact_max = 200;

struct TimelineEntry {
    readmodel::FactRow fact;
    std::vector<readmodel::Change> changes;
    bool more_changes = false;
};

struct Timeline {
    std::vector<TimelineEntry> entries;
    bool has_more = false;
};

/// Facts before `before` that changed what `of` names; only these changes are told.
Timeline timeline(readmodel::Reader& reader, const readmodel::TimelineOf& of, std::uint64_t before,
                  std::size_t limit);
/// Facts before `before` that name the order, or are about its reservations.
Timeline order_timeline(readmodel::Reader& reader, std::string_view order, std::uint64_t before,
                        std::size_t limit);

}  // namespace holdfast::explain
