// What progress says, from given states: no clock and no terminal.
#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/console.h"

namespace holdfast::cli {
namespace {

using std::chrono::seconds;

TEST(Progress, ShowsCountRateAndTimeLeftWhenTheTotalIsKnown) {
    const ProgressState state{"importing", 812, 1204, seconds(166), "refused 6"};
    EXPECT_EQ(render_plain(state), "importing: 812/1,204  67%  4.9/s  ETA 1m20s  refused 6");
}

TEST(Progress, CountsWithoutABarWhenTheTotalIsUnknown) {
    const ProgressState state{"reading", 1'234'567, std::nullopt, seconds(10), ""};
    EXPECT_EQ(render_bar(state), "reading  1,234,567  123,456/s");
    EXPECT_FALSE(time_left(state).has_value());
}

TEST(Progress, DrawsABarAsLongAsWhatIsDone) {
    const std::string half = render_bar({"x", 50, 100, seconds(5), ""});
    EXPECT_NE(half.find("━╌"), std::string::npos);
    EXPECT_EQ(
        half, "x  " + [] {
            std::string bar;
            for (int i = 0; i < 15; ++i) bar += "━";
            for (int i = 0; i < 15; ++i) bar += "╌";
            return bar;
        }() + "  50/100  50%  10/s  ETA 5s");
}

TEST(Progress, HasNoTimeLeftBeforeTheFirstPieceOrAfterTheLast) {
    EXPECT_FALSE(time_left({"x", 0, 100, seconds(5), ""}).has_value());
    EXPECT_FALSE(time_left({"x", 100, 100, seconds(5), ""}).has_value());
    EXPECT_FALSE(time_left({"x", 100, 100, seconds(0), ""}).has_value());
}

TEST(Progress, IsOneJsonObjectALineForScripts) {
    EXPECT_EQ(render_json({"im\"port", 5, 10, seconds(1), ""}),
              R"({"progress":"im\"port","done":5,"total":10,"rate":5,"eta_seconds":1})");
}

TEST(Progress, WritesDurationsShort) {
    EXPECT_EQ(short_duration(seconds(9)), "9s");
    EXPECT_EQ(short_duration(seconds(61)), "1m01s");
    EXPECT_EQ(short_duration(seconds(3720)), "1h02m");
}

TEST(Console, GroupsThousandsAndAlignsNumbersRight) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(1234567890), "1,234,567,890");
    TextTable table({"class", "rows"});
    table.row({"held", "1,200"});
    table.row({"refused é", "7"});
    EXPECT_EQ(table.render(), "class       rows\nheld       1,200\nrefused é      7\n");
}

}  // namespace
}  // namespace holdfast::cli
