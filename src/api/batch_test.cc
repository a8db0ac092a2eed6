// Goal: a batch answers line by line, in order, takes each line once, and stops cleanly; events are
// one effect by whatever road they come; the feed tells everything exactly once and in order.
#include "api/api_fixture.h"

namespace holdfast::api {
namespace {

std::string receipt(const std::string& id, const std::string& sku, int quantity,
                    const std::string& more = "") {
    return R"({"specversion":"1.0","id":")" + id + R"(","source":"wms","type":"receipt.posted",)" +
           more + R"("data":{"location":"DC1","document":"P","lines":[{"sku":")" + sku +
           R"(","quantity":)" + std::to_string(quantity) + "}]}}";
}

class Batches : public ApiTest {
  protected:
    explicit Batches(Options options = {.batch_window_max = 8}) : ApiTest(options) {
        make_retailer();
    }
    std::vector<boost::json::object> send(const std::string& body,
                                          const std::string& target = "/v1/events:batch",
                                          const std::string& type = "application/x-ndjson") {
        http::Client& client = connect();
        client.send(
            request("POST", target, body, authorization() + "Content-Type: " + type + "\r\n"));
        world_.run_for(5s);
        const auto answers = http::read_answers(client.got);
        if (answers.empty()) return {};
        last_ = answers[0];
        std::vector<boost::json::object> lines;
        if (answers[0].fields.at("Content-Type") != "application/x-ndjson") return lines;
        std::size_t at = 0;
        while (at < answers[0].body.size()) {
            const std::size_t end = answers[0].body.find('\n', at);
            lines.push_back(boost::json::parse(answers[0].body.substr(at, end - at)).as_object());
            at = end + 1;
        }
        return lines;
    }
    http::Answer last_;
};

TEST_F(Batches, AnswersEachLineInOrderAndSumsUp) {
    std::string body;
    for (int i = 0; i < 100; ++i) {
        if (i % 10 == 3) {
            body += "{\"nonsense\":1}\n";
        } else if (i % 10 == 5) {
            body += receipt("r" + std::to_string(i), "NOPE", 1) + "\n";
        } else if (i % 10 == 7) {
            body += receipt("r" + std::to_string(i - 1), "BOOT", 1) + "\r\n";
        } else {
            body += receipt("r" + std::to_string(i), "BOOT", 1) + "\n";
        }
    }
    const auto lines = send(body);
    ASSERT_EQ(lines.size(), 101u);
    for (int i = 0; i < 100; ++i) {
        const auto& line = lines[static_cast<std::size_t>(i)];
        EXPECT_EQ(line.at("line"), i + 1);
        const int status = i % 10 == 3 ? 400 : i % 10 == 5 ? 422 : i % 10 == 7 ? 200 : 201;
        EXPECT_EQ(line.at("status"), status) << boost::json::serialize(line);
        EXPECT_EQ(line.contains("duplicate"), i % 10 == 7);
        EXPECT_EQ(line.contains("problem"), status >= 400);
    }
    EXPECT_EQ(boost::json::serialize(lines[100]),
              R"({"summary":{"lines":100,"accepted":70,"duplicates":10,"rejected":20}})");
    EXPECT_EQ(json(get("/v1/positions/BOOT/DC1")).at("sellable"), 24 + 70);
    const auto again = send(body);
    EXPECT_EQ(boost::json::serialize(again[100]),
              R"({"summary":{"lines":100,"accepted":0,"duplicates":80,"rejected":20}})");
    EXPECT_EQ(json(get("/v1/positions/BOOT/DC1")).at("sellable"), 24 + 70);
}

TEST_F(Batches, TakesAJsonArrayToo) {
    const auto lines =
        send("[" + receipt("a", "BOOT", 1) + ", {\"id\":1} ," + receipt("b", "BOOT", 2) + "]",
             "/v1/events", "application/cloudevents-batch+json");
    ASSERT_EQ(lines.size(), 4u) << last_.body;
    EXPECT_EQ(lines[0].at("status"), 201);
    EXPECT_EQ(lines[1].at("status"), 400);
    EXPECT_EQ(lines[2].at("status"), 201);
    send("[" + receipt("c", "BOOT", 1), "/v1/events", "application/cloudevents-batch+json");
    EXPECT_EQ(last_.status, 400u);
    send("[1]", "/v1/events", "application/cloudevents-batch+json");
    EXPECT_EQ(code_of(last_), "malformed_json");
}

