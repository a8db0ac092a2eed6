// Goal: kits over HTTP are sold from their components, and say so. Method: the small retailer of
// the fixture (BOOT: 24 at DC1, 4 at S1), with a kit of one BOOT and two SOCK.
#include "api/api_fixture.h"

namespace holdfast::api {
namespace {

class Kits : public ApiTest {
  protected:
    Kits() {
        make_retailer();
        count("SOCK", "DC1", 9);
        count("SOCK", "S1", 20);
        made_ =
            put("/v1/items/SET", R"({"title":"Set","kit":{"components":[)"
                                 R"({"sku":"BOOT","quantity":1},{"sku":"SOCK","quantity":2}]}})");
    }
    http::Answer made_;
};

TEST_F(Kits, TellWhatTheyAreMadeOf) {
    const std::string kit =
        R"({"components":[{"sku":"BOOT","quantity":1},{"sku":"SOCK","quantity":2}],"assembled":false})";
    ASSERT_EQ(made_.status, 200u) << made_.body;
    EXPECT_EQ(boost::json::serialize(json(made_).at("kit")), kit);
    // Another title leaves the kit as it is.
    EXPECT_EQ(json(put("/v1/items/SET", R"({"title":"The set"})")).if_contains("kit"), nullptr);
    EXPECT_EQ(boost::json::serialize(json(get("/v1/items/SET")).at("kit")), kit);
    EXPECT_EQ(json(get("/v1/items/BOOT")).if_contains("kit"), nullptr);
    EXPECT_TRUE(json(put("/v1/items/SET", R"({"kit":null})")).at("kit").is_null());
    EXPECT_EQ(json(get("/v1/items/SET")).if_contains("kit"), nullptr);
}

TEST_F(Kits, AreAsManyAsTheirComponentsAllow) {
    const auto all = json(get("/v1/availability?channel=web&sku=SET"));
    EXPECT_EQ(all.at("data").as_array().at(0).at("available_to_sell"), 8);
    const auto here = json(get("/v1/availability?channel=web&sku=SET&location=DC1"));
    EXPECT_EQ(here.at("data").as_array().at(0).at("available_to_sell"), 4);
    const auto before = get("/v1/positions/SET/DC1");
    EXPECT_EQ(json(before).at("available_to_sell"), 4);
    EXPECT_EQ(json(before).at("on_hand"), 0);
    count("SOCK", "DC1", 4);
    const auto after =
        get("/v1/positions/SET/DC1", "If-None-Match: " + before.fields.at("ETag") + "\r\n");
    ASSERT_EQ(after.status, 200u);
    EXPECT_EQ(json(after).at("available_to_sell"), 2);
}

TEST_F(Kits, AreHeldByTheirComponents) {
    const auto held = reserve(R"({"channel":"web","lines":[{"sku":"SET","quantity":3}]})");
    ASSERT_EQ(held.status, 201u) << held.body;
    EXPECT_EQ(boost::json::serialize(json(held).at("lines")),
              R"([{"line":1,"sku":"BOOT","location":"DC1","quantity":3,"kit":"SET"},)"
              R"({"line":1,"sku":"SOCK","location":"DC1","quantity":6,"kit":"SET"}])");
    const std::string id = text(held, "id");
    const auto released =
        post("/v1/reservations/" + id + "/release", R"({"lines":[{"line":1,"quantity":1}]})",
             "Idempotency-Key: kit-1\r\n");
    EXPECT_EQ(boost::json::serialize(json(released).at("lines")),
              R"([{"sku":"BOOT","location":"DC1","quantity":-1},)"
              R"({"sku":"SOCK","location":"DC1","quantity":-2}])");
    const auto now = json(get("/v1/reservations/" + id));
    EXPECT_EQ(now.at("lines").as_array().at(1).at("kit"), "SET");
    EXPECT_EQ(now.at("lines").as_array().at(1).at("reserved"), 4);
    const auto refused = reserve(R"({"channel":"web","lines":[{"sku":"SET","quantity":9}]})");
    EXPECT_EQ(code_of(refused), "insufficient_stock");
    EXPECT_EQ(pointer_of(refused), "#/lines/0/quantity");
}

TEST_F(Kits, StandWhereTheyMay) {
    const auto sale = event(
        R"("type":"pos.sale","data":{"location":"DC1","lines":[{"sku":"SET","quantity":1}]})");
    EXPECT_EQ(code_of(sale), "kit_not_allowed");
    EXPECT_EQ(pointer_of(sale), "#/data/lines/0/sku");
    const auto nested = put("/v1/items/BAG", R"({"kit":{"components":[{"sku":"BOOT","quantity":1},)"
                                             R"({"sku":"SET","quantity":1}]}})");
    EXPECT_EQ(code_of(nested), "kit_not_allowed");
    EXPECT_EQ(pointer_of(nested), "#/kit/components/1/sku");
    EXPECT_EQ(code_of(put("/v1/items/BAG", R"({"kit":{"components":[]}})")), "invalid_value");
    EXPECT_EQ(code_of(put("/v1/items/BAG", R"({"kit":{"assembled":true}})")), "missing_field");
}

TEST_F(Kits, ThatAreAssembledHaveStockOfTheirOwn) {
    expect_ok(put("/v1/items/BOX", R"({"kit":{"components":[{"sku":"BOOT","quantity":2}],)"
                                   R"("assembled":true}})"));
    count("BOX", "DC1", 5);
    const auto all = json(get("/v1/availability?channel=web&sku=BOX"));
    EXPECT_EQ(all.at("data").as_array().at(0).at("available_to_sell"), 5);
}

}  // namespace
}  // namespace holdfast::api
