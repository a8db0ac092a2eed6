// For this folder's tests: the whole interface over the simulated network, with a journal in memory
// whose commits a test may hold back, and a small retailer in it.
#pragma once

#include <boost/json.hpp>

#include "api/api.h"
#include "api/api_key.h"
#include "http/server_fixture.h"
#include "os/sim/sim_random.h"
#include "sequencer/memory_journal.h"

namespace holdfast::api {

using namespace std::chrono_literals;

class ApiTest : public testing::Test {
  protected:
    explicit ApiTest(Options options = {}, sequencer::SequencerOptions bounds = {}) {
        open(std::move(options), bounds);
    }
    /// For fixtures that have something to put beside the sequencer first: they call open().
    struct Later {};
    explicit ApiTest(Later) {}
    void open(Options options, const sequencer::SequencerOptions& bounds) {
        world_.attach(clock_);
        journal_.complete_inline(true);
        sequencer_ = std::make_unique<sequencer::Sequencer>(clock_, journal_, nullptr, bounds);
        EXPECT_TRUE(sequencer_->recover());
        health_.started = true;
        options.build = {"1.2.3", "abc"};
        Services services{*sequencer_, loop_, random_, metrics_, health_};
        add_services(services);
        api_ = std::make_unique<Api>(services, std::move(options));
        server_ = std::make_unique<http::Server>(loop_, *api_);
        api_->attach(*server_);
        loop_.on_turn_end([this] {
            sequencer_->turn();
            api_->turn_ended();
            server_->flush();
        });
        listener_ = std::move(*loop_.listen(
            {.port = 80}, [this](auto stream) { server_->accept(std::move(stream)); }));
        admin_ = make_key("admin@*/*");
    }
    std::function<void(Services&)> add_services_;
    void add_services(Services& services) const {
        if (add_services_) add_services_(services);
    }
    ~ApiTest() override {
        clients_.clear();
        listener_.reset();
        server_.reset();
    }

    /// A key with these scopes, put into the ledger as the hub does at its first start.
    std::string make_key(std::string_view scopes, Instant expires_at = {}) {
        struct Nobody : sequencer::Caller {
            void answered(std::uint64_t, const sequencer::Answer&) override {}
        };
        static Nobody nobody;
        const NewApiKey key = make_api_key(random_);
        CreateApiKey command;
        command.id = key.id;
        std::ranges::copy(key.secret_hash, std::begin(command.secret_hash));
        command.title = "test";
        command.scopes = scopes;
        command.expires_at = expires_at;
        sequencer_->submit(command, &nobody, 0);
        sequencer_->turn();
        return key.text;
    }

