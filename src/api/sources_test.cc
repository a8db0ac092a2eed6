// Goal: what a source said, what of it is missing, who is believed and what waits for its order can
// be read and changed over HTTP. Method: requests as clients send them, over the simulated network.
#include "api/api_fixture.h"

namespace holdfast::api {
namespace {

class Sources : public ApiTest {
  protected:
    Sources() { make_retailer(); }

    /// A sale of one BOOT at S1 by this source, with its own number.
    http::Answer sale(const std::string& source, int number, int epoch = 0) {
        const std::string text = std::to_string(number);
        return post("/v1/events", R"({"specversion":"1.0","id":")" + std::to_string(++sales_) +
                                      R"(","source":")" + source +
                                      R"(","type":"pos.sale","sequence":")" + text +
                                      R"(","sourceepoch":)" + std::to_string(epoch) +
                                      R"(,"data":{"location":"S1","lines":[{"sku":"BOOT",)"
                                      R"("quantity":1}]}})");
    }
    http::Answer give_up(const std::string& source, const std::string& last) {
        return post("/v1/sources/" + source + "/give-up", R"({"last_sequence":")" + last + "\"}",
                    "Idempotency-Key: k" + std::to_string(++keys_) + "\r\n");
    }
    std::string gaps_of(const std::string& source) {
        std::string gaps;
        const boost::json::object told = json(get("/v1/sources/" + source));
        for (const auto& row : told.at("gaps").as_array()) {
            gaps += std::string(row.at("first_sequence").as_string()) + "-" +
                    std::string(row.at("last_sequence").as_string()) + " ";
        }
        return gaps;
    }
    boost::json::array rows(const std::string& target) {
        return json(get(target)).at("data").as_array();
    }
    std::string ship(const std::string& order) {
        const http::Answer answer =
            event(R"("type":"shipment.posted","data":{"location":"DC1","order":")" + order +
                  R"(","lines":[{"sku":"BOOT","quantity":2}]})");
        EXPECT_EQ(answer.status, 201u) << answer.body;
        return answer.body;
    }
    int sales_ = 1000;
    int keys_ = 0;
};

TEST_F(Sources, TellsWhatIsMissingAndTakesItLate) {
    for (const int number : {1, 5, 3}) ASSERT_EQ(sale("till-1", number).status, 201u);
    EXPECT_EQ(gaps_of("till-1"), "2-2 4-4 ");
    const auto till = json(get("/v1/sources/till-1"));
    EXPECT_EQ(till.at("sequence").as_string(), "5");
    EXPECT_EQ(till.at("gaps").as_array().at(0).at("awaited"), true);
    EXPECT_EQ(sale("till-1", 2).status, 201u);
    EXPECT_EQ(json(sale("till-1", 3)).at("duplicate"), true);
    EXPECT_EQ(gaps_of("till-1"), "4-4 ");
    // A source that nobody heard of has no gaps, and the next number is the first.
    EXPECT_EQ(text(get("/v1/sources/nobody"), "sequence"), "0");
}

TEST_F(Sources, ListsEverySourceByPages) {
    for (const char* source : {"till-1", "till-2", "till-3"}) sale(source, 1);
    std::vector<std::string> listed;
    std::string target = "/v1/sources?limit=2";
    for (;;) {
        const auto page = json(get(target));
        for (const auto& row : page.at("data").as_array()) {
            listed.emplace_back(row.at("source").as_string());
        }
        if (!page.at("has_more").as_bool()) break;
        target = "/v1/sources?limit=2&cursor=" + std::string(page.at("next_cursor").as_string());
    }
    EXPECT_EQ(listed, (std::vector<std::string>{"wms", "till-1", "till-2", "till-3"}));
}

TEST_F(Sources, GivesUpWhatWillNotCome) {
    sale("till-1", 1);
    sale("till-1", 9);
    const auto answer = give_up("till-1", "5");
    ASSERT_EQ(answer.status, 200u) << answer.body;
    EXPECT_EQ(text(answer, "first_sequence"), "2");
    EXPECT_EQ(gaps_of("till-1"), "6-8 ");
    EXPECT_EQ(code_of(sale("till-1", 4)), "sequence_given_up");
    EXPECT_EQ(code_of(give_up("till-1", "10")), "value_out_of_range");
    EXPECT_EQ(code_of(give_up("till-9", "1")), "unknown_source");
    EXPECT_EQ(code_of(post("/v1/sources/till-1/give-up", R"({"last_sequence":"8"})")),
              "idempotency_key_missing");
}

TEST_F(Sources, BeginsAnAnnouncedEpochAndNoOther) {
    sale("erp", 40);
    const auto answer =
        put("/v1/sources/erp/epoch",
            R"({"epoch":1,"first_sequence":"100","announced_only":true,"reason":"restored"})");
    ASSERT_EQ(answer.status, 200u) << answer.body;
    EXPECT_EQ(text(answer, "first_sequence"), "100");
    EXPECT_EQ(sale("erp", 100, 1).status, 201u);
    EXPECT_EQ(code_of(sale("erp", 41, 0)), "stale_source_epoch");
    EXPECT_EQ(code_of(sale("erp", 1, 2)), "source_epoch_not_announced");
    EXPECT_EQ(code_of(put("/v1/sources/erp/epoch", R"({"epoch":0})")), "stale_source_epoch");
    EXPECT_EQ(pointer_of(put("/v1/sources/erp/epoch", R"({"epoch":2,"first_sequence":"0"})")),
              "#/first_sequence");
    EXPECT_EQ(json(get("/v1/sources/erp")).at("announced_only"), true);
}

