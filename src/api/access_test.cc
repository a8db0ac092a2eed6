// Goal: a key does what its scopes say, where they say it, and nothing else; and a revoked or
// mistyped key does nothing at all.
#include "api/api_fixture.h"
#include "api/scope.h"

namespace holdfast::api {
namespace {

TEST(ApiKey, IsRecognisedByShapeAndChecksum) {
    os::sim::SimRandom random{3};
    const NewApiKey key = make_api_key(random);
    ASSERT_EQ(key.text.size(), kKeyLength);
    const auto parsed = parse_api_key(key.text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->id, key.id);
    EXPECT_EQ(hash_secret(parsed->secret), key.secret_hash);
    EXPECT_EQ(key_from_name(key_name(key.id)), key.id);
    for (std::size_t i = 0; i < key.text.size(); ++i) {
        std::string wrong = key.text;
        wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(parse_api_key(wrong)) << i;
    }
    EXPECT_FALSE(parse_api_key(key.text + "0"));
    EXPECT_FALSE(parse_api_key(""));
}

TEST(ApiKey, HashesAsTheStandardSays) {
    const SecretHash hash = hash_secret("abc");
    EXPECT_EQ(std::to_integer<int>(hash[0]), 0xba);
    EXPECT_EQ(std::to_integer<int>(hash[31]), 0xad);
}

TEST(Scopes, ParsesOrNamesTheWrongOne) {
    const auto grants = parse_scopes("reserve:write@web/*,events:write@*/STORE%2F17");
    ASSERT_TRUE(grants);
    EXPECT_EQ(grants->at(0).channel_code, "web");
    EXPECT_TRUE(grants->at(0).any_location);
    EXPECT_EQ(grants->at(1).location_code, "STORE/17");
    for (const char* wrong : {"reserve:write", "reserve:write@web", "fly@*/*", "admin@/x",
                              "admin@a/b/c", "admin@w*/x", "admin@%zz/x", "public@*/*"}) {
        const auto refused = parse_scopes(wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_NE(refused.error().detail.find(wrong), std::string::npos);
    }
    EXPECT_TRUE(parse_scopes("")->empty());
}

TEST(Scopes, CoverOnlyWhatTheyName) {
    std::vector<Grant> grants = *parse_scopes("reserve:write@web/DC1");
    grants[0].channel = ChannelId{1};
    grants[0].location = LocationId{2};
    const Reach exact{.channel = ChannelId{1}, .location = LocationId{2}};
    EXPECT_TRUE(authorize(grants, Action::reserve_write, exact));
    EXPECT_FALSE(authorize(grants, Action::reserve_read, exact));
    EXPECT_FALSE(authorize(grants, Action::admin, exact));
    EXPECT_FALSE(authorize(grants, Action::reserve_write,
                           {.channel = ChannelId{0}, .location = LocationId{2}}));
    EXPECT_FALSE(
        authorize(grants, Action::reserve_write, {.channel = ChannelId{1}, .all_locations = true}));
    EXPECT_FALSE(authorize(grants, Action::reserve_write,
                           {.all_channels = true, .location = LocationId{2}}));
    // Codes that nobody knows are covered by nothing but a star.
    EXPECT_FALSE(authorize(grants, Action::reserve_write, {}));
    grants[0].channel = kNoChannel;
    EXPECT_FALSE(authorize(grants, Action::reserve_write,
                           {.channel = kNoChannel, .location = LocationId{2}}));
    EXPECT_TRUE(authorize(*parse_scopes("admin@*/*"), Action::reserve_write,
                          {.all_channels = true, .all_locations = true}));
    EXPECT_FALSE(authorize({}, Action::reserve_write, {.no_channel = true, .no_location = true}));
}

class Access : public ApiTest {
  protected:
    Access() { make_retailer(); }
    const std::string web_ = R"({"channel":"web","lines":[{"sku":"BOOT","quantity":1}]})";
    const std::string mkt_ = R"({"channel":"mkt","lines":[{"sku":"BOOT","quantity":1}]})";
};

TEST_F(Access, RefusesWhoIsNobody) {
    const auto before = seq();
    for (const std::string wrong :
         {"", "x", "hf_live_00000000_0000000000000000000000000000000000000000000_000000"}) {
        key_ = wrong.empty() ? " " : wrong;
        const auto answer = reserve(web_);
        EXPECT_EQ(answer.status, 401u);
        EXPECT_EQ(code_of(answer), "unauthenticated");
        EXPECT_EQ(answer.fields.at("WWW-Authenticate"), "Bearer");
    }
    // A well-formed key that the hub never made.
    os::sim::SimRandom other{99};
    key_ = make_api_key(other).text;
    EXPECT_EQ(reserve(web_).status, 401u);
    EXPECT_EQ(seq(), before);
}

TEST_F(Access, KeepsAKeyToItsChannelOnRequestsAndOnStoredHolds) {
    const std::string theirs = text(reserve(mkt_), "id");
    key_ = make_key("reserve:write@web/*,reserve:read@web/*");
    const auto before = seq();
    EXPECT_EQ(reserve(mkt_).status, 403u);
    EXPECT_EQ(code_of(reserve(R"({"channel":"nope","lines":[{"sku":"BOOT","quantity":1}]})")),
              "forbidden");
    for (const char* step : {"confirm", "release", "extend"}) {
        EXPECT_EQ(
            post("/v1/reservations/" + theirs + "/" + step, "", "Idempotency-Key: x\r\n").status,
            403u)
            << step;
    }
    EXPECT_EQ(get("/v1/reservations/" + theirs).status, 403u);
    EXPECT_EQ(seq(), before);
    EXPECT_EQ(reserve(web_).status, 201u);
}

TEST_F(Access, KeepsAKeyToItsLocation) {
    key_ = make_key("reserve:write@*/S1,stock:read@*/S1,events:write@*/S1");
    EXPECT_EQ(reserve(web_).status, 403u);  // the pool could choose another place
    EXPECT_EQ(reserve(R"({"channel":"web","lines":[{"sku":"BOOT","location":"S1","quantity":1}]})")
                  .status,
              201u);
    EXPECT_EQ(reserve(R"({"channel":"web","lines":[{"sku":"BOOT","location":"DC1","quantity":1}]})")
                  .status,
              403u);
    EXPECT_EQ(get("/v1/positions/BOOT/S1").status, 200u);
    EXPECT_EQ(get("/v1/positions/BOOT/DC1").status, 403u);
    EXPECT_EQ(get("/v1/positions").status, 403u);
    EXPECT_EQ(get("/v1/positions?location=S1").status, 200u);
    EXPECT_EQ(get("/v1/availability?channel=web&sku=BOOT").status, 403u);
    EXPECT_EQ(get("/v1/availability?channel=web&sku=BOOT&location=S1").status, 200u);
    const std::string sale =
        R"("type":"pos.sale","data":{"location":"%","lines":[{"sku":"BOOT","quantity":1}]})";
    const auto at = [&](const std::string& code) {
        std::string body = sale;
        return event(body.replace(body.find('%'), 1, code));
    };
    EXPECT_EQ(at("DC1").status, 403u);
    EXPECT_EQ(at("S1").status, 201u);
    EXPECT_EQ(put("/v1/items/NEW").status, 403u);
    EXPECT_EQ(get("/v1/items").status, 403u);
    EXPECT_EQ(get("/v1/facts").status, 403u);
    EXPECT_EQ(get("/v1/status").status, 403u);
    EXPECT_EQ(get("/v1/api-keys").status, 403u);
}

TEST_F(Access, AnEventAboutAnOrderNeedsTheOrdersOwnChannel) {
    const auto held =
        reserve(R"({"channel":"mkt","order":"9","lines":[{"sku":"BOOT","quantity":1}]})");
    ASSERT_EQ(held.status, 201u);
    const std::string everything = key_;
    key_ = make_key("events:write@web/*");
    EXPECT_EQ(event(R"("type":"order.cancelled","data":{"order":"9","channel":"web"})").status,
              201u)
        << "channels number their orders each for itself: it waits for an order of web";
    const std::string limited = std::exchange(key_, everything);
    EXPECT_EQ(text(get("/v1/reservations/" + text(held, "id")), "status"), "held");
    key_ = limited;
    EXPECT_EQ(event(R"("type":"order.cancelled","data":{"order":"9"})").status, 403u);
    EXPECT_EQ(
        event(
            R"("type":"order.created","data":{"order":"10","channel":"web","lines":[{"sku":"BOOT","quantity":1}]})")
            .status,
        201u);
}

TEST_F(Access, AKeyThatIsMadeForASourceSpeaksAsNoOther) {
    const auto made = post(
        "/v1/api-keys",
        R"({"title":"till","scopes":["events:write@*/*","catalog:write@*/*"],"source":"till-1"})");
    ASSERT_EQ(made.status, 201u) << made.body;
    EXPECT_EQ(text(made, "source"), "till-1");
    EXPECT_NE(get("/v1/api-keys").body.find(R"("source":"till-1")"), std::string::npos);
    key_ = text(made, "key");
    const auto sale = [](const std::string& id, const std::string& source) {
        return R"({"specversion":"1.0","id":")" + id + R"(","source":")" + source +
               R"(","type":"pos.sale","data":{"location":"S1","lines":[{"sku":"BOOT","quantity":1}]}})";
    };
    EXPECT_EQ(post("/v1/events", sale("a", "till-1")).status, 201u);
    EXPECT_EQ(code_of(post("/v1/events", sale("b", "till-2"))), "source_not_allowed");
    EXPECT_EQ(code_of(post("/v1/events", sale("b", "till-11"))), "source_not_allowed");
    const auto batch =
        call("POST", "/v1/events:batch", sale("c", "till-2") + "\n" + sale("d", "till-1") + "\n",
             "Content-Type: application/x-ndjson\r\n");
    EXPECT_NE(batch.body.find("source_not_allowed"), std::string::npos) << batch.body;
    EXPECT_NE(batch.body.find(R"("accepted":1)"), std::string::npos) << batch.body;
    EXPECT_EQ(put("/v1/sources/till-1/epoch", R"({"epoch":1})").status, 200u);
    EXPECT_EQ(code_of(put("/v1/sources/till-2/epoch", R"({"epoch":1})")), "source_not_allowed");
    EXPECT_EQ(code_of(put("/v1/authority", R"({"source":"till-1"})")), "source_not_allowed");
    key_.clear();
    EXPECT_EQ(json(get("/v1/positions/BOOT/S1")).at("on_hand"), 2);
}