TEST_F(Batches, MakesItemsAndLocations) {
    EXPECT_EQ(send("{\"sku\":\"X1\",\"title\":\"x\"}\n{\"sku\":\"X2\"}\n{\"sku\":\"\"}",
                   "/v1/items:batch")
                  .size(),
              4u);
    EXPECT_EQ(text(get("/v1/items/X1"), "title"), "x");
    EXPECT_EQ(send("{\"location\":\"L1\",\"enabled\":false}\n", "/v1/locations:batch").size(), 2u);
    EXPECT_EQ(json(get("/v1/locations/L1")).at("enabled"), false);
    EXPECT_EQ(boost::json::serialize(send("", "/v1/items:batch")[0]),
              R"({"summary":{"lines":0,"accepted":0,"duplicates":0,"rejected":0}})");
}

TEST_F(Batches, RefusesTooManyLinesWhole) {
    const auto before = seq();
    send(std::string(50'001, '\n'));
    EXPECT_EQ(last_.status, 413u);
    EXPECT_EQ(code_of(last_), "batch_too_large");
    EXPECT_EQ(seq(), before);
}

TEST_F(Batches, NothingOvertakesALineThatWasNotTaken) {
    sequencer_->start_draining();
    const auto lines = send(receipt("a", "BOOT", 1, R"("sequence":"1",)") + "\n" +
                            receipt("b", "BOOT", 1, R"("sequence":"2",)") + "\n");
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0].at("status"), 503);
    EXPECT_EQ(lines[1].at("status"), 503);
    EXPECT_EQ(lines[0].at("problem").at("code"), "draining");
}

TEST_F(Batches, ALineNeedsItsScope) {
    key_ = make_key("events:write@*/S1");
    const auto lines = send(receipt("a", "BOOT", 1) + "\n");
    EXPECT_EQ(lines[0].at("status"), 403);
}

class Events : public Batches {};

TEST_F(Events, ARedeliveryIsAnsweredAgain) {
    const std::string sale =
        R"("type":"pos.sale","time":"2025-12-31T10:00:00+01:00","data":{"location":"S1","document":"R1","lines":[{"sku":"BOOT","quantity":1}]})";
    const auto first = event(sale, "s1");
    ASSERT_EQ(first.status, 201u) << first.body;
    EXPECT_EQ(text(first, "occurred_at"), "2025-12-31T09:00:00.000Z");
    EXPECT_EQ(text(first, "document"), "R1");
    // The same event in another spelling.
    const auto again = post(
        "/v1/events",
        R"({"source":"wms","data":{"lines":[{"quantity":1,"sku":"BOOT"}],"document":"R1","location":"S1"},"type":"pos.sale","id":"s1","specversion":"1.0"})");
    EXPECT_EQ(again.status, 201u);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.fields.at("Idempotent-Replayed"), "true");
    const auto other = event(
        R"("type":"pos.sale","data":{"location":"S1","document":"R1","lines":[{"sku":"BOOT","quantity":2}]})",
        "s1");
    EXPECT_EQ(code_of(other), "key_reused_with_other_body");
}

TEST_F(Events, OneBusinessStepByTwoRoadsIsOneEffect) {
    const std::string body =
        R"("semantickey":"erp/GR/1","type":"receipt.posted","data":{"location":"S1","lines":[{"sku":"BOOT","quantity":5}]})";
    const auto webhook = event(body, "w1");
    const auto poll = event(body, "p1");
    EXPECT_EQ(webhook.status, 201u);
    EXPECT_EQ(poll.body, webhook.body);
    const auto differs = event(
        R"("semantickey":"erp/GR/1","type":"receipt.posted","data":{"location":"S1","lines":[{"sku":"BOOT","quantity":6}]})",
        "p2");
    EXPECT_EQ(differs.status, 409u);
    EXPECT_EQ(code_of(differs), "event_identity_conflict");
    EXPECT_EQ(json(get("/v1/positions/BOOT/S1")).at("sellable"), 9);
}