TEST_F(Sources, BelievesTheOneThatIsNamedAndNotesTheOthers) {
    sale("till-1", 1);
    const std::string row = R"({"type":"pos.sale","location":"S1","source":"till-1"})";
    ASSERT_EQ(put("/v1/authority", row).status, 200u);
    const auto listed = rows("/v1/authority");
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_EQ(listed.at(0).at("source").as_string(), "till-1");
    const auto noted = sale("erp", 1);
    ASSERT_EQ(noted.status, 201u) << noted.body;
    EXPECT_EQ(boost::json::serialize(json(noted).at("raises")), R"(["ownership_conflict"])");
    EXPECT_EQ(json(get("/v1/positions/BOOT/S1")).at("on_hand"), 3);
    EXPECT_EQ(sale("till-1", 2).status, 201u);
    EXPECT_EQ(json(get("/v1/positions/BOOT/S1")).at("on_hand"), 2);
    ASSERT_EQ(put("/v1/authority", R"({"type":"pos.sale","location":"S1","source":null})").status,
              200u);
    EXPECT_TRUE(rows("/v1/authority").empty());
    EXPECT_EQ(sale("erp", 2).status, 201u);
    EXPECT_EQ(json(get("/v1/positions/BOOT/S1")).at("on_hand"), 1);
}

TEST_F(Sources, RefusesAnAuthorityThatNobodyHeardOf) {
    EXPECT_EQ(code_of(put("/v1/authority", R"({"type":"pos.sale","source":"tlil-1"})")),
              "unknown_source");
    EXPECT_EQ(code_of(put("/v1/authority", R"({"location":"NOPE","source":"wms"})")),
              "unknown_location");
    EXPECT_EQ(pointer_of(put("/v1/authority", R"({"type":"item.upserted","source":"wms"})")),
              "#/type");
    EXPECT_EQ(code_of(put("/v1/authority", R"({"type":"pos.sale"})")), "missing_field");
}

TEST_F(Sources, ShowsWhatWaitsForItsOrderUntilItComes) {
    EXPECT_EQ(boost::json::parse(ship("1001")).at("parked"), true);
    ship("1002");
    const auto waiting = rows("/v1/parked-events?order=1001");
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting.at(0).at("type").as_string(), "shipment.posted");
    EXPECT_EQ(waiting.at(0).at("overdue"), false);
    EXPECT_EQ(waiting.at(0).at("lines").as_array().at(0).at("location").as_string(), "DC1");
    const auto first = json(get("/v1/parked-events?limit=1"));
    EXPECT_EQ(first.at("has_more"), true);
    const std::string cursor(first.at("next_cursor").as_string());
    EXPECT_EQ(rows("/v1/parked-events?limit=1&cursor=" + cursor).at(0).at("order").as_string(),
              "1002");
    EXPECT_EQ(code_of(get("/v1/parked-events?order=1001&cursor=" + cursor)), "invalid_cursor");

    const auto order = event(
        R"("type":"order.created","data":{"order":"1001","channel":"mkt","sold":true,"lines":[{"sku":"BOOT","quantity":3}]})");
    ASSERT_EQ(order.status, 201u) << order.body;
    EXPECT_EQ(json(order).at("lines").as_array().at(0).at("quantity"), 1);
    EXPECT_TRUE(rows("/v1/parked-events?order=1001").empty());
    EXPECT_EQ(rows("/v1/parked-events").size(), 1u);
    EXPECT_EQ(json(get("/v1/positions/BOOT/DC1")).at("reserved"), 1);
}

TEST_F(Sources, WhoSpeaksForOneChannelWaitsForOrdersOfThatChannelAlone) {
    const std::string cancel = R"("type":"order.cancelled","data":{"order":"1001")";
    key_ = make_key("events:write@web/*");
    EXPECT_EQ(event(cancel + "}").status, 403u);
    EXPECT_EQ(event(cancel + R"(,"channel":"mkt"})").status, 403u);
    EXPECT_EQ(event(cancel + R"(,"channel":"web"})").status, 201u);
    key_ = make_key("events:write@web/S1");
    EXPECT_EQ(event(cancel + R"(,"channel":"web","lines":[{"sku":"BOOT","location":"S1","line":1,)"
                             R"("quantity":1}]})")
                  .status,
              403u);
    key_.clear();
    const auto order = event(
        R"("type":"order.created","data":{"order":"1001","channel":"mkt","sold":true,"lines":[{"sku":"BOOT","quantity":3}]})");
    ASSERT_EQ(order.status, 201u) << order.body;
    EXPECT_EQ(json(order).at("lines").as_array().at(0).at("quantity"), 3);
    EXPECT_EQ(rows("/v1/parked-events").size(), 1u);
}

TEST_F(Sources, NeedsAKeyOfEveryChannelAndLocation) {
    key_ = make_key("events:read@*/S1,catalog:read@*/S1,catalog:write@*/S1,events:write@*/S1");
    for (const char* target :
         {"/v1/sources", "/v1/sources/wms", "/v1/authority", "/v1/parked-events"}) {
        EXPECT_EQ(get(target).status, 403u) << target;
    }
    EXPECT_EQ(put("/v1/authority", R"({"source":"wms"})").status, 403u);
    EXPECT_EQ(put("/v1/sources/wms/epoch", R"({"epoch":1})").status, 403u);
    EXPECT_EQ(give_up("wms", "1").status, 403u);
}

}  // namespace
}  // namespace holdfast::api
