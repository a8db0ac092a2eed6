// Goal: reads tell what the ledger holds, page by page without gap or repeat. Method: the small
// retailer of the fixture, and cursors walked to their end.
#include "api/api_fixture.h"
#include "api/cursor.h"
#include "api/tokens.h"

namespace holdfast::api {
namespace {

class Stock : public ApiTest {
  protected:
    Stock() { make_retailer(); }
    /// All rows of a list, by pages of `limit`.
    std::vector<std::string> walk(const std::string& target, const char* member) {
        std::vector<std::string> found;
        std::string cursor;
        for (int pages = 0; pages < 100; ++pages) {
            const auto page = json(get(target + (cursor.empty() ? "" : "&cursor=" + cursor)));
            for (const auto& row : page.at("data").as_array()) {
                found.emplace_back(row.at(member).as_string());
            }
            if (!page.at("has_more").as_bool()) break;
            cursor = page.at("next_cursor").as_string();
        }
        return found;
    }
};

TEST_F(Stock, AvailabilitySumsThePoolAndNarrowsToALocation) {
    const auto all = get("/v1/availability?channel=web&sku=BOOT&sku=SOCK");
    ASSERT_EQ(all.status, 200u) << all.body;
    EXPECT_EQ(boost::json::serialize(json(all).at("data")),
              R"([{"sku":"BOOT","available_to_sell":28},{"sku":"SOCK","available_to_sell":0}])");
    EXPECT_EQ(text(all, "as_of_seq"), "0-" + std::to_string(seq()));
    const auto one = get("/v1/availability?channel=web&sku=BOOT&location=S1");
    EXPECT_EQ(boost::json::serialize(json(one).at("data")),
              R"([{"sku":"BOOT","location":"S1","available_to_sell":4}])");
    const auto query = post(
        "/v1/availability/query",
        R"({"channel":"web","consistent":true,"items":[{"sku":"BOOT"},{"sku":"BOOT","location":"DC1"}]})");
    EXPECT_EQ(json(query).at("data").as_array().at(1).at("available_to_sell"), 24) << query.body;
    EXPECT_EQ(pointer_of(post("/v1/availability/query",
                              R"({"channel":"web","items":[{"sku":"BOOT"},{"sku":"NOPE"}]})")),
              "#/items/1/sku");
    EXPECT_EQ(code_of(get("/v1/availability?channel=nope&sku=BOOT")), "unknown_channel");
    EXPECT_EQ(code_of(get("/v1/availability?channel=web&sku=NOPE")), "unknown_sku");
}

TEST_F(Stock, PositionsHaveEveryBucketAndAnETag) {
    expect_ok(
        put("/v1/policies", R"({"kind":"safety_stock","sku":"BOOT","location":"DC1","value":3})"));
    expect_ok(event(
        R"("type":"return.received","data":{"location":"DC1","lines":[{"sku":"BOOT","quantity":2,"disposition":"damaged"}]})"));
    const auto position = get("/v1/positions/BOOT/DC1");
    const auto row = json(position);
    EXPECT_EQ(row.at("on_hand"), 26);
    EXPECT_EQ(row.at("damaged"), 2);
    EXPECT_EQ(row.at("available_to_sell"), 21);
    EXPECT_EQ(row.at("safety_stock"), 3);
    const std::string etag = position.fields.at("ETag");
    EXPECT_EQ(get("/v1/positions/BOOT/DC1", "If-None-Match: " + etag + "\r\n").status, 304u);
    count("BOOT", "DC1", 5);
    EXPECT_EQ(get("/v1/positions/BOOT/DC1", "If-None-Match: " + etag + "\r\n").status, 200u);
    // What is shown rests on the location and on policies too, even where no stock ever was.
    const std::string before_policy = get("/v1/positions/SOCK/S1").fields.at("ETag");
    expect_ok(put("/v1/policies", R"({"kind":"safety_stock","sku":"SOCK","value":1})"));
    const auto none = get("/v1/positions/SOCK/S1", "If-None-Match: " + before_policy + "\r\n");
    EXPECT_EQ(none.status, 200u);
    EXPECT_EQ(json(none).at("on_hand"), 0);
    EXPECT_EQ(json(none).at("safety_stock"), 1);
    const std::string enabled = get("/v1/positions/BOOT/S1").fields.at("ETag");
    expect_ok(put("/v1/locations/S1", R"({"enabled":false})"));
    const auto closed = get("/v1/positions/BOOT/S1", "If-None-Match: " + enabled + "\r\n");
    EXPECT_EQ(closed.status, 200u);
    EXPECT_EQ(json(closed).at("available_to_sell"), 0);
    EXPECT_EQ(code_of(get("/v1/positions/SOCK/NOPE")), "unknown_location");
}

TEST_F(Stock, ListsWalkWithoutGapOrRepeat) {
    for (int i = 0; i < 10; ++i) {
        const std::string sku = "S" + std::to_string(i);
        expect_ok(put("/v1/items/" + sku));
        count(sku, "DC1", i);
        if (i % 2 == 0) count(sku, "S1", i);
    }
    EXPECT_EQ(walk("/v1/items?limit=3", "sku").size(), 12u);
    EXPECT_EQ(walk("/v1/positions?limit=4", "sku").size(), 17u);
    EXPECT_EQ(walk("/v1/positions?limit=2&location=S1", "sku"),
              (std::vector<std::string>{"BOOT", "S0", "S2", "S4", "S6", "S8"}));
    EXPECT_EQ(walk("/v1/positions?limit=1&sku=S4", "location"),
              (std::vector<std::string>{"DC1", "S1"}));
    EXPECT_EQ(walk("/v1/locations?limit=1", "location"), (std::vector<std::string>{"DC1", "S1"}));
    EXPECT_EQ(walk("/v1/channels?limit=1", "channel"), (std::vector<std::string>{"web", "mkt"}));
    EXPECT_EQ(walk("/v1/pools?limit=1", "pool"), (std::vector<std::string>{"main"}));
    EXPECT_EQ(walk("/v1/api-keys?limit=1", "title"), (std::vector<std::string>{"test"}));
    for (int i = 0; i < 5; ++i)
        expect_ok(put("/v1/policies",
                      R"({"kind":"buffer","sku":"S)" + std::to_string(i) + R"(","value":1})"));
    expect_ok(put("/v1/policies", R"({"kind":"buffer","sku":"S3","value":null})"));
    EXPECT_EQ(walk("/v1/policies?limit=2", "sku"),
              (std::vector<std::string>{"S0", "S1", "S2", "S4"}));
}

TEST_F(Stock, ACursorBelongsToItsList) {
    const auto page = json(get("/v1/items?limit=1"));
    const std::string cursor(page.at("next_cursor").as_string());
    EXPECT_EQ(get("/v1/items?limit=1&cursor=" + cursor).status, 200u);
    EXPECT_EQ(code_of(get("/v1/locations?cursor=" + cursor)), "invalid_cursor");
}

TEST_F(Stock, CatalogRefusesWhatDoesNotFit) {
    EXPECT_EQ(code_of(put("/v1/channels/new", R"({"pool":"nope"})")), "unknown_pool");
    EXPECT_EQ(code_of(put("/v1/pools/new", R"({"locations":["DC1","NOPE"]})")), "unknown_location");
    EXPECT_EQ(pointer_of(put("/v1/pools/new", R"({"locations":["DC1","NOPE"]})")),
              "#/locations/1/location");
    std::string many = R"({"title":"x","scopes":[)";
    for (int i = 0; i < 65; ++i) many += std::string(i > 0 ? "," : "") + R"("admin@*/*")";
    EXPECT_EQ(code_of(post("/v1/api-keys", many + "]}")), "too_many_items");
    expect_ok(put("/v1/channels/idle", R"({"pool":null})"));
    EXPECT_EQ(code_of(reserve(R"({"channel":"idle","lines":[{"sku":"BOOT","quantity":1}]})")),
              "channel_has_no_pool");
    EXPECT_EQ(code_of(put("/v1/items/%01")), "code_not_allowed");
    EXPECT_EQ(code_of(put("/v1/items/" + std::string(129, 'x'))), "code_not_allowed");
    EXPECT_EQ(code_of(put("/v1/policies", R"({"kind":"x","value":1})")), "invalid_value");
    EXPECT_EQ(code_of(put("/v1/policies", R"({"kind":"buffer","value":-1})")), "invalid_value");
    EXPECT_EQ(code_of(put("/v1/policies", R"({"kind":"buffer","value":1,"sku":"NOPE"})")),
              "unknown_sku");
    EXPECT_EQ(text(put("/v1/items/A%2FB", R"({"title":"Sl\"ash"})"), "sku"), "A/B");
    EXPECT_EQ(text(get("/v1/items/A%2FB"), "title"), "Sl\"ash");
}

TEST_F(Stock, AnItemMayComeInPacks) {
    const auto entered =
        put("/v1/items/BOOT", R"({"title":"Boot","units":[{"unit":"pack","numerator":6}]})");
    EXPECT_EQ(boost::json::serialize(json(entered).at("units")),
              R"([{"unit":"pack","numerator":6,"denominator":1}])");
    // Another title leaves the units as they are.
    EXPECT_EQ(json(put("/v1/items/BOOT", R"({"title":"Boots"})")).if_contains("units"), nullptr);
    EXPECT_EQ(json(get("/v1/items/BOOT")).at("units").as_array().size(), 1u);
    const auto held =
        reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":2,"unit":"pack"}]})");
    ASSERT_EQ(held.status, 201u) << held.body;
    EXPECT_EQ(json(held).at("lines").as_array().at(0).at("quantity"), 12);
    const auto released =
        post("/v1/reservations/" + text(held, "id") + "/release",
             R"({"lines":[{"line":1,"quantity":1,"unit":"pack"}]})", "Idempotency-Key: pack-1\r\n");
    EXPECT_EQ(json(released).at("lines").as_array().at(0).at("quantity"), -6) << released.body;
    EXPECT_EQ(pointer_of(reserve(
                  R"({"channel":"web","lines":[{"sku":"SOCK","quantity":1,"unit":"pack"}]})")),
              "#/lines/0/unit");
    expect_ok(put("/v1/items/BOOT", R"({"units":[]})"));
    EXPECT_EQ(json(get("/v1/items/BOOT")).if_contains("units"), nullptr);
}

TEST_F(Stock, StatusProvesTheState) {
    const auto status = get("/v1/status?include=state_hash,invariants");
    EXPECT_EQ(text(status, "invariants"), "ok");
    EXPECT_EQ(text(status, "state_hash").size(), 32u);
    EXPECT_EQ(text(status, "state_hash"), text(get("/v1/status?include=state_hash"), "state_hash"));
    count("SOCK", "DC1", 1);
    EXPECT_NE(text(status, "state_hash"), text(get("/v1/status?include=state_hash"), "state_hash"));
    EXPECT_EQ(code_of(get("/v1/status?include=everything")), "invalid_parameter");
}

TEST_F(Stock, MetricsCountWhatHappened) {
    reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})", "m");
    reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})", "m");
    reserve(R"({"channel":"web","lines":[{"sku":"SOCK","quantity":1}]})");
    const std::string scrape = metrics_.scrape({"1.2.3", "abc"});
    for (const char* line :
         {"holdfast_reservations_total{outcome=\"held\",reason=\"\"} 1\n",
          "holdfast_reservations_total{outcome=\"replayed\",reason=\"\"} 1\n",
          "holdfast_reservations_total{outcome=\"refused\",reason=\"insufficient_stock\"} 1\n",
          "holdfast_reservation_duration_seconds_count 3\n",
          "holdfast_events_total{type=\"stock.counted\",outcome=\"applied\"} 2\n",
          "holdfast_build_info{version=\"1.2.3\",revision=\"abc\"} 1\n"}) {
        EXPECT_NE(scrape.find(line), std::string::npos) << line << scrape;
    }
}

TEST(Tokens, RoundTripAndRefuseOtherShapes) {
    EXPECT_EQ(as_text(seq_token(918273)), "0-918273");
    EXPECT_EQ(seq_from_token("0-918273"), 918273u);
    EXPECT_EQ(as_text(seq_token(~std::uint64_t{0})), "0-18446744073709551615");
    for (const char* wrong : {"", "0-", "1-5", "0-05", "0-x", "0-18446744073709551616", "918273"}) {
        EXPECT_FALSE(seq_from_token(wrong)) << wrong;
    }
    EXPECT_EQ(reservation_from_name(as_text(reservation_name(ReservationId{77}))),
              ReservationId{77});
    EXPECT_FALSE(reservation_from_name("rsv_UPPERCASE0000"));
}

TEST(Cursors, AreBoundToSecretAndList) {
    const CursorCodec codec(1);
    const std::string cursor = codec.encode("list", {7, 9});
    const auto key = codec.decode("list", cursor);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->first, 7u);
    EXPECT_EQ(key->second, 9u);
    EXPECT_FALSE(codec.decode("other", cursor));
    EXPECT_FALSE(CursorCodec(2).decode("list", cursor));
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        std::string wrong = cursor;
        wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(codec.decode("list", wrong)) << i;
    }
}

}  // namespace
}  // namespace holdfast::api
