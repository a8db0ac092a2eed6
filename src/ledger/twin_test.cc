// Goal: the ledger and its twin agree on every random history, and the comparison itself sees a
// difference when there is one. Method: short histories of fixed seeds; the long run is the lane
// `twin` (tests/lanes/twin).
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "ledger/twin_commands.h"
#include "ledger/twin_compare.h"
#include "ledger/twin_run.h"

namespace holdfast::ledger {
namespace {

TEST(Twin, AgreesWithTheLedgerOnRandomHistories) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const EpisodeResult result = run_episode(seed, 500, 1);
        ASSERT_FALSE(result.difference) << "seed " << seed << " command " << result.commands << ": "
                                        << *result.difference << "\n"
                                        << result.command;
    }
}

/// Words that have their number and name but no decider yet.
bool is_reserved_word(std::string_view word) {
    std::ifstream in(HOLDFAST_RESERVED_WORDS);
    for (std::string line; std::getline(in, line);)
        if (line == word) return true;
    return false;
}

/// Words of the other machine, whose twin and histories are in tests/case_twin.
bool is_about_cases(FactType type) {
    return type >= FactType::case_assigned && type <= FactType::case_woken;
}
bool is_about_cases(Refusal refusal) {
    return refusal >= Refusal::unknown_case && refusal <= Refusal::comment_required;
}
bool is_about_cases(CaseKind) { return false; }

/// Names of the enumerators that the histories should meet and did not.
template <class Enum>
std::string unmet(const std::set<Enum>& met, int last, std::string_view unknown) {
    std::string list;
    for (int i = 1; i <= last; ++i) {
        const auto word = static_cast<Enum>(i);
        if (name(word) != unknown && !met.contains(word) && !is_about_cases(word) &&
            !is_reserved_word(name(word)))
            list += std::string(name(word)) + " ";
    }
    return list;
}

TEST(Twin, MeetsEveryRefusalFactAndCaseInRandomHistories) {
    EpisodeResult all;
    for (std::uint64_t seed = 100; seed < 260; ++seed) {
        const EpisodeResult result = run_episode(seed, 1'000, 200);
        ASSERT_FALSE(result.difference) << "seed " << seed << ": " << *result.difference;
        all.refusals.insert(result.refusals.begin(), result.refusals.end());
        all.facts.insert(result.facts.begin(), result.facts.end());
        all.cases.insert(result.cases.begin(), result.cases.end());
    }
    EXPECT_EQ(unmet(all.refusals, 1000, "unknown_refusal"), "");
    EXPECT_EQ(unmet(all.facts, 1000, "unknown"), "");
    EXPECT_EQ(unmet(all.cases, 255, "unknown"), "");
}

TEST(Twin, DrawsTheSameCommandsFromTheSameSeed) {
    const Twin twin;
    CommandStream first(7);
    CommandStream second(7);
    for (int i = 0; i < 200; ++i)
        ASSERT_EQ(describe(first.next(twin).command), describe(second.next(twin).command));
}

/// A ledger and a twin that agree, with something in every table.
class TwinComparison : public testing::Test {
  protected:
    TwinComparison() : run_(3) {
        CommandStream stream(3);
        for (int i = 0; i < 900; ++i) {
            const DrawnCommand& drawn = stream.next(run_.twin());
            EXPECT_FALSE(run_.step(drawn.command, drawn.now));
        }
        EXPECT_FALSE(run_.compare_states());
    }
    /// What the comparison says once the twin was changed by `change`.
    template <class Change>
    std::string after(Change change) {
        Twin twin = run_.twin();
        change(twin);
        return first_difference(run_.state(), twin).value_or("no difference");
    }
    TwinRun run_;
};

TEST_F(TwinComparison, SeesOneUnitMoreOnAShelf) {
    const std::string words =
        after([](Twin& twin) { twin.positions.begin()->second[Bucket::sellable] += 1; });
    EXPECT_NE(words.find("sellable: ledger"), std::string::npos) << words;
}

TEST_F(TwinComparison, SeesOneUnitMoreInAPart) {
    const std::string words =
        after([](Twin& twin) { twin.reservations.rbegin()->second.parts.front().created += 1; });
    EXPECT_NE(words.find("part 0: ledger line"), std::string::npos) << words;
}

TEST_F(TwinComparison, SeesAReservationThatIsMissing) {
    const std::string words =
        after([](Twin& twin) { twin.reservations.erase(twin.reservations.begin()); });
    EXPECT_NE(words.find("number of reservations"), std::string::npos) << words;
}

TEST_F(TwinComparison, SeesAKeyWithAnotherBody) {
    const std::string words =
        after([](Twin& twin) { twin.transport_keys.begin()->second.body_hash ^= 1; });
    EXPECT_EQ(words, "transport keys differ");
}

TEST_F(TwinComparison, SeesASourceThatIsElsewhere) {
    const std::string words = after([](Twin& twin) {
        TwinSource& source = twin.sources.begin()->second;
        source.hear_number(source.highest() + 1, 0);
    });
    EXPECT_EQ(words.rfind("source: ledger", 0), 0U) << words;
}

TEST_F(TwinComparison, SeesADisabledLocation) {
    const std::string words = after([](Twin& twin) { twin.location_enabled.flip(); });
    EXPECT_NE(words.find("location 0 enabled"), std::string::npos) << words;
}

TEST_F(TwinComparison, SeesAnotherPolicy) {
    const std::string words =
        after([](Twin& twin) { twin.policies[PolicyKind::buffer][{kNoSku, kNoLocation}] = 77; });
    EXPECT_EQ(words, "buffer policy rows differ");
}

TEST_F(TwinComparison, SeesAnotherAnswer) {
    const Outcome granted{.kind = Outcome::Kind::recorded, .seq = 9};
    TwinOutcome refused = twin_refused(Refusal::insufficient_stock);
    const auto words = first_difference(granted, {}, refused);
    ASSERT_TRUE(words);
    EXPECT_NE(words->find("outcome: ledger recorded, twin refused"), std::string::npos) << *words;
}

}  // namespace
}  // namespace holdfast::ledger
