// Goal: the cases and their twin agree on every random history, every word of cases is met there,
// and the comparison itself sees a difference when there is one. Method: short histories of fixed
// seeds; the long run is a part of the lane `twin` (tests/lanes/twin).
#include <gtest/gtest.h>

#include "case_commands.h"
#include "case_episode.h"

namespace holdfast::case_twin {
namespace {

constexpr std::uint64_t kHistories = 60;
/// Some words are met once in many histories: so many are drawn at most.
constexpr std::uint64_t kHistoriesMax = 500;
constexpr std::uint64_t kCommands = 1'000;

using enum Refusal;
using enum CaseKind;
constexpr FactType kFacts[] = {FactType::case_assigned,  FactType::case_snoozed,
                               FactType::case_resolved,  FactType::case_reopened,
                               FactType::case_commented, FactType::case_woken};
constexpr Refusal kRefusals[] = {
    unknown_case,     case_already_resolved, case_already_open, wake_time_out_of_range,
    comment_required, duplicate_line,        no_lines,          too_many_lines,
    code_not_allowed, value_out_of_range,    table_full,        key_reused_with_other_body};
constexpr CaseStep kSteps[] = {CaseStep::opened,   CaseStep::regressed, CaseStep::woken,
                               CaseStep::assigned, CaseStep::snoozed,   CaseStep::resolved,
                               CaseStep::reopened, CaseStep::commented};
constexpr CaseResolution kResolutions[] = {CaseResolution::corrected, CaseResolution::accepted,
                                           CaseResolution::false_alarm, CaseResolution::duplicate,
                                           CaseResolution::cause_removed};
/// Those that the ledger's own histories raise.
constexpr CaseKind kKinds[] = {negative_sellable,   oversold_order,
                               reservation_at_risk, late_confirm_without_stock,
                               negative_bucket,     sequence_gap,
                               quota_overcommitted, over_receipt,
                               transfer_residue,    ownership_conflict,
                               over_shipment,       recount_needed,
                               cancelled_too_late,  source_epoch_unannounced,
                               beyond_promise,      node_silent,
                               event_without_cause, unknown_code};

template <class Word, std::size_t N>
void add_unmet(const Word (&words)[N], const std::set<Word>& met, std::string& list) {
    for (const Word word : words)
        if (!met.contains(word)) list += std::string(name(word)) + " ";
}

/// The words that should be met and were not.
std::string unmet(const Met& met) {
    std::string list;
    add_unmet(kFacts, met.facts, list);
    add_unmet(kRefusals, met.refusals, list);
    add_unmet(kSteps, met.steps, list);
    add_unmet(kResolutions, met.resolutions, list);
    add_unmet(kKinds, met.kinds, list);
    if (!met.forgot) list += "a case that is forgotten ";
    if (!met.no_room) list += "a raise without room ";
    return list;
}

void add(Met& all, const Met& met) {
    all.facts.insert(met.facts.begin(), met.facts.end());
    all.refusals.insert(met.refusals.begin(), met.refusals.end());
    all.kinds.insert(met.kinds.begin(), met.kinds.end());
    all.steps.insert(met.steps.begin(), met.steps.end());
    all.resolutions.insert(met.resolutions.begin(), met.resolutions.end());
    all.forgot |= met.forgot;
    all.no_room |= met.no_room;
}

TEST(CaseTwin, AgreesWithTheCasesOnRandomHistoriesThatMeetEveryWord) {
    Met all;
    for (std::uint64_t seed = 1; seed <= kHistoriesMax; ++seed) {
        if (seed > kHistories && unmet(all).empty()) break;
        const EpisodeResult result = run_episode(seed, kCommands);
        ASSERT_FALSE(result.difference) << "seed " << seed << " command " << result.commands << ": "
                                        << result.difference.value_or("") << "\n"
                                        << result.command;
        add(all, result.met);
    }
    EXPECT_EQ(unmet(all), "");
}

/// Machines and twins that agree, with cases in every state.
class CaseComparison : public testing::Test {
  protected:
    CaseComparison() : run_(5) {
        ledger::CommandStream stream(5);
        CaseCommands people(6);
        Instant now{};
        for (int i = 0; i < 400; ++i) {
            const ledger::DrawnCommand& drawn = stream.next(run_.twins().ledger());
            now = drawn.now;
            EXPECT_EQ(run_.step(drawn.command, now), std::nullopt);
            if (i % 4 != 0) continue;
            EXPECT_EQ(run_.step(people.next(run_.twins().cases(), now).command, now), std::nullopt);
        }
        EXPECT_EQ(run_.compare(), std::nullopt);
    }
    /// What the comparison says once the twin was changed by `change`.
    template <class Change>
    std::string after(Change change) {
        CaseTwin twin = run_.twins().cases();
        change(twin);
        return case_difference(*run_.machines().cases, twin).value_or("no difference");
    }
    CaseRun run_;
};

TEST_F(CaseComparison, SeesOneUnitMoreAtRisk) {
    EXPECT_NE(after([](CaseTwin& twin) { twin.cases.front().units += 1; }).find(": units: "),
              std::string::npos);
}

TEST_F(CaseComparison, SeesACaseThatIsMissing) {
    EXPECT_EQ(after([](CaseTwin& twin) { twin.cases.pop_back(); }).rfind("number of cases", 0), 0U);
}

TEST_F(CaseComparison, SeesAnotherCountStateStepAndQueue) {
    EXPECT_NE(after([](CaseTwin& twin) { twin.cases.back().count += 1; }).find(": count: "),
              std::string::npos);
    EXPECT_NE(after([](CaseTwin& twin) { twin.cases.back().history.pop_back(); }).find("step"),
              std::string::npos);
    EXPECT_NE(after([](CaseTwin& twin) {
                  TwinCase& row = twin.cases.front();
                  row.state = row.live() ? CaseState::resolved : CaseState::open;
              }).find(": state: "),
              std::string::npos);
    EXPECT_EQ(after([](CaseTwin& twin) { twin.not_opened += 1; }).rfind("raises without room", 0),
              0U);
}

}  // namespace
}  // namespace holdfast::case_twin
