// Goal: batches of events that are read beside the loop are answered as if they were read in its
// turns, whenever the reader comes back; and a caller who asks for little is told of trouble alone.
// Method: a reader that the test lets work, chunk by chunk.
#include <deque>

#include "api/api_fixture.h"
#include "api/event_chunk.h"

namespace holdfast::api {
namespace {

std::string receipt(const std::string& id, const std::string& sku) {
    return R"({"specversion":"1.0","id":")" + id +
           R"(","source":"wms","type":"receipt.posted","data":{"location":"DC1","document":"P",)" +
           R"("lines":[{"sku":")" + sku + R"(","quantity":1}]}})";
}

class BatchReading : public ApiTest {
  protected:
    BatchReading() : ApiTest(Later{}) {
        add_services_ = [this](Services& services) {
            services.decoding = [this](os::Task task) { reader_.push_back(std::move(task)); };
        };
        open(Options{.batch_window_max = 100}, {});
        make_retailer();
    }
    http::Client& send(const std::string& body, const std::string& fields = "") {
        http::Client& client = connect();
        client.send(request("POST", "/v1/events:batch", body,
                            authorization() + "Content-Type: application/x-ndjson\r\n" + fields));
        world_.run_for(50ms);
        return client;
    }
    /// Lets the reader do what it was asked for, and what it is asked for then. How often it was.
    int read_all() {
        int times = 0;
        for (; !reader_.empty(); ++times) read_one();
        return times;
    }
    void read_one() {
        const os::Task task = std::move(reader_.front());
        reader_.pop_front();
        task();
        world_.run_for(50ms);
    }
    static http::Answer answer_of(const http::Client& client) {
        const auto answers = http::read_answers(client.got);
        return answers.empty() ? http::Answer{} : answers.front();
    }
    /// Lines of which some are wrong, some twice; several chunks of them.
    static std::string mixed_body(const std::string& prefix, int lines) {
        std::string body;
        for (int i = 0; i < lines; ++i) {
            if (i % 10 == 3)
                body += "{\"nonsense\":1}\n";
            else if (i % 10 == 5)
                body += receipt(prefix + std::to_string(i), "NOPE") + "\n";
            else if (i % 10 == 7)
                body += receipt(prefix + std::to_string(i - 1), "BOOT") + "\r\n";
            else
                body += receipt(prefix + std::to_string(i), "BOOT") + "\n";
        }
        return body;
    }
    static int status_of_mixed(int i) {
        return i % 10 == 3 ? 400 : i % 10 == 5 ? 422 : i % 10 == 7 ? 200 : 201;
    }
    static void expect_mixed(const http::Answer& answer, int count) {
        std::vector<boost::json::object> lines;
        for (std::size_t at = 0; at < answer.body.size();) {
            const std::size_t end = answer.body.find('\n', at);
            lines.push_back(boost::json::parse(answer.body.substr(at, end - at)).as_object());
            at = end + 1;
        }
        ASSERT_EQ(lines.size(), static_cast<std::size_t>(count) + 1);
        for (int i = 0; i < count; ++i) {
            const auto& line = lines[static_cast<std::size_t>(i)];
            EXPECT_EQ(line.at("line"), i + 1);
            EXPECT_EQ(line.at("status"), status_of_mixed(i)) << boost::json::serialize(line);
        }
    }
    [[nodiscard]] std::int64_t boots() const {
        return state().positions.find(state().sku("BOOT"), state().location("DC1"))->sellable;
    }