TEST_F(Access, AKeyThatMakesKeysIsOfNoSource) {
    EXPECT_EQ(pointer_of(post("/v1/api-keys",
                              R"({"title":"x","scopes":["admin@*/*"],"source":"till-1"})")),
              "#/source");
}

TEST_F(Access, ScopesOnCodesThatComeLaterStartToCount) {
    key_ = make_key("reserve:write@new/*");
    const std::string body = R"({"channel":"new","lines":[{"sku":"BOOT","quantity":1}]})";
    EXPECT_EQ(reserve(body).status, 403u);
    const std::string later = std::exchange(key_, "");
    expect_ok(put("/v1/channels/new", R"({"pool":"main"})"));
    key_ = later;
    EXPECT_EQ(reserve(body).status, 201u);
}

TEST_F(Access, KeysAreMadeShownOnceAndRevokedAtOnce) {
    const auto made = post("/v1/api-keys", R"({"title":"Web","scopes":["reserve:write@web/*"]})");
    ASSERT_EQ(made.status, 201u) << made.body;
    const std::string id = text(made, "id");
    key_ = text(made, "key");
    EXPECT_EQ(reserve(web_).status, 201u);
    key_.clear();
    const auto listed = get("/v1/api-keys");
    EXPECT_NE(listed.body.find(id), std::string::npos);
    EXPECT_EQ(listed.body.find("hf_live_"), std::string::npos);
    const auto facts = get("/v1/facts?limit=1000");
    EXPECT_NE(facts.body.find(id), std::string::npos);
    EXPECT_EQ(facts.body.find("hf_live_"), std::string::npos);
    EXPECT_EQ(call("DELETE", "/v1/api-keys/" + id).status, 204u);
    EXPECT_EQ(code_of(call("DELETE", "/v1/api-keys/" + id)), "unknown_api_key");
    EXPECT_EQ(code_of(call("DELETE", "/v1/api-keys/rsv_1")), "invalid_id");
    key_ = text(made, "key");
    EXPECT_EQ(reserve(web_).status, 401u);
}

TEST_F(Access, AnExpiredKeyIsNobodys) {
    key_ = make_key("reserve:write@*/*", clock_.wall() + 1h);
    EXPECT_EQ(reserve(web_).status, 201u);
    clock_.advance(2h);
    EXPECT_EQ(reserve(web_).status, 401u);
}

TEST_F(Access, KeysNeedScopesThatMeanSomething) {
    EXPECT_EQ(pointer_of(post("/v1/api-keys", R"({"title":"x","scopes":["fly@*/*"]})")),
              "#/scopes/0");
    EXPECT_EQ(pointer_of(post("/v1/api-keys", R"({"title":"x","scopes":[]})")), "#/scopes");
    EXPECT_EQ(pointer_of(post("/v1/api-keys", R"({"title":"x","scopes":["a,b"]})")), "#/scopes/0");
    EXPECT_EQ(code_of(post("/v1/api-keys", R"({"scopes":["admin@*/*"]})")), "missing_field");
}

}  // namespace
}  // namespace holdfast::api
