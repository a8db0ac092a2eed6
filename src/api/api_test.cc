// Goal: no answer runs ahead of the disk, overload is a clear refusal, and routes answer as the
// document says. Method: commits are held back by hand.
#include "api/api_fixture.h"
#include "api/document.h"

namespace holdfast::api {
namespace {

class ApiDurability : public ApiTest {
  protected:
    ApiDurability() {
        make_retailer();
        journal_.complete_inline(false);
    }
    std::string hold(const std::string& key) const {
        return request("POST", "/v1/reservations",
                       R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})",
                       authorization() + json_type("x") + "Idempotency-Key: " + key + "\r\n");
    }
};

TEST_F(ApiDurability, NeitherAnswersNorReadsRunAheadOfTheDisk) {
    http::Client& writer = connect();
    writer.send(hold("a"));
    world_.run_for(50ms);
    ASSERT_TRUE(journal_.committing());
    EXPECT_EQ(writer.got, "");
    // The hold is decided, so a reader of its row would learn of something that may yet be lost.
    http::Client& reader = connect();
    reader.send(request("GET", "/v1/positions/BOOT/DC1", "", authorization()) +
                request("GET", "/v1/availability?channel=web&sku=BOOT", "", authorization()) +
                request("GET", "/v1/status", "", authorization()));
    http::Client& other = connect();
    other.send(request("GET", "/v1/positions/SOCK/DC1", "", authorization()));
    world_.run_for(50ms);
    EXPECT_EQ(reader.got, "");
    EXPECT_EQ(http::read_answers(other.got).at(0).status, 200u);

    journal_.complete(journal::AppendOutcome::applied);
    world_.run_for(1s);
    EXPECT_EQ(http::read_answers(writer.got).at(0).status, 201u);
    const auto answers = http::read_answers(reader.got);
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(json(answers[0]).at("reserved"), 1);
    EXPECT_EQ(json(answers[1]).at("data").as_array().at(0).at("available_to_sell"), 27);
    EXPECT_EQ(text(answers[1], "as_of_seq"), text(answers[2], "durable_seq"));
}

TEST_F(ApiDurability, AvailabilityWaitsForThePoolThatItRestsOn) {
    http::Client& writer = connect();
    writer.send(request("PUT", "/v1/locations/S1", R"({"enabled":false})",
                        authorization() + json_type("x")));
    world_.run_for(50ms);
    http::Client& reader = connect();
    reader.send(request("GET", "/v1/availability?channel=web&sku=BOOT", "", authorization()));
    world_.run_for(50ms);
    EXPECT_EQ(reader.got, "");
    journal_.complete(journal::AppendOutcome::applied);
    world_.run_for(2s);
    const auto answer = json(http::read_answers(reader.got).at(0));
    EXPECT_EQ(answer.at("data").as_array().at(0).at("available_to_sell"), 24);
}

TEST_F(ApiDurability, SaysUnknownWhenTheDiskFails) {
    http::Client& writer = connect();
    writer.send(hold("a"));
    world_.run_for(50ms);
    sequencer_->on_fatal([] {});
    journal_.complete(journal::AppendOutcome::unknown);
    server_->flush();
    world_.run_for(50ms);
    const auto answer = http::read_answers(writer.got).at(0);
    EXPECT_EQ(answer.status, 500u);
    EXPECT_EQ(code_of(answer), "outcome_unknown");
    EXPECT_EQ(text(answer, "outcome"), "unknown");
}

TEST_F(ApiDurability, WaitsForMinSeqAndGivesUpAfterASecond) {
    http::Client& writer = connect();
    writer.send(hold("a"));
    http::Client& patient = connect();
    patient.send(request("GET", "/v1/positions/BOOT/DC1?min_seq=0-" + std::to_string(seq() + 1), "",
                         authorization()));
    world_.run_for(500ms);
    EXPECT_EQ(patient.got, "");
    journal_.complete(journal::AppendOutcome::applied);
    world_.run_for(100ms);
    EXPECT_EQ(http::read_answers(patient.got).at(0).status, 200u);

    http::Client& hopeless = connect();
    hopeless.send(request("GET", "/v1/positions/BOOT/DC1?min_seq=0-99999", "", authorization()));
    world_.run_for(900ms);
    EXPECT_EQ(hopeless.got, "");
    world_.run_for(500ms);
    const auto answer = http::read_answers(hopeless.got).at(0);
    EXPECT_EQ(answer.status, 503u);
    EXPECT_EQ(code_of(answer), "seq_not_reached");
    EXPECT_EQ(answer.fields.count("Retry-After"), 1u);
    EXPECT_EQ(code_of(get("/v1/positions/BOOT/DC1?min_seq=12")), "invalid_parameter");
}

