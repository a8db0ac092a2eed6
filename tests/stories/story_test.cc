// Goal: a story that says something untrue fails, and says where. Method: small stories whose last
// statement is wrong in one way each, run as the runner runs them.
#include <gtest/gtest.h>

#include "world.h"

namespace holdfast::stories {
namespace {

/// What the first statement that fails got; empty when none fails.
std::string got(std::string_view text) {
    const ParsedFile parsed = parse_stories("test.story", text);
    if (parsed.fault) return *parsed.fault;
    Met met;
    for (const Story& story : parsed.stories) {
        World world(met);
        for (const Statement& statement : story.statements)
            if (const auto fault = world.run(statement))
                return "line " + std::to_string(statement.line) + ": " + fault->got;
    }
    return {};
}

constexpr std::string_view kStart = "story of a shoe\n  given  SHOE at MAIN  on_hand 5\n";

std::string after_start(std::string_view rest) {
    return got(std::string(kStart) + std::string(rest));
}

TEST(Story, PassesWhenItIsTrue) {
    EXPECT_EQ(after_start("when reserve web-1 SHOE x2 -> held\nthen SHOE at MAIN reserved 2\n"),
              "");
}

TEST(Story, TellsALevelThatIsOther) {
    EXPECT_EQ(after_start("then SHOE at MAIN on_hand 5 reserved 1\n"),
              "line 3: on_hand 5  reserved 0  ");
}

TEST(Story, TellsARefusalThatWasExpectedOtherwise) {
    EXPECT_EQ(after_start("when reserve web-1 SHOE x9 -> held\n"),
              "line 3: refused insufficient_stock, line 1 insufficient_stock available_to_sell 5");
    EXPECT_NE(after_start("when reserve web-1 SHOE x9 -> refused unknown_sku\n"), "");
    EXPECT_NE(after_start("when reserve web-1 SHOE x9 -> refused insufficient_stock, "
                          "available_to_sell 4\n"),
              "");
    EXPECT_EQ(after_start("when reserve web-1 SHOE x1 -> refused insufficient_stock\n"),
              "line 3: held");
}

TEST(Story, TellsACaseThatNobodyMentioned) {
    EXPECT_EQ(after_start("when sell SHOE x6 at MAIN -> sold\n"),
              "line 3: sold, raises negative_sellable");
    EXPECT_NE(after_start("when sell SHOE x1 at MAIN -> sold, raises negative_sellable\n"), "");
}

TEST(Story, TellsALineThatWasSetAside) {
    EXPECT_EQ(after_start("when reserve web-1 SHOE x1, HAT x1 in part -> held\n"),
              "line 3: held, sets aside line 2 unknown_sku");
}

TEST(Story, TellsAnotherEffect) {
    EXPECT_EQ(after_start("when sell SHOE x1 at MAIN -> counted\n"), "line 3: sold");
    EXPECT_EQ(after_start("when sell SHOE x1 at MAIN -> repeated\n"), "line 3: sold");
}

TEST(Story, TellsWhereAHoldReallyIs) {
    EXPECT_EQ(after_start("when reserve web-1 SHOE x2 -> held\nthen web-1 holds SHOE x3 at MAIN\n"),
              "line 4: SHOE x2 at MAIN");
    EXPECT_EQ(after_start("when reserve web-1 SHOE x2 -> held\nthen web-1 is confirmed\n"),
              "line 4: held");
    EXPECT_EQ(after_start("when reserve web-1 SHOE x2 -> held\nthen web-1 expires in 9 minutes\n"),
              "line 4: 900 seconds");
}

TEST(Story, TellsWhatAChannelMaySell) {
    EXPECT_EQ(after_start("then web may sell SHOE x4\n"), "line 3: x5");
}

TEST(Story, TellsWordsThatItDoesNotKnow) {
    EXPECT_NE(after_start("when dance SHOE x1 -> held\n"), "");
    EXPECT_NE(after_start("when reserve web-1 SHOE x1 sideways -> held\n"), "");
    EXPECT_NE(after_start("then SHOE at MAIN colour 3\n"), "");
    EXPECT_NE(after_start("when reserve web-1 SHOE x1\n"), "") << "an effect must be expected";
    EXPECT_NE(after_start("whenever it rains\n"), "");
}

}  // namespace
}  // namespace holdfast::stories