TEST_F(Events, ASourceThatNumbersIsFollowed) {
    const auto numbered = [&](const std::string& id, const std::string& sequence, int epoch) {
        return event(
            R"("sequence":")" + sequence + R"(","sourceepoch":)" + std::to_string(epoch) +
                R"(,"type":"pos.sale","data":{"location":"S1","lines":[{"sku":"BOOT","quantity":1}]})",
            id);
    };
    EXPECT_EQ(numbered("n1", "10", 1).status, 201u);
    EXPECT_EQ(numbered("n2", "9", 1).status, 201u) << "late, and not heard before";
    const auto again = numbered("n5", "9", 1);
    EXPECT_EQ(again.status, 200u);
    EXPECT_EQ(again.body, R"({"duplicate":true})");
    EXPECT_EQ(numbered("n3", "1", 2).status, 201u);
    EXPECT_EQ(code_of(numbered("n4", "11", 1)), "stale_source_epoch");
    const auto at = get("/v1/sources/wms");
    EXPECT_EQ(json(at).at("epoch"), 2);
    EXPECT_EQ(text(at, "sequence"), "1");
    EXPECT_EQ(text(get("/v1/sources/unheard"), "sequence"), "0");
}

TEST_F(Events, AnOlderCountIsKeptAndMovesNothing) {
    const auto counted = [&](const std::string& at, int quantity) {
        return event(
            R"("time":")" + at +
            R"(","type":"stock.counted","data":{"location":"S1","lines":[{"sku":"BOOT","quantity":)" +
            std::to_string(quantity) + "}]}");
    };
    EXPECT_EQ(counted("2026-11-24T06:00:00Z", 9).status, 201u);
    const auto older = counted("2026-11-24T05:00:00Z", 5);
    EXPECT_EQ(older.status, 201u);
    EXPECT_EQ(json(older).at("refused_lines").as_array().at(0).at("code"), "older_than_last_count");
    EXPECT_EQ(json(get("/v1/positions/BOOT/S1")).at("sellable"), 9);
}

TEST_F(Events, ACountAtItsCutAndWhatItHadSeen) {
    const auto position = [&] { return json(get("/v1/positions/BOOT/S1")).at("sellable"); };
    const auto sell = [&](const std::string& sequence) {
        return event(
            R"("sequence":")" + sequence +
            R"(","type":"pos.sale","data":{"location":"S1","lines":[{"sku":"BOOT","quantity":1}]})");
    };
    const std::string cut = "0-" + std::to_string(seq());
    EXPECT_EQ(sell("2").status, 201u);
    EXPECT_EQ(position(), 3);
    const auto counted = event(
        R"("type":"stock.counted","data":{"location":"S1","cut":")" + cut +
        R"(","includes":[{"source":"wms","sequence":"1"}],"lines":[{"sku":"BOOT","quantity":6,"book":4}]})");
    EXPECT_EQ(counted.status, 201u) << counted.body;
    EXPECT_EQ(position(), 5) << "two more than the book, and the sale since stays";
    EXPECT_EQ(sell("1").status, 201u) << "late, and the count had seen it";
    EXPECT_EQ(position(), 5);
}

TEST_F(Events, AReturnIsAnnouncedTakenInAndLookedAt) {
    const auto tell = [&](const std::string& type, const std::string& data) {
        return event(R"("type":")" + type + R"(","data":)" + data);
    };
    const auto at = [&](const char* bucket) {
        return json(get("/v1/positions/BOOT/S1")).at(bucket);
    };
    EXPECT_EQ(
        tell("return.announced", R"({"document":"RMA-1","lines":[{"sku":"BOOT","quantity":2}]})")
            .status,
        201u);
    EXPECT_EQ(at("sellable"), 4);
    const auto received = tell(
        "return.received",
        R"({"location":"S1","reference":"RMA-1","lines":[{"sku":"BOOT","quantity":2,"disposition":"inspect"}]})");
    EXPECT_EQ(received.status, 201u) << received.body;
    EXPECT_EQ(received.body.find("raises"), std::string::npos) << received.body;
    EXPECT_EQ(at("quarantine"), 2);
    EXPECT_EQ(
        tell(
            "return.dispositioned",
            R"({"location":"S1","lines":[{"sku":"BOOT","quantity":1,"disposition":"sellable"},{"sku":"BOOT","quantity":1,"disposition":"loss"}]})")
            .status,
        201u);
    EXPECT_EQ(at("sellable"), 5);
    EXPECT_EQ(at("quarantine"), 0);
    const auto stray =
        tell("return.received",
             R"({"location":"S1","lines":[{"sku":"BOOT","quantity":1,"disposition":"damaged"}]})");
    EXPECT_NE(stray.body.find("unreferenced_return"), std::string::npos) << stray.body;
}