    std::deque<os::Task> reader_;
};

TEST_F(BatchReading, ManyChunksAreAnsweredInOrder) {
    const auto& client = send(mixed_body("a", 2000));
    EXPECT_TRUE(client.got.empty()) << "nothing is known before it is read";
    EXPECT_GT(read_all(), 3);
    expect_mixed(answer_of(client), 2000);
    EXPECT_EQ(boots(), 24 + 1400);
}

TEST_F(BatchReading, OneChunkIsReadAheadOfTheOneThatIsSubmitted) {
    journal_.complete_inline(false);
    send(mixed_body("a", 5000));
    int times = 0;
    for (; !reader_.empty(); ++times) read_one();
    EXPECT_EQ(times, 2) << "the first waits for its commit, the second for the first";
    journal_.complete_inline(true);
    loop_.post([this] { journal_.complete(journal::AppendOutcome::applied); });
    world_.run_for(50ms);
    read_all();
}

TEST_F(BatchReading, BatchesSideBySideKeepTheirOwnOrder) {
    std::vector<http::Client*> clients;
    for (const char* prefix : {"a", "b", "c"}) clients.push_back(&send(mixed_body(prefix, 1000)));
    read_all();
    for (const http::Client* client : clients) expect_mixed(answer_of(*client), 1000);
    EXPECT_EQ(boots(), 24 + 3 * 700);
}

TEST_F(BatchReading, ShortBatchesAreReadInTheTurn) {
    const auto& client = send(mixed_body("a", 20));
    EXPECT_TRUE(reader_.empty());
    expect_mixed(answer_of(client), 20);
}

TEST_F(BatchReading, ACallerWhoLeavesMeanwhileDisturbsNobody) {
    http::Client& client = send(mixed_body("a", 2000));
    client.leave();
    read_all();
    const auto& next = send(mixed_body("b", 1000));
    read_all();
    expect_mixed(answer_of(next), 1000);
}

TEST_F(BatchReading, ARevokedKeyStopsTheRest) {
    const std::string key = make_key("events:write@*/*");
    key_ = key;
    const auto& client = send(mixed_body("a", 2000));
    read_one();
    const auto before = boots();
    EXPECT_GT(before, 24);
    key_.clear();
    const auto rows = json(get("/v1/api-keys")).at("data").as_array();
    for (const auto& row : rows)
        if (row.at("scopes").as_array().at(0).as_string() == "events:write@*/*")
            call("DELETE", "/v1/api-keys/" + std::string(row.at("id").as_string()));
    read_all();
    EXPECT_NE(answer_of(client).body.find(R"("code":"unauthenticated")"), std::string::npos);
    EXPECT_EQ(boots(), before);
}

TEST_F(BatchReading, AReaderMayComeBackAfterTheEnd) {
    send(mixed_body("a", 2000));
    ASSERT_FALSE(reader_.empty());
    loop_.on_turn_end({});
    clients_.clear();
    listener_.reset();
    server_.reset();
    api_.reset();
    while (!reader_.empty()) read_one();
}

TEST_F(BatchReading, AnswersNoMoreThanTroubleToWhoAsksForLittle) {
    int i = 0;
    for (const char* value : {"return=minimal", "respond-async, Return = \"minimal\"; x=1"}) {
        const auto& client = send(mixed_body("m" + std::to_string(++i), 100),
                                  "Prefer: " + std::string(value) + "\r\n");
        read_all();
        const http::Answer answer = answer_of(client);
        EXPECT_EQ(answer.status, 200u);
        EXPECT_EQ(answer.fields.at("Preference-Applied"), "return=minimal");
        EXPECT_EQ(std::ranges::count(answer.body, '\n'), 21);
        EXPECT_TRUE(answer.body.starts_with(R"({"line":4,"status":400,"problem":{)"))
            << answer.body;
        EXPECT_EQ(answer.body.find(R"("status":20)"), std::string::npos);
        EXPECT_TRUE(answer.body.ends_with(
            R"({"summary":{"lines":100,"accepted":70,"duplicates":10,"rejected":20}})"
            "\n"));
    }
}

TEST_F(BatchReading, AnswersEveryLineToEverybodyElse) {
    int i = 0;
    for (const char* value :
         {"return=representation", "return=representation, return=minimal", "minimal", "=", ","}) {
        const auto& client = send(mixed_body("p" + std::to_string(++i), 20),
                                  "Prefer: " + std::string(value) + "\r\n");
        const http::Answer answer = answer_of(client);
        EXPECT_FALSE(answer.fields.contains("Preference-Applied"));
        expect_mixed(answer, 20);
    }
}

}  // namespace
}  // namespace holdfast::api