TEST_F(ApiDurability, ARepeatInFlightWaitsForTheSameCommit) {
    http::Client& first = connect();
    first.send(hold("same"));
    world_.run_for(50ms);
    http::Client& second = connect();
    second.send(hold("same"));
    world_.run_for(50ms);
    EXPECT_EQ(second.got, "");
    journal_.complete(journal::AppendOutcome::applied);
    world_.run_for(2s);
    if (journal_.committing()) journal_.complete(journal::AppendOutcome::applied);
    world_.run_for(2s);
    EXPECT_EQ(http::read_answers(first.got).at(0).body, http::read_answers(second.got).at(0).body);
}

class ApiBounds : public ApiTest {
  protected:
    ApiBounds()
        : ApiTest(Options{.commands_in_flight_per_key_max = 2},
                  sequencer::SequencerOptions{.queue_commands_max = 4,
                                              .limits = {.reservations_max = 3}}) {
        make_retailer();
    }
    std::string holds(int count) const {
        std::string all;
        for (int i = 0; i < count; ++i)
            all += request("POST", "/v1/reservations",
                           R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})",
                           authorization() + json_type("x") + "Idempotency-Key: b" +
                               std::to_string(i) + "\r\n");
        return all;
    }
};

TEST_F(ApiBounds, OneKeyCannotFillTheHub) {
    http::Client& client = connect();
    client.send(holds(3));
    world_.run_for(50ms);
    const auto answers = http::read_answers(client.got);
    ASSERT_EQ(answers.size(), 3u);
    // Delivery may cut the burst into turns, so only a burst of one turn meets the bound.
    const auto refused =
        std::ranges::count_if(answers, [](const auto& a) { return a.status == 429; });
    if (refused == 0) GTEST_FAIL() << "the three requests were not read in one turn";
    const auto& answer = answers[2];
    EXPECT_EQ(code_of(answer), "too_many_in_flight");
    EXPECT_EQ(answer.fields.at("Retry-After"), "1");
    EXPECT_EQ(answer.fields.at("RateLimit"), "\"key\";r=0;t=1");
    EXPECT_EQ(answer.fields.at("RateLimit-Policy"), "\"key\";q=2;qu=\"concurrent-requests\"");
}

TEST_F(ApiBounds, AFullTableSaysSo) {
    for (int i = 0; i < 3; ++i)
        ASSERT_EQ(reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})").status,
                  201u);
    const auto answer = reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})");
    EXPECT_EQ(answer.status, 503u);
    EXPECT_EQ(code_of(answer), "table_full");
    EXPECT_EQ(answer.fields.count("Retry-After"), 1u);
}

class ApiOverload : public ApiTest {
  protected:
    ApiOverload() : ApiTest({}, sequencer::SequencerOptions{.queue_commands_max = 2}) {
        make_retailer();
    }
};

TEST_F(ApiOverload, AFullQueueIsRefusedAtOnce) {
    std::string all;
    for (int i = 0; i < 8; ++i)
        all += request("PUT", "/v1/items/I" + std::to_string(i), "", authorization());
    http::Client& client = connect();
    client.send(all);
    world_.run_for(50ms);
    const auto answers = http::read_answers(client.got);
    ASSERT_EQ(answers.size(), 8u);
    const auto refused = std::ranges::find(answers, 503u, &http::Answer::status);
    ASSERT_NE(refused, answers.end());
    EXPECT_EQ(code_of(*refused), "overloaded");
    EXPECT_EQ(text(*refused, "outcome"), "not_applied");
    EXPECT_EQ(refused->fields.count("Retry-After"), 1u);
}

TEST_F(ApiOverload, ALowDiskTakesOnlyWhatEndsPromises) {
    const auto held = reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})");
    journal_.status_.disk_low = true;
    // The sequencer looks at the disk once a turn.
    expect_ok(get("/v1/status"));
    const auto refused = reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})");
    EXPECT_EQ(code_of(refused), "disk_low");
    EXPECT_EQ(refused.fields.count("Retry-After"), 1u);
    EXPECT_EQ(
        post("/v1/reservations/" + text(held, "id") + "/release", "", "Idempotency-Key: r\r\n")
            .status,
        200u);
    journal_.status_.disk_full = true;
    expect_ok(get("/v1/status"));
    const auto full = put("/v1/items/NEW");
    EXPECT_EQ(code_of(full), "disk_full");
    EXPECT_EQ(get("/v1/positions/BOOT/DC1").status, 200u);
}

