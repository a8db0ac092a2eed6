// Goal: a path finds its route, its parameters are decoded, and a wrong one says why.
#include "http/router.h"

#include <gtest/gtest.h>

#include "http/query.h"

namespace holdfast::http {
namespace {

Router make_router() {
    Router router;
    router.add(Method::post, "/v1/reservations", 1);
    router.add(Method::get, "/v1/reservations/{id}", 2);
    router.add(Method::post, "/v1/reservations/{id}/confirm", 3);
    router.add(Method::post, "/v1/events:batch", 4);
    router.add(Method::post, "/v1/jobs/{id}:cancel", 5);
    router.add(Method::get, "/v1/jobs/{id}", 6);
    router.add(Method::get, "/v1/positions/{sku}/{location}", 7);
    router.add(Method::get, "/v1/jobs/latest", 8);
    router.add(Method::get, "/v1/jobs/latest/log", 9);
    router.add(Method::put, "/v1/jobs/{id}/note", 10);
    router.add(Method::get, "/", 11);
    return router;
}

TEST(Router, FindsFixedAndParameterSegments) {
    const Router router = make_router();
    PathParams params;
    EXPECT_EQ(router.match(Method::post, "/v1/reservations", params).route, 1u);
    EXPECT_EQ(params.count, 0u);
    const auto found = router.match(Method::post, "/v1/reservations/res_7/confirm", params);
    EXPECT_EQ(found.kind, RouteMatch::Kind::found);
    EXPECT_EQ(found.route, 3u);
    ASSERT_EQ(params.count, 1u);
    EXPECT_EQ(params[0], "res_7");
    EXPECT_EQ(router.match(Method::get, "/", params).route, 11u);
    EXPECT_EQ(router.match(Method::post, "/v1/events:batch", params).route, 4u);
}

TEST(Router, PrefersFixedTextThenVerbThenBareParameter) {
    const Router router = make_router();
    PathParams params;
    EXPECT_EQ(router.match(Method::get, "/v1/jobs/latest", params).route, 8u);
    EXPECT_EQ(router.match(Method::post, "/v1/jobs/17:cancel", params).route, 5u);
    EXPECT_EQ(params[0], "17");
    EXPECT_EQ(router.match(Method::get, "/v1/jobs/17", params).route, 6u);
}

TEST(Router, GoesBackWhenFixedTextLeadsNowhere) {
    const Router router = make_router();
    PathParams params;
    EXPECT_EQ(router.match(Method::get, "/v1/jobs/latest/log", params).route, 9u);
    const auto note = router.match(Method::put, "/v1/jobs/latest/note", params);
    EXPECT_EQ(note.route, 10u);
    EXPECT_EQ(params[0], "latest");
}

TEST(Router, DecodesParametersIntoTheCallersBuffer) {
    const Router router = make_router();
    PathParams params;
    const auto found = router.match(Method::get, "/v1/positions/SHOE%2F42/M%C3%BCnchen", params);
    ASSERT_EQ(found.kind, RouteMatch::Kind::found);
    ASSERT_EQ(params.count, 2u);
    EXPECT_EQ(params[0], "SHOE/42");
    EXPECT_EQ(params[1], "München");
    EXPECT_EQ(router.match(Method::get, "/v1/positions/a+b/x", params).route, 7u);
    EXPECT_EQ(params[0], "a+b") << "plus is a space in queries only";
}

TEST(Router, SaysWhyAPathIsNotServed) {
    const Router router = make_router();
    PathParams params;
    for (const char* path :
         {"/v1", "/v1/", "/v2/reservations", "/v1/reservations/", "", "/v1/reservations//confirm",
          "/v1/events:batch/", "/v1/jobs/a/b/c", "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"})
        EXPECT_EQ(router.match(Method::get, path, params).kind, RouteMatch::Kind::not_found)
            << path;
    for (const char* path : {"/v1/jobs/%", "/v1/jobs/%4", "/v1/jobs/%zz", "/v1/jobs/%00"})
        EXPECT_EQ(router.match(Method::get, path, params).kind, RouteMatch::Kind::malformed)
            << path;
    const std::string longer = "/v1/jobs/" + std::string(kPathParamBytesMax + 1, 'x');
    EXPECT_EQ(router.match(Method::get, longer, params).kind, RouteMatch::Kind::malformed);
}

TEST(Router, ListsTheMethodsOfAPath) {
    const Router router = make_router();
    PathParams params;
    auto refused = router.match(Method::delete_, "/v1/reservations/1", params);
    EXPECT_EQ(refused.kind, RouteMatch::Kind::method_not_allowed);
    EXPECT_EQ(refused.allow, "GET, HEAD");
    EXPECT_EQ(router.match(Method::head, "/v1/reservations/1", params).route, 2u);
    refused = router.match(Method::other, "/v1/reservations", params);
    EXPECT_EQ(refused.kind, RouteMatch::Kind::method_not_allowed);
    EXPECT_EQ(refused.allow, "POST");
}

TEST(Query, DecodesNamesAndValues) {
    const auto query = Query::parse("status=open&q=red+shoe%2B42&flag&since=2026-11-01T00:00:00Z");
    ASSERT_TRUE(query);
    EXPECT_EQ(query->find("status"), "open");
    EXPECT_EQ(query->find("q"), "red shoe+42");
    EXPECT_EQ(query->find("flag"), "");
    EXPECT_EQ(query->find("since"), "2026-11-01T00:00:00Z");
    EXPECT_EQ(query->find("missing"), std::nullopt);
    EXPECT_TRUE(Query::parse("")->params().empty());
}

TEST(Query, RefusesWhatCouldBeReadInTwoWays) {
    for (const char* text : {"=1", "a=1&a=2", "a=%", "a=%4x", "%00=1", "a=1&&b=2", "a=1&%61=2"})
        EXPECT_FALSE(Query::parse(text)) << text;
    std::string many;
    for (std::size_t i = 0; i <= kQueryParamsMax; ++i) many += "p" + std::to_string(i) + "=1&";
    EXPECT_FALSE(Query::parse(many));
}

TEST(Query, RefusesANulHoweverItIsWritten) {
    EXPECT_FALSE(Query::parse("a=%00"));
    EXPECT_FALSE(Query::parse(std::string_view("a=\0b", 4)));
    EXPECT_FALSE(Query::parse(std::string_view("\0=b", 3)));
}

}  // namespace
}  // namespace holdfast::http
