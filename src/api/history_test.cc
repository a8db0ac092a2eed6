// Goal: questions about history are answered as of one position, wait for the read model no longer
// than they should, and never hold up anything else.
// Method: the whole interface over the simulated network, with a read model on the real disk whose
// thread is a queue of tasks that the test runs when it likes.
#include <cstdio>
#include <cstdlib>
#include <deque>

#include "api/api_fixture.h"
#include "base/rfc3339.h"
#include "os/linux_disk.h"
#include "readmodel/follower.h"

namespace holdfast::api {
namespace {

class HistoryTest : public ApiTest {
  protected:
    explicit HistoryTest(Microseconds kept = readmodel::kHistoryDefault) : ApiTest(Later{}) {
        std::string name = testing::TempDir() + "history_XXXXXX";
        directory_ = mkdtemp(name.data());
        files_ = std::move(*os::LinuxDisk::open_directory(directory_, {.direct = false}));
        follower_ = std::make_unique<readmodel::Follower>(
            readmodel::FollowerServices{
                .loop = loop_,
                .journal = journal_,
                .files = *files_,
                .journal_files = nullptr,
                .beside = [this](os::Task task) { writing_.push_back(std::move(task)); }},
            readmodel::FollowerOptions{.directory = directory_, .kept = kept});
        add_services_ = [this](Services& services) {
            services.read_model = follower_.get();
            services.reading = [this](os::Task task) { reading_.push_back(std::move(task)); };
        };
        open(Options{.history_questions_max = 4}, {});
        sequencer_->on_durable([this](std::uint64_t seq) { follower_->durable(seq); });
        follower_->start();
        make_retailer();
        settle();
    }
    ~HistoryTest() override {
        held_ = false;
        settle();
        api_.reset();
        follower_.reset();
        if (const auto names = files_->list())
            for (const std::string& name : *names) (void)files_->remove(name);
        files_.reset();
        std::remove(directory_.c_str());
    }
    /// Runs what waits for its thread, unless the test holds that.
    void settle() {
        for (int i = 0; i < 20; ++i) {
            std::deque<os::Task> tasks;
            if (!held_) tasks.swap(writing_);
            if (!reading_held_)
                while (!reading_.empty()) {
                    tasks.push_back(std::move(reading_.front()));
                    reading_.pop_front();
                }
            for (os::Task& task : tasks) task();
            world_.run_for(5ms);
        }
    }
    /// An answer that may take both threads' work.
    http::Answer ask(const std::string& target, const std::string& fields = "") {
        return ask("GET", target, "", fields);
    }
    http::Answer ask(const std::string& method, const std::string& target, const std::string& body,
                     const std::string& fields) {
        http::Client& client = connect();
        client.send(request(method, target, body, authorization() + fields));
        world_.run_for(5ms);
        settle();
        auto answers = http::read_answers(client.got);
        return answers.empty() ? http::Answer{} : answers.front();
    }
    /// The value of a quantity of an explanation.
    static std::int64_t quantity(const http::Answer& answer, std::string_view name) {
        const boost::json::object body = json(answer);  // outlives the loop over it
        for (const auto& node : body.at("quantities").as_array())
            if (node.at("name").as_string() == name) return node.at("value").as_int64();
        ADD_FAILURE() << name << " is not in " << answer.body;
        return -1;
    }
    static bool agrees(const http::Answer& answer) {
        return json(answer).at("ledger").at("agrees").as_bool();
    }