TEST_F(Events, OrdersHoldConfirmAndForce) {
    const auto created = event(
        R"("type":"order.created","data":{"order":"1","channel":"web","partial":true,"lines":[{"sku":"BOOT","quantity":2},{"sku":"SOCK","quantity":1}]})");
    ASSERT_EQ(created.status, 201u) << created.body;
    EXPECT_EQ(json(created).at("lines").as_array().size(), 1u);
    EXPECT_EQ(json(created).at("refused_lines").as_array().at(0).at("code"), "insufficient_stock");
    EXPECT_EQ(text(get("/v1/reservations/" + text(created, "reservation")), "status"), "confirmed");

    const std::string hold =
        text(reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})"), "id");
    const auto over =
        event(R"("type":"order.created","data":{"order":"2","reservation":")" + hold + "\"}");
    EXPECT_EQ(text(over, "reservation"), hold) << over.body;

    const auto sold = event(
        R"("type":"order.created","data":{"order":"3","channel":"web","sold":true,"lines":[{"sku":"SOCK","quantity":3}]})");
    ASSERT_EQ(sold.status, 201u) << sold.body;
    EXPECT_EQ(boost::json::serialize(json(sold).at("raises")), R"(["oversold_order"])");

    EXPECT_EQ(event(R"("type":"order.cancelled","data":{"order":"1"})").status, 201u);
    EXPECT_EQ(code_of(event(R"("type":"allocation.created","data":{"order":"99"})")),
              "unknown_order");
}

TEST_F(Events, OrdersMayWaitForSupplyAndAreToldUntilWhen) {
    expect_ok(put("/v1/policies", R"({"kind":"backorder_limit","value":5})"));
    EXPECT_EQ(
        event(
            R"("type":"inbound.scheduled","data":{"document":"PO-7","due":"2099-11-24T00:00:00Z","location":"S1","lines":[{"sku":"SOCK","quantity":9}]})")
            .status,
        201u);
    EXPECT_EQ(json(get("/v1/positions/SOCK/S1")).at("backorderable"), 5);
    const auto order = [&](int quantity) {
        return event(
            R"("type":"order.created","data":{"order":"w1","channel":"web","backorder":true,"lines":[{"sku":"SOCK","quantity":)" +
            std::to_string(quantity) + "}]}");
    };
    EXPECT_EQ(code_of(order(500)), "backorder_limit_reached");
    const auto created = order(5);
    ASSERT_EQ(created.status, 201u) << created.body;
    const auto held = get("/v1/reservations/" + text(created, "reservation"));
    EXPECT_EQ(text(held, "status"), "backordered");
    const auto promise = json(held);
    const auto& line = promise.at("lines").as_array().at(0);
    EXPECT_EQ(line.at("backordered"), 5);
    EXPECT_EQ(line.at("promised_for"), "2099-11-24T00:00:00.000Z");
    EXPECT_EQ(json(get("/v1/positions/SOCK/S1")).at("backorderable"), 0);
    EXPECT_EQ(
        code_of(event(
            R"("type":"backorder.filled","data":{"order":"w1","lines":[{"sku":"SOCK","quantity":6}]})")),
        "nothing_backordered");
    EXPECT_EQ(
        event(
            R"("type":"receipt.posted","data":{"location":"S1","reference":"PO-7","lines":[{"sku":"SOCK","quantity":9}]})")
            .status,
        201u);
    EXPECT_EQ(text(get("/v1/reservations/" + text(created, "reservation")), "status"), "confirmed");
}