TEST_F(ApiOverload, AStoppingHubSaysSo) {
    sequencer_->start_draining();
    EXPECT_EQ(code_of(put("/v1/items/NEW")), "draining");
    health_.draining = true;
    EXPECT_EQ(get("/readyz").status, 503u);
    EXPECT_NE(get("/readyz?verbose").body.find("[-]draining"), std::string::npos);
    EXPECT_EQ(get("/livez").body, "ok\n");
}

class ApiRoutes : public ApiTest {};

TEST_F(ApiRoutes, AnswersWhatIsNotThereAsProblems) {
    EXPECT_EQ(code_of(get("/v1/nothing")), "not_found");
    const auto wrong_method = call("DELETE", "/v1/items/A");
    EXPECT_EQ(wrong_method.status, 405u);
    EXPECT_NE(wrong_method.fields.at("Allow").find("PUT"), std::string::npos);
    EXPECT_EQ(code_of(get("/v1/items/%zz")), "malformed_path");
    EXPECT_EQ(code_of(get("/v1/items/UNKNOWN")), "unknown_sku");
    EXPECT_EQ(get("/v1/items/UNKNOWN").status, 404u);
    EXPECT_EQ(code_of(get("/v1/items?limt=1")), "unknown_parameter");
    EXPECT_NE(text(get("/v1/items?limt=1"), "detail").find("\"limit\""), std::string::npos);
    EXPECT_EQ(code_of(get("/v1/items?limit=0")), "invalid_parameter");
    EXPECT_EQ(code_of(get("/v1/items?limit=1&limit=1")), "invalid_parameter");
    EXPECT_EQ(code_of(get("/v1/items?limit=%zz")), "malformed_query");
    EXPECT_EQ(code_of(get("/v1/items?cursor=AAAA")), "invalid_cursor");
    EXPECT_EQ(code_of(get("/v1/availability?channel=web")), "missing_parameter");
}

TEST_F(ApiRoutes, ServesItsDescriptionToEverybody) {
    key_ = "nobody";
    EXPECT_EQ(get("/openapi.yaml").body, openapi_yaml());
    EXPECT_EQ(json(get("/openapi.json")).at("openapi"), "3.1.0");
    EXPECT_EQ(text(get("/version"), "version"), "1.2.3");
    EXPECT_EQ(get("/docs/problems/insufficient-stock").body.find("# insufficient_stock"), 0u);
    EXPECT_EQ(get("/docs/problems/nonsense").status, 404u);
    EXPECT_EQ(get("/livez").status, 200u);
    EXPECT_EQ(get("/v1/status").status, 401u);
}

TEST_F(ApiRoutes, TheTableIsTheDocument) {
    const auto document = json(get("/openapi.json"));
    std::size_t operations = 0;
    for (const auto& path : document.at("paths").as_object())
        for (const auto& method : path.value().as_object())
            operations += method.key() == "parameters" ? 0 : 1;
    const boost::json::value routes = boost::json::parse(routes_json());
    EXPECT_EQ(routes.as_array().size(), operations);
    for (const auto& route : routes.as_array()) {
        std::string method(route.at("method").as_string());
        for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const auto& operation = document.at("paths").at(route.at("path").as_string()).at(method);
        EXPECT_EQ(operation.at("operationId"), route.at("operation"));
        EXPECT_EQ(operation.at("x-holdfast-scope"), route.at("scope"));
    }
}

TEST_F(ApiRoutes, EveryProblemOfOursIsInTheDocument) {
    const auto document = json(get("/openapi.json"));
    const auto& codes =
        document.at("components").at("schemas").at("problem_code").at("enum").as_array();
    for (const ProblemKind* kind : all_problems()) {
        EXPECT_NE(std::ranges::find(codes, boost::json::value(kind->code)), codes.end())
            << kind->code;
    }
    // The ones that http/ answers itself are the rest.
    EXPECT_EQ(codes.size(), all_problems().size() + 7);
}

}  // namespace
}  // namespace holdfast::api
