// Goal: a reservation is answered as documented, once, whatever is retried; and what is wrong is
// said with a pointer and changes nothing. Method: real requests over the simulated network.
#include "api/api_fixture.h"

namespace holdfast::api {
namespace {

class Reservations : public ApiTest {
  protected:
    Reservations() { make_retailer(); }
    const std::string two_boots_ = R"({"channel":"web","lines":[{"sku":"BOOT","quantity":2}]})";
};

TEST_F(Reservations, HoldsAndSaysWhereFrom) {
    const auto answer = reserve(
        R"({"channel":"web","order":"1001","lines":[{"sku":"BOOT","location":"S1","quantity":3,"line":7}]})");
    ASSERT_EQ(answer.status, 201u) << answer.body;
    const auto held = json(answer);
    EXPECT_EQ(held.at("status"), "held");
    EXPECT_EQ(held.at("order"), "1001");
    EXPECT_EQ(held.at("channel"), "web");
    EXPECT_EQ(boost::json::serialize(held.at("lines")),
              R"([{"line":7,"sku":"BOOT","location":"S1","quantity":3}])");
    EXPECT_EQ(answer.fields.at("Holdfast-Seq"), held.at("seq").as_string());
    EXPECT_EQ(answer.fields.count("Idempotent-Replayed"), 0u);
}

TEST_F(Reservations, AReplayIsTheSameAnswerAndNoSecondHold) {
    const auto first = reserve(two_boots_, "same");
    const auto held = seq();
    clock_.advance(1h);
    const auto again = reserve(two_boots_, "\"same\"");
    EXPECT_EQ(again.status, 201u);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.fields.at("Idempotent-Replayed"), "true");
    EXPECT_EQ(seq(), held);
}

TEST_F(Reservations, RefusesAKeyReusedWithAnotherBody) {
    ASSERT_EQ(reserve(two_boots_, "k").status, 201u);
    const auto answer = reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":3}]})", "k");
    EXPECT_EQ(answer.status, 422u);
    EXPECT_EQ(code_of(answer), "key_reused_with_other_body");
    EXPECT_NE(text(answer, "body_hash"), text(answer, "first_body_hash"));
    EXPECT_EQ(text(answer, "first_body_hash").size(), 16u);
}

TEST_F(Reservations, RefusesWhatIsNotThereWithTheNumbersBehindIt) {
    ASSERT_EQ(reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":20}]})").status, 201u);
    const auto before = seq();
    const auto answer = reserve(
        R"({"channel":"web","lines":[{"sku":"BOOT","location":"DC1","quantity":5},{"sku":"NOPE","quantity":1}]})");
    EXPECT_EQ(answer.status, 409u);
    EXPECT_EQ(text(answer, "outcome"), "not_applied");
    const auto problem = json(answer);
    const auto& errors = problem.at("errors").as_array();
    ASSERT_EQ(errors.size(), 2u) << answer.body;
    EXPECT_EQ(errors[0].at("pointer"), "#/lines/0/quantity");
    EXPECT_EQ(errors[0].at("available_to_sell"), 4);
    EXPECT_EQ(errors[0].at("because").at("reserved"), 20);
    EXPECT_EQ(errors[1].at("pointer"), "#/lines/1/sku");
    EXPECT_EQ(errors[1].at("code"), "unknown_sku");
    EXPECT_EQ(seq(), before);
}

TEST_F(Reservations, ARefusedKeyMayAskAgain) {
    const std::string many = R"({"channel":"web","lines":[{"sku":"SOCK","quantity":1}]})";
    EXPECT_EQ(reserve(many, "retry").status, 409u);
    count("SOCK", "DC1", 5);
    EXPECT_EQ(reserve(many, "retry").status, 201u);
}

TEST_F(Reservations, SetsLinesAsideWhenPartIsAllowed) {
    const auto answer = reserve(
        R"({"channel":"web","partial":true,"lines":[{"sku":"SOCK","quantity":1},{"sku":"BOOT","quantity":1}]})");
    ASSERT_EQ(answer.status, 201u) << answer.body;
    EXPECT_EQ(boost::json::serialize(json(answer).at("refused_lines")),
              R"([{"index":0,"sku":"SOCK","code":"insufficient_stock","requested":1,)"
              R"("available_to_sell":0}])");
    EXPECT_EQ(json(answer).at("lines").as_array().at(0).at("line"), 2);
}

