// Goal: no build but the one for the board can be made to misbehave.
#include "base/planted.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

#ifdef HOLDFAST_PLANTED_BUGS

TEST(Planted, HasANameAndAReasonForEachBug) {
    for (const BugRow& row : planted_bugs()) {
        EXPECT_FALSE(row.name.empty());
        EXPECT_FALSE(row.what.empty());
    }
}

#else

TEST(Planted, IsAConstantWithoutTheOption) {
    static_assert(!planted(Bug::acknowledge_before_sync));
    static_assert(!planted(Bug::none), "no bug at all is no bug either");
}

#endif

}  // namespace
}  // namespace holdfast