    /// Items BOOT (24 at DC1, 4 at S1) and SOCK, locations DC1 and S1, pool main, channel web.
    void make_retailer() {
        for (const char* item : {"BOOT", "SOCK"}) expect_ok(put("/v1/items/" + std::string(item)));
        for (const char* at : {"DC1", "S1"}) expect_ok(put("/v1/locations/" + std::string(at)));
        expect_ok(put("/v1/pools/main", R"({"locations":["DC1","S1"]})"));
        expect_ok(put("/v1/channels/web", R"({"pool":"main"})"));
        expect_ok(put("/v1/channels/mkt", R"({"pool":"main"})"));
        count("BOOT", "DC1", 24);
        count("BOOT", "S1", 4);
    }
    void count(const std::string& sku, const std::string& at, int quantity) {
        const http::Answer answer =
            event(R"("type":"stock.counted","data":{"location":")" + at + R"(","lines":[{"sku":")" +
                  sku + R"(","quantity":)" + std::to_string(quantity) + "}]}");
        ASSERT_EQ(answer.status, 201u) << answer.body;
    }
    void expect_ok(const http::Answer& answer) {
        EXPECT_TRUE(answer.status == 200 || answer.status == 201) << answer.body;
    }

    [[nodiscard]] std::string authorization() const {
        return "Authorization: Bearer " + key() + "\r\n";
    }
    [[nodiscard]] const std::string& key() const { return key_.empty() ? admin_ : key_; }

    std::string request(const std::string& method, const std::string& target,
                        const std::string& body, const std::string& fields) const {
        std::string text = method + " " + target + " HTTP/1.1\r\nHost: h\r\n" + fields;
        if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        return text + "\r\n" + body;
    }
    /// Sends one request on its own connection and waits for its answer.
    http::Answer call(const std::string& method, const std::string& target,
                      const std::string& body = "", const std::string& fields = "") {
        http::Client& client = connect();
        client.send(request(method, target, body, authorization() + fields));
        world_.run_for(50ms);
        auto answers = http::read_answers(client.got);
        return answers.empty() ? http::Answer{} : answers.front();
    }
    http::Answer get(const std::string& target, const std::string& fields = "") {
        return call("GET", target, "", fields);
    }
    http::Answer put(const std::string& target, const std::string& body = "") {
        return call("PUT", target, body, json_type(body));
    }
    http::Answer post(const std::string& target, const std::string& body,
                      const std::string& fields = "") {
        return call("POST", target, body, json_type(body) + fields);
    }
    http::Answer reserve(const std::string& body, const std::string& idempotency_key = "") {
        const std::string used =
            idempotency_key.empty() ? "k" + std::to_string(++keys_used_) : idempotency_key;
        return post("/v1/reservations", body, "Idempotency-Key: " + used + "\r\n");
    }
    /// `rest` is everything after specversion, id and source.
    http::Answer event(const std::string& rest, const std::string& id = "") {
        const std::string used = id.empty() ? "e" + std::to_string(++keys_used_) : id;
        return post("/v1/events",
                    R"({"specversion":"1.0","id":")" + used + R"(","source":"wms",)" + rest + "}");
    }
    static std::string json_type(const std::string& body) {
        return body.empty() ? "" : "Content-Type: application/json\r\n";
    }
    http::Client& connect() {
        clients_.push_back(std::make_unique<http::Client>(network_, client_loop_));
        return *clients_.back();
    }

    static boost::json::object json(const http::Answer& answer) {
        boost::system::error_code error;
        boost::json::value value = boost::json::parse(answer.body, error);
        EXPECT_FALSE(error) << answer.body;
        return value.is_object() ? value.as_object() : boost::json::object{};
    }
    static std::string code_of(const http::Answer& answer) { return text(answer, "code"); }
    static std::string text(const http::Answer& answer, const char* member) {
        const boost::json::object object = json(answer);
        const auto* value = object.if_contains(member);
        return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
    }
    static std::string pointer_of(const http::Answer& answer) {
        const boost::json::object object = json(answer);
        const auto* errors = object.if_contains("errors");
        if (errors == nullptr) return "";
        return std::string(errors->as_array().at(0).at("pointer").as_string());
    }
    [[nodiscard]] const ledger::State& state() const { return sequencer_->state(); }
    [[nodiscard]] std::uint64_t seq() const { return sequencer_->state().seq; }

    os::sim::SimWorld world_{7};
    os::sim::SimNetwork network_{world_};
    os::sim::SimClock clock_;
    os::sim::SimLoop loop_{network_, clock_};
    os::sim::SimLoop client_loop_{network_, clock_, "10.0.0.9"};
    os::sim::SimRandom random_{5};
    sequencer::MemoryJournal journal_;
    std::unique_ptr<sequencer::Sequencer> sequencer_;
    Metrics metrics_;
    HealthBoard health_;
    std::unique_ptr<Api> api_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<os::Listener> listener_;
    std::vector<std::unique_ptr<http::Client>> clients_;
    std::string admin_;
    std::string key_;  ///< used instead of the admin's, when set
    int keys_used_ = 0;
};

}  // namespace holdfast::api