TEST_F(Reservations, WalksThroughALife) {
    const std::string id = text(reserve(two_boots_), "id");
    const auto step = [&](const std::string& name, const std::string& body) {
        return post("/v1/reservations/" + id + "/" + name, body,
                    "Idempotency-Key: s" + std::to_string(++keys_used_) + "\r\n");
    };
    EXPECT_EQ(text(step("extend", R"({"time_to_live_seconds":1800})"), "change"), "extended");
    const auto grown = step("adjust", R"({"lines":[{"line":1,"quantity":5}]})");
    EXPECT_EQ(json(grown).at("lines").as_array().at(0).at("quantity"), 3) << grown.body;
    EXPECT_EQ(
        text(step("release", R"({"lines":[{"line":1,"quantity":1}],"reason":"one"})"), "change"),
        "released");
    EXPECT_EQ(text(step("confirm", R"({"order":"77"})"), "order"), "77");
    const auto now = get("/v1/reservations/" + id);
    EXPECT_EQ(text(now, "status"), "confirmed");
    EXPECT_EQ(json(now).at("lines").as_array().at(0).at("reserved"), 4);
    EXPECT_EQ(
        get("/v1/reservations/" + id, "If-None-Match: " + now.fields.at("ETag") + "\r\n").status,
        304u);
    EXPECT_EQ(json(get("/v1/reservations?order=77")).at("data").as_array().size(), 1u);
    EXPECT_EQ(code_of(step("extend", "")), "reservation_already_confirmed");
    EXPECT_EQ(text(step("release", ""), "change"), "released");
    EXPECT_EQ(text(get("/v1/reservations/" + id), "status"), "released");
    EXPECT_EQ(code_of(step("confirm", "")), "reservation_ended");
}

TEST_F(Reservations, NeedsAKeyThatIsAKey) {
    EXPECT_EQ(code_of(post("/v1/reservations", two_boots_)), "idempotency_key_missing");
    for (const std::string wrong : {"\"", "\"a", "\"a\"b\"", "a b", "\"\"", "\"a\\b\""}) {
        const auto answer =
            post("/v1/reservations", two_boots_, "Idempotency-Key: " + wrong + "\r\n");
        EXPECT_EQ(code_of(answer), "idempotency_key_malformed") << wrong;
    }
    EXPECT_EQ(reserve(two_boots_, "\"quoted \\\"inside\\\"\"").status, 201u);
    EXPECT_EQ(reserve(two_boots_, std::string(256, 'x')).status, 400u);
    EXPECT_EQ(reserve(two_boots_, std::string(255, 'x')).status, 201u);
}

TEST_F(Reservations, TellsIdsOfOtherThingsApart) {
    EXPECT_EQ(code_of(get("/v1/reservations/evt_0000000000001")), "invalid_id");
    EXPECT_EQ(code_of(get("/v1/reservations/rsv_1")), "invalid_id");
    EXPECT_EQ(code_of(get("/v1/reservations/rsv_0000000000001")), "unknown_reservation");
}

struct WrongBody {
    const char* body;
    const char* code;
    const char* pointer;
};