TEST_F(Events, SaysWhatIsWrongWithAnEvent) {
    const std::pair<const char*, const char*> table[] = {
        {R"({"specversion":"0.3","id":"a","source":"s","type":"pos.sale","data":{}})",
         "#/specversion"},
        {R"({"specversion":"1.0","id":"","source":"s","type":"pos.sale","data":{}})", "#/id"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"reservation.created","data":{}})",
         "#/type"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","time":"yesterday","data":{}})",
         "#/time"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","sequence":"0","data":{}})",
         "#/sequence"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","sequence":1,"data":{}})",
         "#/sequence"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale"})", "#/data"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","data":{"lines":[{"sku":"BOOT","quantity":1,"bucket":"reserved"}]}})",
         "#/data/lines/0/bucket"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","data":{"lines":[{"sku":"BOOT","quantity":1,"disposition":"x"}]}})",
         "#/data/lines/0/disposition"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","data":{"reservation":"x"}})",
         "#/data/reservation"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","data":{"lines":[{"sku":"BOOT","quantity":1}]}})",
         "#/data/lines/0/location"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","traceparent":"00-xyz","data":{}})",
         "#/traceparent"},
        {R"({"specversion":"1.0","id":"a","source":"s","type":"pos.sale","datacontenttype":"text/xml","data":{}})",
         "#/datacontenttype"},
    };
    const auto before = seq();
    for (const auto& [body, pointer] : table) {
        const auto answer = post("/v1/events", body);
        EXPECT_EQ(pointer_of(answer), pointer) << body << answer.body;
    }
    EXPECT_EQ(
        code_of(event(
            R"("type":"stock.adjusted","data":{"location":"S1","lines":[{"sku":"BOOT","quantity":1}]})")),
        "reason_required");
    EXPECT_EQ(
        code_of(event(
            R"("type":"pos.sale","data":{"channel":"nope","location":"S1","lines":[{"sku":"BOOT","quantity":1}]})")),
        "unknown_channel");
    EXPECT_EQ(seq(), before);
}

class Feed : public Batches {};

TEST_F(Feed, PagesTellEverythingOnceAndInOrder) {
    std::string after = "0-0";
    std::uint64_t expected = 1;
    for (;;) {
        const auto page = json(get("/v1/facts?limit=3&after=" + after));
        for (const auto& fact : page.at("data").as_array()) {
            EXPECT_EQ(fact.at("seq").as_string(), "0-" + std::to_string(expected++));
        }
        after = page.at("next_after").as_string();
        if (!page.at("has_more").as_bool()) break;
    }
    EXPECT_EQ(expected, seq() + 1);
    EXPECT_EQ(code_of(get("/v1/facts?after=17")), "invalid_parameter");
    const auto facts = get("/v1/facts?limit=1000");
    EXPECT_NE(facts.body.find(R"("type":"stock.counted")"), std::string::npos);
    EXPECT_NE(
        facts.body.find(
            R"({"sku":"BOOT","place":"location","location":"S1","bucket":"sellable","delta":4})"),
        std::string::npos)
        << facts.body;
}

TEST_F(Feed, AStreamGoesOnWhereItsReaderWas) {
    http::Client& reader = connect();
    const auto from = seq();
    reader.send(request("GET", "/v1/facts", "",
                        authorization() + "Accept: text/event-stream\r\nLast-Event-ID: 0-" +
                            std::to_string(from - 1) + "\r\n"));
    world_.run_for(1s);
    EXPECT_NE(reader.got.find("id: 0-" + std::to_string(from) + "\nevent: stock.counted\ndata: {"),
              std::string::npos)
        << reader.got;
    EXPECT_EQ(metrics_.streams.value(), 1);
    expect_ok(put("/v1/items/LIVE"));
    world_.run_for(1s);
    EXPECT_NE(reader.got.find("\nevent: item.upserted\n"), std::string::npos);
    EXPECT_EQ(reader.got.find("id: 0-" + std::to_string(from) + "\n"),
              reader.got.rfind("id: 0-" + std::to_string(from) + "\n"));
    world_.run_for(20s);
    EXPECT_NE(reader.got.find(": still here"), std::string::npos);
    reader.leave();
    world_.run_for(1min);
    EXPECT_EQ(metrics_.streams.value(), 0);
}

}  // namespace
}  // namespace holdfast::api