    std::string directory_;
    std::unique_ptr<os::LinuxDisk> files_;
    std::unique_ptr<readmodel::Follower> follower_;
    std::deque<os::Task> writing_;
    std::deque<os::Task> reading_;
    bool held_ = false;
    bool reading_held_ = false;
};

TEST_F(HistoryTest, ExplainsTheNewestDecisionAndTheLedgerAgrees) {
    ASSERT_EQ(reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":5}]})").status, 201u);
    const http::Answer answer = ask("/v1/positions/BOOT/DC1/explain?channel=web");
    ASSERT_EQ(answer.status, 200u) << answer.body;
    EXPECT_EQ(quantity(answer, "reserved"), 5);
    EXPECT_EQ(quantity(answer, "promisable"), 19);
    EXPECT_EQ(quantity(answer, "available_to_sell"), 23);
    EXPECT_TRUE(agrees(answer));
    EXPECT_EQ(text(answer, "as_of_seq"), "0-" + std::to_string(seq()));
    EXPECT_EQ(metrics_.explain_disagreements.value(), 0U);
}

TEST_F(HistoryTest, AKitIsExplainedByItsComponents) {
    count("SOCK", "DC1", 9);
    expect_ok(put("/v1/items/SET", R"({"kit":{"components":[{"sku":"BOOT","quantity":1},)"
                                   R"({"sku":"SOCK","quantity":2}]}})"));
    settle();
    const std::uint64_t before = seq();
    ASSERT_EQ(reserve(R"({"channel":"web","lines":[{"sku":"SET","quantity":3}]})").status, 201u);
    const http::Answer pool = ask("/v1/availability/explain?channel=web&sku=SET");
    ASSERT_EQ(pool.status, 200u) << pool.body;
    EXPECT_EQ(quantity(pool, "available_to_sell"), 1);
    EXPECT_TRUE(agrees(pool));
    const http::Answer here = ask("/v1/positions/SET/DC1/explain?channel=web");
    ASSERT_EQ(here.status, 200u) << here.body;
    EXPECT_EQ(quantity(here, "promisable"), 1);
    EXPECT_EQ(quantity(here, "available_to_sell_here"), 1);
    EXPECT_TRUE(agrees(here));
    EXPECT_NE(here.body.find(R"("name":"of_component","value":1,"sku":"SOCK")"), std::string::npos)
        << here.body;
    const http::Answer then = ask("/v1/positions/SET/DC1/explain?at=0-" + std::to_string(before));
    EXPECT_EQ(quantity(then, "promisable"), 4);
    EXPECT_EQ(metrics_.explain_disagreements.value(), 0U);
}

TEST_F(HistoryTest, ExplainsThePastBySeqAndByTime) {
    const std::uint64_t before = seq();
    const Instant then = clock_.wall();
    world_.run_for(2s);
    count("BOOT", "DC1", 3);
    settle();
    EXPECT_EQ(quantity(ask("/v1/positions/BOOT/DC1/explain"), "sellable"), 3);
    const http::Answer by_seq =
        ask("/v1/positions/BOOT/DC1/explain?at=0-" + std::to_string(before));
    EXPECT_EQ(quantity(by_seq, "sellable"), 24);
    EXPECT_FALSE(json(by_seq).contains("ledger"));
    const std::string time(holdfast::as_text(rfc3339_millis(then + 1s)));
    EXPECT_EQ(quantity(ask("/v1/positions/BOOT/DC1/explain?at=" + time), "sellable"), 24);
}

TEST_F(HistoryTest, ALateTillEmptiesTheShelfOfThatEvening) {
    const std::uint64_t evening_seq = seq();
    const Instant evening = clock_.wall();
    world_.run_for(10h);
    const std::string sold_at(holdfast::as_text(rfc3339_millis(evening - 1ms)));
    const std::string time(holdfast::as_text(rfc3339_millis(evening)));
    // The till was offline and uploads in the morning what it sold before the evening.
    expect_ok(event(R"("type":"pos.sale","time":")" + sold_at +
                    R"(","data":{"location":"DC1","lines":[{"sku":"BOOT","quantity":24}]})"));
    settle();
    const std::string explain = "/v1/positions/BOOT/DC1/explain";
    EXPECT_EQ(quantity(ask(explain + "?at=0-" + std::to_string(evening_seq)), "on_hand"), 24);
    const http::Answer by_time = ask(explain + "?at_business_time=" + time);
    ASSERT_EQ(by_time.status, 200u) << by_time.body;
    EXPECT_EQ(quantity(by_time, "on_hand"), 0);
    EXPECT_EQ(text(by_time, "business_time"), time);
    EXPECT_EQ(text(by_time, "recorded_seq"), "0-" + std::to_string(evening_seq));
    EXPECT_EQ(text(by_time, "as_of_seq"), "0-" + std::to_string(seq()));
    // And as it was known then.
    EXPECT_EQ(quantity(ask(explain + "?at_business_time=" + time + "&at=0-" +
                           std::to_string(evening_seq)),
                       "on_hand"),
              24);
    for (const char* wrong : {"at_business_time=0-4", "at_business_time=yesterday",
                              "at_business_time=2026-01-01T00:00:00Z&channel=web"})
        EXPECT_EQ(code_of(ask(explain + "?" + wrong)), "invalid_parameter") << wrong;
}

TEST_F(HistoryTest, ASaleThatACountHadSeenIsMissingFromTheShelfUntilTheCount) {
    const auto text_of = [](Instant at) {
        return std::string(holdfast::as_text(rfc3339_millis(at)));
    };
    const Instant opening = clock_.wall();
    world_.run_for(8h);
    const Instant counted = clock_.wall();
    world_.run_for(1h);
    expect_ok(event(R"("type":"stock.counted","time":")" + text_of(counted) +
                    R"(","data":{"location":"DC1","lines":[{"sku":"BOOT","quantity":20}]})"));
    world_.run_for(1h);
    // The till sold them before the count, and tells it after it: nothing moves any more.
    expect_ok(event(R"("type":"pos.sale","time":")" + text_of(opening + 4h) +
                    R"(","data":{"location":"DC1","lines":[{"sku":"BOOT","quantity":1},)"
                    R"({"sku":"BOOT","quantity":3}]})"));
    settle();
    const auto on_hand = [&](Instant at) {
        return quantity(ask("/v1/positions/BOOT/DC1/explain?at_business_time=" + text_of(at)),
                        "on_hand");
    };
    EXPECT_EQ(on_hand(opening + 1h), 24);
    EXPECT_EQ(on_hand(opening + 5h), 20);
    EXPECT_EQ(on_hand(counted + 1ms), 20);
    EXPECT_EQ(on_hand(clock_.wall()), 20);
}

class ShortHistoryTest : public HistoryTest {
  protected:
    ShortHistoryTest() : HistoryTest(std::chrono::seconds(10)) {}
};

TEST_F(ShortHistoryTest, APastThatIsGoneIsToldAsSuch) {
    const std::uint64_t old = seq();
    ASSERT_EQ(reserve(R"({"channel":"web","lines":[{"sku":"BOOT","quantity":5}]})").status, 201u);
    const Instant then = clock_.wall();
    world_.run_for(20s);
    for (int i = 0; i < 20; ++i) count("SOCK", "DC1", i);
    settle();
    for (const std::string& at :
         {"0-" + std::to_string(old), std::string(holdfast::as_text(rfc3339_millis(then)))}) {
        const http::Answer answer = ask("/v1/positions/BOOT/DC1/explain?at=" + at);
        EXPECT_EQ(answer.status, 410u);
        EXPECT_EQ(code_of(answer), "history_gone") << answer.body;
    }
    const http::Answer gone = ask("/v1/positions/BOOT/DC1/explain?at_business_time=" +
                                  std::string(holdfast::as_text(rfc3339_millis(then))));
    EXPECT_EQ(code_of(gone), "history_gone") << gone.body;
    // What was changed before is known still, as one number.
    const http::Answer now = ask("/v1/positions/BOOT/DC1/explain?channel=web");
    EXPECT_EQ(quantity(now, "reserved"), 5);
    EXPECT_EQ(quantity(now, "sellable"), 24);
    EXPECT_TRUE(agrees(now)) << now.body;
    EXPECT_EQ(json(ask("/v1/positions/BOOT/DC1/timeline")).at("data").as_array().size(), 0u);
    EXPECT_EQ(quantity(ask("/v1/positions/BOOT/DC1/explain?at=0-" + std::to_string(seq())), "free"),
              19);
}

TEST_F(HistoryTest, RefusesMomentsThatAreNone) {
    for (const char* at : {"0-999999", "0-0", "yesterday", "1970-01-02T00:00:00Z"}) {
        const http::Answer answer = ask("/v1/positions/BOOT/DC1/explain?at=" + std::string(at));
        EXPECT_EQ(code_of(answer), "invalid_parameter") << at << answer.body;
    }
    EXPECT_EQ(code_of(ask("/v1/positions/BOOT/DC1/explain?facts=101")), "invalid_parameter");
    EXPECT_EQ(code_of(ask("/v1/positions/NONE/DC1/explain")), "unknown_sku");
    EXPECT_EQ(code_of(ask("/v1/positions/BOOT/DC1/explain?channel=none")), "unknown_channel");
    EXPECT_EQ(code_of(ask("/v1/availability/explain?channel=web")), "missing_parameter");
}

TEST_F(HistoryTest, WaitsForTheReadModelAndGivesUpAfterASecond) {
    held_ = true;
    count("BOOT", "DC1", 7);
    http::Client& client = connect();
    client.send(request("GET", "/v1/positions/BOOT/DC1/explain", "", authorization()));
    world_.run_for(500ms);
    EXPECT_TRUE(http::read_answers(client.got).empty());
    held_ = false;
    settle();
    ASSERT_EQ(http::read_answers(client.got).size(), 1U);
    EXPECT_EQ(quantity(http::read_answers(client.got).front(), "sellable"), 7);

    held_ = true;
    count("BOOT", "DC1", 8);
    http::Client& other = connect();
    other.send(request("GET", "/v1/positions/BOOT/DC1/explain", "", authorization()));
    world_.run_for(1200ms);
    ASSERT_EQ(http::read_answers(other.got).size(), 1U);
    const http::Answer answer = http::read_answers(other.got).front();
    EXPECT_EQ(answer.status, 503u);
    EXPECT_EQ(code_of(answer), "history_not_reached");
    EXPECT_EQ(text(answer, "outcome"), "not_applied");
    EXPECT_TRUE(answer.fields.contains("retry-after") || answer.fields.contains("Retry-After"));
    // What lies behind its cursor is answered meanwhile.
    EXPECT_EQ(ask("/v1/positions/BOOT/DC1/explain?at=0-8").status, 200u);
}

TEST_F(HistoryTest, QuestionsAreBounded) {
    reading_held_ = true;
    std::vector<http::Client*> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(&connect());
        clients.back()->send(
            request("GET", "/v1/positions/BOOT/DC1/explain?at=0-5", "", authorization()));
    }
    world_.run_for(50ms);
    int refused = 0;
    for (http::Client* client : clients)
        for (const http::Answer& answer : http::read_answers(client->got))
            refused += code_of(answer) == "overloaded" ? 1 : 0;
    EXPECT_EQ(refused, 1);
    reading_held_ = false;
    settle();
    for (http::Client* client : clients) EXPECT_EQ(http::read_answers(client->got).size(), 1U);
}