TEST_F(Reservations, SaysWhatIsWrongWithABody) {
    const WrongBody table[] = {
        {"{", "malformed_json", ""},
        {"", "malformed_json", ""},
        {"nonsense", "wrong_type", "#"},
        {"[]", "wrong_type", "#"},
        {"{}", "missing_field", "#/channel"},
        {R"({"channel":"web"})", "missing_field", "#/lines"},
        {R"({"channel":"web","lines":[]} x)", "malformed_json", ""},
        {R"({"channel":"web","lines":[]}{})", "malformed_json", ""},
        {R"({"channel":"web","lines":[]})", "no_lines", ""},
        {R"({"channel":1,"lines":[]})", "wrong_type", "#/channel"},
        {R"({"channel":"","lines":[]})", "invalid_value", "#/channel"},
        {R"({"channel":"a\u0000b","lines":[]})", "invalid_value", "#/channel"},
        {R"({"channel":"web","channel":"web","lines":[]})", "duplicate_field", "#/channel"},
        {R"({"channel":"web","lines":{}})", "wrong_type", "#/lines"},
        {R"({"channel":"web","lines":[1]})", "wrong_type", "#/lines/0"},
        {R"({"channel":"web","lines":[{"sku":"BOOT"}]})", "missing_field", "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1},{"sku":"BOOT","quantiy":1}]})",
         "unknown_field", "#/lines/1/quantiy"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":"1"}]})", "wrong_type",
         "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1.5}]})", "wrong_type",
         "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1e2}]})", "wrong_type",
         "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":99999999999999999999}]})",
         "wrong_type", "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":null}]})", "wrong_type",
         "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":0}]})", "quantity_must_be_positive",
         "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":-1}]})", "quantity_must_be_positive",
         "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1000000001}]})",
         "quantity_too_large", "#/lines/0/quantity"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1,"line":0}]})", "invalid_value",
         "#/lines/0/line"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1,"line":1},{"sku":"BOOT","quantity":1,"line":1}]})",
         "duplicate_line", "#/lines/1/line"},
        {R"({"channel":"web","partial":1,"lines":[]})", "wrong_type", "#/partial"},
        {R"({"channel":"web","time_to_live_seconds":0,"lines":[{"sku":"BOOT","quantity":1}]})",
         "time_to_live_out_of_range", ""},
        {R"({"channel":"nope","lines":[{"sku":"BOOT","quantity":1}]})", "unknown_channel", ""},
        {R"({"channel":"web","lines":[{"sku":"NOPE","quantity":1}]})", "unknown_sku",
         "#/lines/0/sku"},
        {R"({"channel":"web","lines":[{"sku":"BOOT","location":"NOPE","quantity":1}]})",
         "unknown_location", "#/lines/0/location"},
        {"{\"channel\":\"w\xff\",\"lines\":[]}", "malformed_json", ""},
    };
    const auto before = seq();
    for (const WrongBody& row : table) {
        const auto answer = reserve(row.body);
        EXPECT_GE(answer.status, 400u) << row.body;
        EXPECT_EQ(code_of(answer), row.code) << row.body << "\n" << answer.body;
        EXPECT_EQ(pointer_of(answer), row.pointer) << row.body << "\n" << answer.body;
        EXPECT_EQ(answer.fields.at("Content-Type"), "application/problem+json");
    }
    EXPECT_EQ(seq(), before);
}

TEST_F(Reservations, NamesTheNearestField) {
    const auto answer = reserve(R"({"chanel":"web","lines":[]})");
    EXPECT_NE(text(answer, "detail").find("did you mean \"channel\""), std::string::npos);
}

TEST_F(Reservations, BoundsTheLines) {
    std::string body = R"({"channel":"web","lines":[)";
    for (int i = 0; i < 2001; ++i)
        body += std::string(i ? "," : "") + R"({"sku":"BOOT","quantity":1})";
    EXPECT_EQ(code_of(reserve(body + "]}")), "too_many_lines");
}

TEST_F(Reservations, DeepNestingIsRefusedWhereItBegins) {
    EXPECT_EQ(code_of(reserve("{\"channel\":" + std::string(100'000, '['))), "malformed_json");
    EXPECT_EQ(
        code_of(reserve(R"({"channel":)" + std::string(500, '[') + std::string(500, ']') + "}")),
        "wrong_type");
}

TEST_F(Reservations, TakesOnlyJson) {
    const auto answer = call("POST", "/v1/reservations", two_boots_,
                             "Idempotency-Key: a\r\nContent-Type: text/plain\r\n");
    EXPECT_EQ(answer.status, 415u);
    EXPECT_EQ(code_of(answer), "unsupported_media_type");
    EXPECT_EQ(call("POST", "/v1/reservations", two_boots_,
                   "Idempotency-Key: a\r\nContent-Type: application/json; charset=utf-8\r\n")
                  .status,
              201u);
}

}  // namespace
}  // namespace holdfast::api
