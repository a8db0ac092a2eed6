// Goal: a person sees what should be looked at, in the order of its worth, with what to do about
// it; and what they do is recorded once. Method: real requests over the simulated network.
#include "api/api_fixture.h"
#include "api/document.h"
#include "api/render_case.h"

namespace holdfast::api {
namespace {

class CasesApi : public ApiTest {
  protected:
    CasesApi() { make_retailer(); }

    /// A till sells more than is there.
    void sell(const std::string& sku, const std::string& at, int quantity) {
        expect_ok(event(R"("type":"pos.sale","data":{"location":")" + at +
                        R"(","lines":[{"sku":")" + sku + R"(","quantity":)" +
                        std::to_string(quantity) + "}]}"));
    }
    boost::json::array list(const std::string& query = "") {
        const auto answer = get("/v1/cases" + query);
        EXPECT_EQ(answer.status, 200u) << answer.body;
        return json(answer).at("data").as_array();
    }
    std::string first_id(const std::string& query = "") {
        const auto rows = list(query);
        return rows.empty() ? "" : std::string(rows.at(0).at("id").as_string());
    }
    boost::json::object detail(const std::string& id) {
        const auto answer = get("/v1/cases/" + id);
        EXPECT_EQ(answer.status, 200u) << answer.body;
        return json(answer);
    }
    http::Answer act(const std::string& id, const std::string& action, const std::string& body,
                     const std::string& key = "") {
        return post("/v1/cases/" + id + "/" + action, body,
                    key.empty() ? "" : "Idempotency-Key: " + key + "\r\n");
    }
    /// Sends the suggestion as it stands.
    http::Answer send(const boost::json::value& suggestion) {
        const auto& request = suggestion.at("request");
        return call("POST", std::string(request.at("path").as_string()),
                    boost::json::serialize(request.at("body")),
                    "Content-Type: " + std::string(request.at("content_type").as_string()) +
                        "\r\nIdempotency-Key: s" + std::to_string(++keys_used_) + "\r\n");
    }
    static const boost::json::value* suggestion(const boost::json::object& of,
                                                std::string_view action) {
        for (const auto& one : of.at("suggestions").as_array()) {
            if (one.at("action").as_string() == action) return &one;
        }
        return nullptr;
    }
};

TEST_F(CasesApi, TellWhatHappenedAndWhatItIsWorth) {
    expect_ok(put("/v1/items/BOOT", R"({"title":"Boot","unit_value":12000})"));
    sell("BOOT", "S1", 7);
    const auto rows = list();
    ASSERT_EQ(rows.size(), 1u);
    const auto& row = rows[0].as_object();
    EXPECT_EQ(row.at("kind"), "negative_sellable");
    EXPECT_EQ(row.at("summary"), "3 units more of BOOT left S1 than were known to be there.");
    EXPECT_EQ(row.at("units_at_risk"), 3);
    EXPECT_EQ(row.at("money_at_risk"), 36'000);
    EXPECT_EQ(row.at("opened_by"), "pos.sale");
    EXPECT_EQ(json(get("/v1/items/BOOT")).at("unit_value"), 12'000);
    clock_.advance(90s);
    const auto whole = detail(std::string(row.at("id").as_string()));
    EXPECT_EQ(whole.at("age_seconds"), 90);
    const auto& facts = whole.at("facts").as_array();
    ASSERT_EQ(facts.size(), 1u);
    const auto fact = get(std::string(facts[0].at("href").as_string()));
    EXPECT_EQ(json(fact).at("data").at(0).at("type"), "pos.sale") << "the link leads to the fact";
}

TEST_F(CasesApi, AreListedByMoneyAtRiskAndPagedWithoutLosingOne) {
    sell("SOCK", "DC1", 9);
    sell("BOOT", "S1", 5);
    sell("SOCK", "S1", 2);
    expect_ok(put("/v1/items/BOOT", R"({"unit_value":12000})"));
    expect_ok(put("/v1/items/SOCK", R"({"unit_value":900})"));
    std::string order, query = "?limit=1";
    for (int i = 0; i < 5; ++i) {
        const auto page = json(get("/v1/cases" + query));
        for (const auto& row : page.at("data").as_array()) {
            order += std::string(row.at("sku").as_string()) + "@" +
                     std::string(row.at("location").as_string()) + " ";
        }
        if (!page.at("has_more").as_bool()) break;
        query = "?limit=1&cursor=" + std::string(page.at("next_cursor").as_string());
    }
    EXPECT_EQ(order, "BOOT@S1 SOCK@DC1 SOCK@S1 ");
    const auto page = json(get("/v1/cases?limit=1"));
    EXPECT_EQ(code_of(get("/v1/cases?limit=1&sku=BOOT&cursor=" +
                          std::string(page.at("next_cursor").as_string()))),
              "invalid_cursor");
}

TEST_F(CasesApi, AreFilteredByWhatTheyAreAbout) {
    sell("SOCK", "DC1", 9);
    sell("BOOT", "S1", 5);
    expect_ok(event(R"("type":"order.created","data":{"channel":"mkt","order":"1001","sold":true,)"
                    R"("lines":[{"sku":"SOCK","quantity":1}]})"));
    EXPECT_EQ(list("?sku=SOCK").size(), 2u);
    EXPECT_EQ(list("?sku=NOPE").size(), 0u);
    EXPECT_EQ(list("?location=S1").size(), 1u);
    EXPECT_EQ(list("?kind=oversold_order").size(), 1u);
    EXPECT_EQ(list("?order=1001").size(), 1u);
    EXPECT_EQ(list("?state=resolved").size(), 0u);
    EXPECT_EQ(list("?assignee=").size(), 3u);
    expect_ok(act(first_id("?location=S1"), "assign", R"({"assignee":"mira"})"));
    EXPECT_EQ(list("?assignee=mira").size(), 1u);
    EXPECT_EQ(list("?assignee=").size(), 2u);
    EXPECT_EQ(code_of(get("/v1/cases?kind=wishes")), "invalid_parameter");
    EXPECT_EQ(code_of(get("/v1/cases?state=half")), "invalid_parameter");
}

TEST_F(CasesApi, TakeWhatPeopleDoAndTellIt) {
    sell("BOOT", "S1", 5);
    const std::string id = first_id();
    const auto snoozed =
        act(id, "snooze", R"({"wake_at":"2026-01-02T08:00:00Z","comment":"after\nthe delivery"})");
    ASSERT_EQ(snoozed.status, 200u) << snoozed.body;
    EXPECT_EQ(text(snoozed, "outcome"), "applied");
    EXPECT_EQ(text(snoozed, "wake_at"), "2026-01-02T08:00:00.000Z");
    EXPECT_EQ(snoozed.fields.at("Holdfast-Seq"), text(snoozed, "seq"));
    EXPECT_EQ(list("?state=snoozed").size(), 1u);
    expect_ok(act(id, "reopen", ""));
    expect_ok(act(id, "comment", R"({"comment":"the store is counting"})"));
    expect_ok(act(id, "resolve", R"({"resolution":"accepted"})"));
    const auto whole = detail(id);
    EXPECT_EQ(whole.at("state"), "resolved");
    EXPECT_EQ(whole.at("resolution"), "accepted");
    std::string steps;
    for (const auto& step : whole.at("history").as_array()) {
        steps += std::string(step.at("step").as_string()) + " ";
    }
    EXPECT_EQ(steps, "opened snoozed reopened commented resolved ");
    EXPECT_EQ(whole.at("history").at(1).at("comment"), "after\nthe delivery");
    EXPECT_TRUE(whole.at("suggestions").as_array().empty());
    EXPECT_EQ(code_of(act(id, "resolve", R"({"resolution":"accepted"})")), "case_already_resolved");
    expect_ok(act(id, "reopen", R"({"comment":"no"})"));
    EXPECT_EQ(code_of(act(id, "reopen", "")), "case_already_open");
    expect_ok(act(id, "assign", R"({"assignee":null})"));
}

TEST_F(CasesApi, AnActionWithAKeyHappensOnce) {
    sell("BOOT", "S1", 5);
    const std::string id = first_id();
    const auto first = act(id, "comment", R"({"comment":"once"})", "k1");
    const auto before = seq();
    const auto again = act(id, "comment", R"({"comment":"once"})", "k1");
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.fields.at("Idempotent-Replayed"), "true");
    EXPECT_EQ(seq(), before);
    EXPECT_EQ(code_of(act(id, "comment", R"({"comment":"twice"})", "k1")),
              "key_reused_with_other_body");
}

TEST_F(CasesApi, RefuseWhatIsWrongAndSayWhere) {
    sell("BOOT", "S1", 5);
    const std::string id = first_id();
    const auto before = seq();
    const std::string nobody = "case_0000000000001";
    EXPECT_EQ(code_of(get("/v1/cases/rsv_0000000000001")), "invalid_id");
    EXPECT_EQ(get("/v1/cases/" + nobody).status, 404u);
    const auto unknown = act(nobody, "comment", R"({"comment":"x"})");
    EXPECT_EQ(unknown.status, 404u);
    EXPECT_EQ(text(unknown, "outcome"), "not_applied");
    EXPECT_EQ(code_of(act(id, "comment", R"({"comment":""})")), "comment_required");
    EXPECT_EQ(code_of(act(id, "comment", R"({"comment":"\u0007"})")), "invalid_value");
    EXPECT_EQ(code_of(act(id, "comment", R"({"comment":")" + std::string(1001, 'x') + "\"}")),
              "invalid_value");
    EXPECT_EQ(code_of(act(id, "snooze", R"({"wake_at":"2020-01-01T00:00:00Z"})")),
              "wake_time_out_of_range");
    EXPECT_EQ(code_of(act(id, "snooze", R"({"wake_at":"soon"})")), "invalid_value");
    EXPECT_EQ(code_of(act(id, "resolve", R"({"resolution":"cause_removed"})")), "invalid_value");
    EXPECT_EQ(code_of(act(id, "resolve", "{}")), "missing_field");
    EXPECT_EQ(code_of(act(id, "assign", R"({"assignee":"a","to":"b"})")), "unknown_field");
    EXPECT_EQ(seq(), before);
}

TEST_F(CasesApi, ManyAreChangedAtOnceAndEachIsTold) {
    sell("BOOT", "S1", 5);
    sell("SOCK", "S1", 5);
    const auto rows = list();
    const std::string ids = "\"" + std::string(rows[0].at("id").as_string()) +
                            R"(","case_0000000000001",")" +
                            std::string(rows[1].at("id").as_string()) + "\"";
    const auto answer = post(
        "/v1/cases:bulk", R"({"action":"resolve","resolution":"corrected","cases":[)" + ids + "]}",
        "Idempotency-Key: b1\r\n");
    ASSERT_EQ(answer.status, 200u) << answer.body;
    EXPECT_EQ(json(answer).at("applied"), 2);
    const auto results = json(answer).at("results").as_array();
    ASSERT_EQ(results.size(), 3u);
    EXPECT_EQ(results[1].at("outcome"), "not_applied");
    EXPECT_EQ(results[1].at("code"), "unknown_case");
    EXPECT_EQ(results[2].at("id"), rows[1].at("id"));
    EXPECT_EQ(list().size(), 0u);
    EXPECT_EQ(post("/v1/cases:bulk",
                   R"({"action":"resolve","resolution":"corrected","cases":[)" + ids + "]}",
                   "Idempotency-Key: b1\r\n")
                  .body,
              answer.body);
    const auto refused =
        post("/v1/cases:bulk",
             R"({"action":"snooze","wake_at":"2026-01-02T08:00:00Z","cases":[)" + ids + "]}");
    EXPECT_EQ(refused.status, 409u) << refused.body;
    EXPECT_EQ(json(refused).at("errors").as_array().size(), 3u);
    EXPECT_EQ(pointer_of(refused), "#/cases/0");
    EXPECT_EQ(code_of(post("/v1/cases:bulk", R"({"action":"comment","comment":"x","cases":[]})")),
              "no_lines");
    EXPECT_EQ(
        code_of(post("/v1/cases:bulk",
                     R"({"action":"comment","assignee":"x","comment":"x","cases":[)" + ids + "]}")),
        "unknown_field");
    EXPECT_EQ(code_of(post("/v1/cases:bulk", R"({"action":"resolve","cases":[)" + ids + "]}")),
              "missing_field");
}

TEST_F(CasesApi, SuggestRequestsThatDoWhatTheirPreviewSays) {
    sell("BOOT", "S1", 7);
    const auto whole = detail(first_id());
    const auto* adjust = suggestion(whole, "adjust");
    ASSERT_NE(adjust, nullptr);
    EXPECT_EQ(boost::json::serialize(adjust->at("preview")),
              R"({"outcome":"recorded","changes":[{"sku":"BOOT","location":"S1",)"
              R"("bucket":"sellable","before":-3,"after":0}]})");
    const auto before = seq();
    EXPECT_EQ(state().positions.level(SkuId{0}, LocationId{1}, Bucket::sellable), -3);
    EXPECT_EQ(seq(), before) << "a preview records nothing";
    expect_ok(send(*adjust));
    EXPECT_EQ(state().positions.level(SkuId{0}, LocationId{1}, Bucket::sellable), 0);
    EXPECT_EQ(list().size(), 0u) << "the cause is gone";
    EXPECT_EQ(text(get("/v1/cases/" + std::string(whole.at("id").as_string())), "resolution"),
              "cause_removed");
    EXPECT_EQ(send(*adjust).fields.at("Idempotent-Replayed"), "true") << "sent twice, done once";
}

TEST_F(CasesApi, SuggestToBringUnitsFromWhereTheyAre) {
    sell("BOOT", "S1", 7);
    const auto whole = detail(first_id());
    const auto* transfer = suggestion(whole, "transfer");
    ASSERT_NE(transfer, nullptr) << boost::json::serialize(whole);
    EXPECT_EQ(transfer->at("title"), "Bring 3 of BOOT from DC1 to S1.");
    EXPECT_EQ(transfer->at("preview").at("outcome"), "recorded");
    expect_ok(send(*transfer));
    EXPECT_EQ(state().positions.level(SkuId{0}, LocationId{0}, Bucket::reserved), 3);
}

TEST_F(CasesApi, SuggestWhatAnOrderThatNobodyCanServeMayGiveUp) {
    expect_ok(event(R"("type":"order.created","data":{"channel":"mkt","order":"1001","sold":true,)"
                    R"("lines":[{"sku":"SOCK","quantity":5,"line":7}]})"));
    const auto whole = detail(first_id());
    EXPECT_EQ(whole.at("summary"),
              "Order 1001 is promised 5 units of SOCK at DC1 that nobody has.");
    const auto* cancel = suggestion(whole, "cancel");
    ASSERT_NE(cancel, nullptr) << boost::json::serialize(whole);
    EXPECT_EQ(boost::json::serialize(cancel->at("request").at("body").at("data").at("lines")),
              R"([{"line":7,"quantity":5,"sku":"SOCK"}])");
    expect_ok(send(*cancel));
    EXPECT_EQ(list().size(), 0u);
}

TEST_F(CasesApi, AreSeenByKeysOfTheirChannelAndLocation) {
    sell("BOOT", "S1", 7);
    expect_ok(event(R"("type":"order.created","data":{"channel":"mkt","order":"1001","sold":true,)"
                    R"("lines":[{"sku":"SOCK","quantity":5}]})"));
    const std::string of_order = first_id("?order=1001");
    const std::string of_store = first_id("?location=S1");
    key_ = make_key("cases:read@*/S1,cases:write@*/S1");
    EXPECT_EQ(list().size(), 1u);
    EXPECT_EQ(get("/v1/cases/" + of_order).status, 403u);
    EXPECT_EQ(act(of_order, "comment", R"({"comment":"x"})").status, 403u);
    EXPECT_EQ(act(of_store, "comment", R"({"comment":"x"})").status, 200u);
    EXPECT_EQ(post("/v1/cases:bulk", R"({"action":"comment","comment":"x","cases":[")" + of_store +
                                         R"(",")" + of_order + "\"]}")
                  .status,
              403u)
        << "one that the key does not cover keeps all from being changed";
    key_ = make_key("cases:read@web/*");
    EXPECT_EQ(list().size(), 1u) << "the order is another channel's, the shelf is nobody's";
    EXPECT_EQ(act(of_store, "comment", R"({"comment":"x"})").status, 403u);
}

TEST_F(CasesApi, EveryKindIsInTheDocumentAndHasItsSentence) {
    for (int i = 1; i < 256; ++i) {
        const auto kind = static_cast<CaseKind>(i);
        if (name(kind) == "unknown") continue;
        EXPECT_NE(openapi_yaml().find("        - " + std::string(name(kind)) + "\n"),
                  std::string_view::npos)
            << name(kind);
        cases::Case row;
        row.subject.kind = kind;
        EXPECT_EQ(summary_of(row, state()).find("should be looked at"), std::string::npos);
    }
}

TEST_F(CasesApi, AreInTheFeedAndInTheMetrics) {
    expect_ok(put("/v1/items/BOOT", R"({"unit_value":12000})"));
    sell("BOOT", "S1", 7);
    const std::string id = first_id();
    const auto done = act(id, "assign", R"({"assignee":"mira"})");
    const auto facts = json(get("/v1/facts?limit=1000")).at("data").as_array();
    const auto& data = facts.back().at("data");
    EXPECT_EQ(facts.back().at("type"), "case.assigned");
    EXPECT_EQ(data.at("cases").at(0), boost::json::value(id));
    EXPECT_EQ(data.at("assignee"), "mira");
    clock_.advance(30s);
    metrics_.sample(sequencer_->cases(), clock_.wall());
    const std::string scraped = metrics_.scrape({"1", "2"});
    EXPECT_NE(scraped.find("holdfast_cases_open{kind=\"negative_sellable\"} 1\n"), scraped.npos)
        << scraped;
    EXPECT_NE(scraped.find("holdfast_cases_money_at_risk{kind=\"negative_sellable\"} 36000\n"),
              scraped.npos);
    EXPECT_NE(scraped.find("holdfast_cases_oldest_age_seconds{kind=\"negative_sellable\"} 30"),
              scraped.npos);
}

}  // namespace
}  // namespace holdfast::api