TEST_F(HistoryTest, AnUnreadableFileIsBuiltAgainAndSaidSo) {
    {
        auto meddler =
            readmodel::Database::open(follower_->path(), readmodel::OpenMode::write, 1 << 20);
        ASSERT_TRUE(meddler);
        (*meddler)->run("DROP TABLE postings");
    }
    const http::Answer answer = ask("/v1/positions/BOOT/DC1/timeline");
    EXPECT_EQ(code_of(answer), "history_unavailable");
    EXPECT_EQ(answer.status, 503u);
    settle();
    EXPECT_EQ(follower_->status().began_again, 1U);
    EXPECT_EQ(quantity(ask("/v1/positions/BOOT/DC1/explain"), "sellable"), 24);
}

TEST_F(HistoryTest, ManyExplanationsAreOfOneMoment) {
    const http::Answer answer = ask(
        "POST", "/v1/positions:explain",
        R"({"channel":"web","items":[{"sku":"BOOT","location":"DC1"},{"sku":"BOOT"},{"sku":"SOCK"}]})",
        json_type("{}"));
    ASSERT_EQ(answer.status, 200u) << answer.body;
    const boost::json::object body = json(answer);
    ASSERT_EQ(body.at("data").as_array().size(), 3U);
    for (const auto& row : body.at("data").as_array()) {
        EXPECT_TRUE(row.at("ledger").at("agrees").as_bool());
        EXPECT_EQ(row.at("as_of_seq"), body.at("as_of_seq"));
    }
    const http::Answer nowhere =
        ask("POST", "/v1/positions:explain", R"({"items":[{"sku":"BOOT"}]})", json_type("{}"));
    EXPECT_EQ(code_of(nowhere), "missing_field");
}

