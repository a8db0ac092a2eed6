// Goal: an address that only looks right is refused before anything is opened.
#include "hub/endpoint.h"

#include <gtest/gtest.h>

namespace holdfast::hub {
namespace {

TEST(Endpoint, ReadsHostAndPort) {
    EXPECT_EQ(parse_endpoint("127.0.0.1:8460")->port, 8460);
    EXPECT_EQ(parse_endpoint("[::1]:0")->host, "::1");
    for (const char* text : {"", ":", "8460", "host:", "host:99999", "::1:80", "host:80x", "[]:1"})
        EXPECT_FALSE(parse_endpoint(text)) << text;
}

TEST(Endpoint, TellsLoopbackFromTheRest) {
    EXPECT_TRUE(is_loopback({.host = "127.0.0.1"}));
    EXPECT_TRUE(is_loopback({.host = "::1"}));
    EXPECT_FALSE(is_loopback({.host = "0.0.0.0"}));
    EXPECT_FALSE(is_loopback({.host = "10.1.2.3"}));
}

}  // namespace
}  // namespace holdfast::hub
