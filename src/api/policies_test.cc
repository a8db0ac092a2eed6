// Goal: what a retailer decides about stock over HTTP bears on what may be sold, and is told again
// with who decided it and why. Method: the small retailer of the fixture (BOOT: 24 at DC1, 4 at
// S1).
#include "api/api_fixture.h"

namespace holdfast::api {
namespace {

class Policies : public ApiTest {
  protected:
    Policies() { make_retailer(); }
    int boots_for(const std::string& channel) {
        const auto answer = json(get("/v1/availability?sku=BOOT&channel=" + channel));
        return static_cast<int>(
            answer.at("data").as_array().at(0).at("available_to_sell").as_int64());
    }
    boost::json::array rows(const std::string& list) {
        return json(get(list)).at("data").as_array();
    }
};

TEST_F(Policies, AGroupKeepsStockBackAsAWhole) {
    const auto made = put("/v1/groups/all", R"({"title":"All","locations":["DC1","S1"]})");
    ASSERT_EQ(made.status, 200u) << made.body;
    EXPECT_EQ(boost::json::serialize(json(made).at("locations")), R"(["DC1","S1"])");
    expect_ok(put("/v1/policies", R"({"kind":"group_safety_stock","group":"all","value":10})"));
    EXPECT_EQ(boots_for("web"), 18);
    const auto group = get("/v1/groups/all");
    EXPECT_EQ(text(group, "title"), "All");
    EXPECT_EQ(get("/v1/groups/all", "If-None-Match: " + group.fields.at("ETag") + "\r\n").status,
              304u);
    EXPECT_EQ(text(get("/v1/locations/S1"), "group"), "all");
    EXPECT_EQ(rows("/v1/groups").size(), 1u);
    EXPECT_EQ(code_of(put("/v1/groups/other", R"({"locations":["S1"]})")),
              "location_in_two_groups");
    EXPECT_EQ(code_of(get("/v1/groups/nope")), "unknown_group");
    EXPECT_EQ(get("/v1/groups/nope").status, 404u);
}

TEST_F(Policies, ARowTellsWhoSetItAndWhy) {
    const auto set =
        put("/v1/policies",
            R"({"kind":"safety_stock","sku":"BOOT","location":"DC1","value":4,"reason":"slow"})");
    EXPECT_EQ(text(set, "reason"), "slow");
    const auto all = rows("/v1/policies");
    ASSERT_EQ(all.size(), 1u);
    const auto& row = all.at(0).as_object();
    EXPECT_EQ(row.at("kind"), "safety_stock");
    EXPECT_EQ(row.at("sku"), "BOOT");
    EXPECT_EQ(row.at("location"), "DC1");
    EXPECT_EQ(row.at("value"), 4);
    EXPECT_EQ(row.at("reason"), "slow");
    EXPECT_EQ(row.at("seq"), json(set).at("seq"));
    EXPECT_EQ(row.at("actor"), json(set).at("actor"));
    EXPECT_TRUE(row.at("actor").as_string().starts_with("key:")) << set.body;
}

TEST_F(Policies, AQuotaIsKeptForItsChannelAndUsedUp) {
    expect_ok(put("/v1/groups/all", R"({"locations":["DC1","S1"]})"));
    const auto set = put(
        "/v1/quotas",
        R"({"group":"all","channel":"mkt","sku":"BOOT","guarantee":20,"cap":25,"reason":"deal"})");
    ASSERT_EQ(set.status, 200u) << set.body;
    EXPECT_EQ(json(set).at("guarantee"), 20);
    EXPECT_EQ(boots_for("web"), 8);
    EXPECT_EQ(boots_for("mkt"), 25);
    expect_ok(reserve(R"({"channel":"mkt","lines":[{"sku":"BOOT","quantity":6}]})"));
    const auto all = rows("/v1/quotas");
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all.at(0).at("used"), 6);
    EXPECT_EQ(all.at(0).at("reason"), "deal");
    EXPECT_EQ(all.at(0).at("priority"), 0);
    EXPECT_EQ(code_of(reserve(R"({"channel":"mkt","lines":[{"sku":"BOOT","quantity":20}]})")),
              "quota_exhausted");
    expect_ok(put(
        "/v1/quotas",
        R"({"group":"all","channel":"mkt","sku":"BOOT","guarantee":null,"cap":7,"refill":true})"));
    EXPECT_EQ(boots_for("mkt"), 7);
    EXPECT_TRUE(rows("/v1/quotas").at(0).at("guarantee").is_null());
    expect_ok(put("/v1/quotas",
                  R"({"group":"all","channel":"mkt","sku":"BOOT","guarantee":null,"cap":null})"));
    EXPECT_TRUE(rows("/v1/quotas").empty());
    EXPECT_EQ(boots_for("mkt"), 22);
}

TEST_F(Policies, QuotasAreToldAPageAtATime) {
    expect_ok(put("/v1/groups/all", R"({"locations":["DC1","S1"]})"));
    for (const std::string sku : {R"("sku":"SOCK",)", R"("sku":"BOOT",)", ""})
        expect_ok(put("/v1/quotas",
                      R"({"group":"all","channel":"web",)" + sku + R"("guarantee":null,"cap":9})"));
    const auto first = json(get("/v1/quotas?limit=2"));
    EXPECT_EQ(first.at("data").as_array().at(0).at("sku"), "BOOT");
    EXPECT_EQ(first.at("data").as_array().at(1).at("sku"), "SOCK");
    const std::string cursor(first.at("next_cursor").as_string());
    const auto second = json(get("/v1/quotas?limit=2&cursor=" + cursor));
    EXPECT_EQ(second.at("data").as_array().at(0).as_object().if_contains("sku"), nullptr);
    EXPECT_FALSE(second.at("has_more").as_bool());
}

TEST_F(Policies, ASilentNodePromisesNothingNew) {
    const std::string before = get("/v1/locations/S1").fields.at("ETag");
    const auto silent =
        put("/v1/locations/S1/status", R"({"online":false,"since":"1970-01-01T00:00:00.000001Z"})");
    ASSERT_EQ(silent.status, 200u) << silent.body;
    EXPECT_EQ(boots_for("web"), 24);
    const auto told = get("/v1/locations/S1", "If-None-Match: " + before + "\r\n");
    ASSERT_EQ(told.status, 200u);
    EXPECT_EQ(json(told).at("online"), false);
    EXPECT_EQ(json(told).at("since"), json(silent).at("since"));
    expect_ok(put("/v1/policies", R"({"kind":"offline_buffer","location":"S1","value":1})"));
    EXPECT_EQ(boots_for("web"), 27);
    expect_ok(put("/v1/locations/S1/status", R"({"online":true})"));
    EXPECT_EQ(boots_for("web"), 28);
    EXPECT_EQ(code_of(put("/v1/locations/NOPE/status", R"({"online":true})")), "unknown_location");
    EXPECT_EQ(code_of(put("/v1/locations/S1/status", R"({"online":"no"})")), "wrong_type");
}

TEST_F(Policies, AKeyOfAStoreSpeaksForItsOwnNodeAlone) {
    const std::string silent = R"({"online":false})";
    key_ = make_key("events:write@*/S1");
    EXPECT_EQ(put("/v1/locations/S1/status", silent).status, 200u);
    EXPECT_EQ(put("/v1/locations/DC1/status", silent).status, 403u);
    EXPECT_EQ(put("/v1/locations/NOPE/status", silent).status, 403u);
}

TEST_F(Policies, TheFeedNamesGroupChannelAndLimits) {
    expect_ok(put("/v1/groups/all", R"({"locations":["DC1","S1"]})"));
    expect_ok(put("/v1/quotas",
                  R"({"group":"all","channel":"web","sku":"BOOT","guarantee":null,"cap":9})"));
    expect_ok(put("/v1/policies", R"({"kind":"group_safety_stock","group":"all","value":2})"));
    expect_ok(put("/v1/locations/S1/status", R"({"online":false})"));
    expect_ok(reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":3}]})"));
    std::string all;
    for (const auto& fact : rows("/v1/facts?limit=1000"))
        all += boost::json::serialize(fact.at("data")) + "\n";
    for (
        const char* told :
        {R"({"group":"all","channel":"web","sku":"BOOT","guarantee":null,"cap":9,"priority":0})",
         R"({"kind":"group_safety_stock","group":"all","value":2})",
         R"({"location":"S1","online":false,"since":)",
         R"({"sku":"BOOT","place":"quota","group":"all","channel":"web","bucket":"quota_used","delta":3})"})
        EXPECT_NE(all.find(told), std::string::npos) << told << " in\n" << all;
}

}  // namespace
}  // namespace holdfast::api