TEST_F(HistoryTest, ATimelineGoesBackPageByPage) {
    for (int i = 1; i <= 5; ++i) count("BOOT", "DC1", i);
    std::string target = "/v1/positions/BOOT/DC1/timeline?limit=2";
    std::vector<std::int64_t> balances;
    std::string before;
    for (int page = 0; page < 10; ++page) {
        const http::Answer answer = ask(target + before);
        ASSERT_EQ(answer.status, 200u) << answer.body;
        const boost::json::object body = json(answer);
        for (const auto& entry : body.at("data").as_array())
            balances.push_back(entry.at("changes").as_array().at(0).at("balance").as_int64());
        if (!body.at("has_more").as_bool()) break;
        before = "&before=" + std::string(body.at("next_before").as_string());
    }
    EXPECT_EQ(balances, (std::vector<std::int64_t>{5, 4, 3, 2, 1, 24}));
}

TEST_F(HistoryTest, OrdersAreToldToKeysThatMayReadFacts) {
    ASSERT_EQ(
        reserve(R"({"channel":"web","order":"A-1","lines":[{"sku":"BOOT","quantity":1}]})").status,
        201u);
    EXPECT_NE(ask("/v1/positions/BOOT/DC1/explain").body.find("A-1"), std::string::npos);
    EXPECT_NE(ask("/v1/orders/A-1/timeline").body.find("reservation.created"), std::string::npos);
    key_ = make_key("stock:read@*/*");
    const http::Answer answer = ask("/v1/positions/BOOT/DC1/explain");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.body.find("A-1"), std::string::npos);
    EXPECT_EQ(answer.body.find("rsv_"), std::string::npos);
    EXPECT_EQ(code_of(ask("/v1/orders/A-1/timeline")), "forbidden");
    key_ = make_key("stock:read@web/DC1");
    EXPECT_EQ(code_of(ask("/v1/positions/BOOT/DC1/explain?channel=web")), "forbidden");
}

class NoHistory : public ApiTest {};

TEST_F(NoHistory, AHubWithoutAReadModelSaysSo) {
    make_retailer();
    const http::Answer answer = get("/v1/positions/BOOT/DC1/explain");
    EXPECT_EQ(answer.status, 503u);
    EXPECT_EQ(code_of(answer), "history_unavailable");
}

}  // namespace
}  // namespace holdfast::api
