// The world of one story: a ledger and its cases, their twins, and a clock that only the story
// moves.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/arena.h"
#include "command_reader.h"
#include "ledger/ledger.h"
#include "sequencer/machines.h"
#include "story.h"
#include "twins.h"

namespace holdfast::stories {

/// The words that the stories have met: what they cover.
struct Met {
    std::set<Refusal> refusals;
    std::set<FactType> facts;
    std::set<CaseKind> cases;
    std::set<Bucket> buckets;
};

class World {
  public:
    explicit World(Met& met);
    /// Runs one statement; what was expected and what was got when they differ.
    std::optional<Fault> run(const Statement& statement);

  private:
    std::optional<Fault> given(Words words);
    std::optional<Fault> given_stock(Words words);
    std::optional<Fault> when(const Statement& statement);
    std::optional<Fault> then(const std::string& text);
    std::optional<Fault> time_passes(const Statement& statement);
    /// Wakes cases and ends holds whose time has come; the outcome is that of what had an effect.
    std::optional<std::string> hear_the_clock();

    /// Decides and applies; the first difference from the twin or a broken invariant.
    std::optional<std::string> execute(const Command& command);
    /// For `given`: it must be recorded.
    void must(const Command& command);
    ChannelId channel(const std::string& code);
    void make_channel(const std::string& code, std::span<const LocationId> from, bool splits);
    LocationId location(const std::string& code);
    SkuId item(const std::string& code);

    std::optional<Fault> check_outcome(std::string_view expected);
    std::optional<Fault> check_refusal(Words words);
    std::optional<Fault> check_effect(Words words);
    [[nodiscard]] std::string outcome_in_words() const;

    std::optional<Fault> position_is(Words words);
    std::optional<Fault> quota_is(Words words);
    std::optional<Fault> reservation_is(Words words);
    std::optional<Fault> expected_is(Words words);
    std::optional<Fault> case_is(Words words);  // world_cases.cc
    std::optional<Fault> queue_is(Words words) const;
    void name_new_cases();
    [[nodiscard]] std::string parts_in_words(const ledger::Reservation& r) const;
    [[nodiscard]] std::string waits_in_words(const ledger::Reservation& r) const;
    [[nodiscard]] std::optional<Units> quantity(std::string_view word, SkuId sku,
                                                LocationId at) const;

    Met& met_;
    sequencer::Machines machines_;
    ledger::State* state_;
    case_twin::Twins twins_;
    /// In the order in which they were opened: "case 1" of the story is the first.
    std::vector<CaseId> cases_;
    Instant now_;
    Arena arena_;
    ledger::Outcome outcome_;
    std::vector<std::byte> entry_;
    std::map<std::string, ReservationId> labels_;
    std::map<std::string, std::uint64_t> cuts_;
    std::vector<LocationId> locations_;
    std::set<std::string> unknown_channels_;
};

}  // namespace holdfast::stories
