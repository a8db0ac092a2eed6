// One case: a work item for a person, with what it rests on and what was done about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "canonical/vocabulary.h"

namespace holdfast::cases {

/// What a case is about. Two raises with the same subject are one case.
struct Subject {
    CaseKind kind{};
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;
    ChannelId channel = kNoChannel;
    NameId source = kNoName;
    ReservationId reservation;  ///< 0 = none
    std::string order;          ///< as the fact says it; empty = not known
    std::string document;       ///< the like: a transfer's number, a return's

    friend bool operator==(const Subject&, const Subject&) = default;
};

struct HistoryEntry {
    std::uint64_t seq = 0;
    Instant at{};
    CaseStep step = CaseStep::opened;
    NameId actor = kNoName;
    std::optional<CaseResolution> resolution;
    std::string text;  ///< the comment; assigned: the assignee

    friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

struct Case {
    CaseId id;
    Subject subject;
    CaseState state = CaseState::open;
    std::optional<CaseResolution> resolution;  ///< of a resolved case

    std::uint64_t count = 0;  ///< facts that raised it
    std::uint32_t regressed = 0;
    FactType opened_by{};              ///< type of the first fact
    std::vector<std::uint64_t> facts;  ///< the first and the newest that raised it, in order
    Instant opened_at{};
    Instant raised_at{};    ///< the newest raise
    std::uint64_t seq = 0;  ///< of the last fact that changed the case

    /// Units at risk now, and their worth; of a resolved case: when it was resolved.
    Units units = 0;
    std::int64_t money = 0;
    Units units_peak = 0;

    std::string assignee;     ///< empty = nobody
    Instant wake_at{};        ///< snoozed: when it wakes
    Units snoozed_units = 0;  ///< snoozed: more than these wake it
    Instant resolved_at{};

    std::vector<HistoryEntry> history;
    std::uint64_t history_dropped = 0;  ///< steps that are no longer kept

    [[nodiscard]] bool live() const { return state != CaseState::resolved; }
    friend bool operator==(const Case&, const Case&) = default;
};

/// Adds to the facts behind a case; keeps the first and the newest.
void add_fact(Case& row, std::uint64_t seq);
/// Adds a step to the history; keeps the first and the newest.
void add_step(Case& row, HistoryEntry entry);
/// Bytes of the texts that people wrote.
[[nodiscard]] std::size_t text_bytes(const Case& row);

}  // namespace holdfast::cases
