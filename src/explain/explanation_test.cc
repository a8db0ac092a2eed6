// Goal: every quantity is derived as the glossary says, at any moment, down to the fact or policy
// version that said so. Method: facts made by hand in a read model of their own.
#include "explain/explanation.h"

#include <gmock/gmock.h>

#include "canonical/command.h"
#include "readmodel/test_directory.h"

namespace holdfast::explain {
namespace {

constexpr std::uint32_t kBoot = 0, kDc = 0, kShop = 1, kWeb = 0, kPool = 0, kGroup = 0;

class ExplanationTest : public readmodel::ReadModelTest {
  protected:
    ExplanationTest() {
        make_.entity(FactType::item_upserted, kBoot, "BOOT");
        make_.entity(FactType::location_upserted, kDc, "DC1", kLocationEnabled);
        make_.entity(FactType::location_upserted, kShop, "S1", kLocationEnabled);
        members(FactType::pool_upserted, kPool, "main", {kDc, kShop});
        make_.entity(FactType::channel_upserted, kWeb, "web", kChannelSplits, kPool);
        make_.count(kBoot, kDc, 10);
        make_.count(kBoot, kShop, 4);
    }
    std::uint64_t members(FactType type, std::uint32_t id, std::string_view code,
                          std::vector<std::uint32_t> locations) {
        make_.begin(type).value(FieldTag::entity, EntityField{.id = id});
        make_.writer().text(FieldTag::code, code);
        make_.writer().list<std::uint32_t>(FieldTag::ids, locations);
        return make_.end();
    }
    Explanation explained(const Request& request, std::uint64_t at = 0) {
        if (store_ == nullptr) store_ = open();
        EXPECT_TRUE(apply(*store_, make_.facts()));
        auto reader = readmodel::Reader::open(store_->path());
        EXPECT_TRUE(reader);
        EXPECT_TRUE((*reader)->begin());
        Moment moment(**reader, at == 0 ? make_.seq() : at);
        Explanation answer = explain(moment, request);
        EXPECT_TRUE((*reader)->end());
        return answer;
    }
    Explanation at_dc(std::uint64_t at = 0) {
        return explained({.sku = SkuId{kBoot}, .location = LocationId{kDc}}, at);
    }
    std::int64_t sold(std::uint64_t at = 0) {
        return *value_of(explained({.sku = SkuId{kBoot}, .channel = ChannelId{kWeb}}, at),
                         "available_to_sell");
    }
    static const Node& quantity(const Explanation& e, std::string_view name) {
        const auto it = std::ranges::find(e.quantities, name, &Node::name);
        EXPECT_NE(it, e.quantities.end()) << name;
        return *it;
    }
    static const Node& input(const Node& node, std::string_view name) {
        const auto it = std::ranges::find(node.inputs, name, &Node::name);
        EXPECT_NE(it, node.inputs.end()) << name;
        return *it;
    }
    std::unique_ptr<readmodel::Store> store_;
};

TEST_F(ExplanationTest, AKitIsAsManyAsItsScarcestComponentAllows) {
    constexpr std::uint32_t kSock = 1, kSet = 2;
    const auto kit = [&](std::uint32_t recipe, std::vector<ComponentField> components) {
        make_.begin(FactType::item_upserted).value(FieldTag::entity, EntityField{.id = kSet});
        make_.writer().text(FieldTag::code, "SET");
        make_.writer().value(FieldTag::kit, KitField{.recipe = recipe});
        if (!components.empty())
            make_.writer().list<ComponentField>(FieldTag::components, components);
        return make_.end();
    };
    const auto sets = [&](std::uint64_t at) {
        return explained({.sku = SkuId{kSet}, .channel = ChannelId{kWeb}}, at);
    };
    make_.entity(FactType::item_upserted, kSock, "SOCK");
    make_.count(kSock, kDc, 7);
    const std::uint64_t told = kit(1, {{kBoot, 1}, {kSock, 2}});
    const std::uint64_t sold_out = make_.count(kSock, kShop, 1);
    const std::uint64_t again = kit(1, {});
    const std::uint64_t other = kit(2, {{kBoot, 3}});
    const std::uint64_t none = kit(0, {});

    // Three from DC1, where socks are scarce, and none from S1.
    EXPECT_EQ(value_of(sets(told), "available_to_sell"), 3);
    const Explanation then = sets(again);
    const Node& sum = quantity(then, "available_to_sell");
    EXPECT_EQ(sum.formula, "sum(kits)");
    const Node& at_dc = input(sum, "kits");
    EXPECT_EQ(at_dc.location, LocationId{kDc});
    EXPECT_EQ(at_dc.formula, "min(of_component)");
    ASSERT_EQ(at_dc.inputs.size(), 2U);
    EXPECT_EQ(at_dc.inputs[1].sku, SkuId{kSock});
    EXPECT_EQ(at_dc.inputs[1].formula, "promisable / units");
    EXPECT_EQ(at_dc.inputs[1].value, 3);
    EXPECT_EQ(input(at_dc.inputs[1], "promisable").value, 7);
    EXPECT_EQ(input(at_dc.inputs[1], "units").value, 2);
    EXPECT_EQ(input(at_dc.inputs[1], "units").fact, told);
    // A kit is what it was made of by then.
    EXPECT_EQ(value_of(sets(sold_out), "available_to_sell"), 3);
    EXPECT_EQ(value_of(sets(other), "available_to_sell"), 3 + 1);
    EXPECT_EQ(value_of(sets(none), "available_to_sell"), 0);
    const Explanation at_shop = explained(
        {.sku = SkuId{kSet}, .location = LocationId{kShop}, .channel = ChannelId{kWeb}}, other);
    EXPECT_EQ(value_of(at_shop, "promisable"), 1);
    EXPECT_EQ(value_of(at_shop, "available_to_sell_here"), 1);
    EXPECT_EQ(value_of(at_shop, "on_hand"), 0);
}

TEST_F(ExplanationTest, ABucketIsWhatCameEarlierAndTheNewestChanges) {
    const std::uint64_t first = make_.reserve(kWeb, kBoot, kDc, 1);
    const std::uint64_t second = make_.reserve(kWeb, kBoot, kDc, 2);
    const std::uint64_t third = make_.reserve(kWeb, kBoot, kDc, 3);
    const Explanation e =
        explained({.sku = SkuId{kBoot}, .location = LocationId{kDc}, .facts_per_bucket = 2});
    const Node& reserved = quantity(e, "reserved");
    EXPECT_EQ(reserved.value, 6);
    EXPECT_EQ(reserved.formula, "earlier + sum(change)");
    ASSERT_EQ(reserved.inputs.size(), 3U);
    EXPECT_EQ(reserved.inputs[0].name, "earlier");
    EXPECT_EQ(reserved.inputs[0].value, 1);
    EXPECT_EQ(reserved.inputs[0].fact, first);
    EXPECT_EQ(reserved.inputs[0].facts_before, first + 1);
    EXPECT_EQ(reserved.inputs[1].fact, third);
    EXPECT_EQ(reserved.inputs[1].value, 3);
    EXPECT_EQ(reserved.inputs[1].balance, 6);
    EXPECT_EQ(reserved.inputs[2].fact, second);
}

TEST_F(ExplanationTest, TheMomentDecidesWhatIsSeen) {
    const std::uint64_t before = make_.seq();
    make_.reserve(kWeb, kBoot, kDc, 4);
    make_.policy(PolicyKind::safety_stock, kBoot, kNoId, 3);
    EXPECT_EQ(value_of(at_dc(before), "promisable"), 10);
    EXPECT_EQ(value_of(at_dc(before + 1), "promisable"), 6);
    EXPECT_EQ(value_of(at_dc(), "promisable"), 3);
    EXPECT_EQ(value_of(at_dc(), "free"), 6);
    EXPECT_EQ(value_of(at_dc(2), "on_hand"), 0);
}

TEST_F(ExplanationTest, WhatIsPromisedBeyondTheShelfIsOversoldAndNeverPromisable) {
    make_.count(kBoot, kDc, -12);
    EXPECT_EQ(value_of(at_dc(), "sellable"), -2);
    EXPECT_EQ(value_of(at_dc(), "oversold"), 2);
    EXPECT_EQ(value_of(at_dc(), "promisable"), 0);
    EXPECT_EQ(sold(), 4);  // the shop's, not netted with what is missing
}

TEST_F(ExplanationTest, APolicyShowsTheRowsThatCoverItTheWinnerFirst) {
    make_.policy(PolicyKind::safety_stock, kNoId, kNoId, 1);
    make_.policy(PolicyKind::safety_stock, kNoId, kDc, 2);
    make_.policy(PolicyKind::safety_stock, kBoot, kDc, 5);
    const std::uint64_t removed = make_.policy(PolicyKind::safety_stock, kBoot, kDc, -1);
    const Node stock = quantity(at_dc(), "safety_stock");
    EXPECT_EQ(stock.value, 2);
    EXPECT_EQ(stock.formula, "first(row)");
    ASSERT_EQ(stock.inputs.size(), 3U);
    EXPECT_TRUE(stock.inputs[0].removed);
    EXPECT_EQ(stock.inputs[0].fact, removed);
    EXPECT_EQ(stock.inputs[1].name, "row");
    EXPECT_EQ(stock.inputs[1].row->location, LocationId{kDc});
    EXPECT_EQ(stock.inputs[1].row->sku, kNoSku);
    EXPECT_EQ(quantity(at_dc(removed - 1), "safety_stock").value, 5);
}

TEST_F(ExplanationTest, AClosedLocationAndADisabledSkuPromiseNothing) {
    const std::uint64_t open = make_.seq();
    make_.entity(FactType::location_upserted, kDc, "DC1", 0);
    EXPECT_EQ(value_of(at_dc(), "promisable"), 0);
    EXPECT_EQ(input(quantity(at_dc(), "promisable"), "location_open").fact, make_.seq());
    EXPECT_EQ(sold(), 4);
    make_.entity(FactType::location_upserted, kDc, "DC1", kLocationEnabled);
    make_.policy(PolicyKind::enabled, kBoot, kNoId, 0);
    EXPECT_EQ(value_of(at_dc(), "promisable"), 0);
    make_.policy(PolicyKind::enabled, kBoot, kDc, 1);
    EXPECT_EQ(value_of(at_dc(), "promisable"), 10);
    EXPECT_EQ(value_of(at_dc(open), "promisable"), 10);
}

TEST_F(ExplanationTest, ASilentNodePromisesWhatItsOfflineBufferLeaves) {
    make_.policy(PolicyKind::buffer, kNoId, kNoId, 2);
    make_.begin(FactType::node_offline).value(FieldTag::entity, EntityField{.id = kDc});
    const std::uint64_t silent = make_.end();
    EXPECT_EQ(value_of(at_dc(), "promisable"), 0);
    make_.policy(PolicyKind::offline_buffer, kNoId, kDc, 7);
    EXPECT_EQ(value_of(at_dc(), "promisable"), 3);
    make_.begin(FactType::node_online).value(FieldTag::entity, EntityField{.id = kDc});
    make_.end();
    EXPECT_EQ(value_of(at_dc(), "promisable"), 8);
    EXPECT_EQ(value_of(at_dc(silent - 1), "promisable"), 8);
    EXPECT_EQ(value_of(at_dc(silent), "promisable"), 0);
}

TEST_F(ExplanationTest, AChannelSellsTheSumOfItsPoolOrItsLargestLocation) {
    EXPECT_EQ(sold(), 14);
    make_.entity(FactType::channel_upserted, kWeb, "web", 0, kPool);
    EXPECT_EQ(sold(), 10);
    members(FactType::pool_upserted, kPool, "main", {kShop});
    EXPECT_EQ(sold(), 4);
    make_.entity(FactType::channel_upserted, kWeb, "web", kChannelSplits, kNoId);
    EXPECT_EQ(sold(), 0);
    EXPECT_EQ(sold(7), 14);  // as it was when the shop had been counted
}

TEST_F(ExplanationTest, AGroupKeepsItsSafetyStockOnceForAllItsLocations) {
    members(FactType::group_upserted, kGroup, "north", {kDc, kShop});
    make_.policy(PolicyKind::safety_stock, kNoId, kNoId, 2);
    EXPECT_EQ(sold(), 10);
    make_.policy(PolicyKind::group_safety_stock, kBoot, kGroup, 6);
    EXPECT_EQ(value_of(at_dc(), "safety_stock"), 0);
    EXPECT_EQ(sold(), 8);
    const Explanation e = explained({.sku = SkuId{kBoot}, .channel = ChannelId{kWeb}});
    const Node& from = input(quantity(e, "available_to_sell"), "from_group");
    EXPECT_EQ(input(from, "group_pool").value, 8);
    EXPECT_EQ(input(input(from, "group_pool"), "group_safety_stock").value, 6);
}

TEST_F(ExplanationTest, WhatAChannelMayTakeHereEndsWithItsPool) {
    const Request here{
        .sku = SkuId{kBoot}, .location = LocationId{kDc}, .channel = ChannelId{kWeb}};
    EXPECT_EQ(value_of(explained(here), "available_to_sell_here"), 10);
    EXPECT_EQ(value_of(explained(here), "available_to_sell"), 14);
    members(FactType::pool_upserted, kPool, "main", {kShop});
    EXPECT_EQ(value_of(explained(here), "available_to_sell_here"), 0);
}

TEST_F(ExplanationTest, WhatMayBeBackOrderedIsBoundedByLimitSupplyAndHorizon) {
    const Instant soon = make_.now() + std::chrono::hours(48);
    const Instant late = make_.now() + std::chrono::hours(24 * 20);
    const auto schedule = [&](FactType type, std::string_view order, Units units, Instant due) {
        make_.begin(type);
        make_.post(kBoot, kDc, Bucket::inbound, units);
        make_.writer().text(FieldTag::document, order);
        make_.writer().list<std::uint64_t>(FieldTag::document_lines, std::vector<std::uint64_t>{1});
        make_.writer().value(FieldTag::due, to_raw(due));
        return make_.end();
    };
    schedule(FactType::inbound_scheduled, "PO-1", 30, soon);
    const std::uint64_t second = schedule(FactType::inbound_scheduled, "PO-2", 50, late);
    EXPECT_EQ(value_of(at_dc(), "backorderable"), 0);  // no limit: none
    make_.policy(PolicyKind::backorder_limit, kNoId, kNoId, 60);
    EXPECT_EQ(value_of(at_dc(), "backorderable"), 60);
    make_.policy(PolicyKind::backorder_horizon, kNoId, kNoId, 7);
    EXPECT_EQ(value_of(at_dc(), "backorderable"), 30);
    const Explanation inside = at_dc();
    const Node& supply = input(quantity(inside, "backorderable"), "supply");
    EXPECT_EQ(supply.formula, "min(expected, inbound + in_transit)");
    const Node& expected = input(supply, "expected");
    EXPECT_EQ(expected.until, make_.now() + std::chrono::hours(24 * 7));
    EXPECT_EQ(input(expected, "due").due, soon);
    EXPECT_EQ(input(expected, "due").fact, second - 1);
    // The first one slips behind the horizon, and what is oversold waits before anybody else.
    const std::uint64_t before_slip = make_.seq();
    schedule(FactType::inbound_changed, "PO-1", 0, late);
    EXPECT_EQ(value_of(at_dc(), "backorderable"), 0);
    EXPECT_EQ(value_of(at_dc(before_slip), "backorderable"), 30);
    make_.policy(PolicyKind::backorder_horizon, kBoot, kNoId, 30);
    EXPECT_EQ(value_of(at_dc(), "backorderable"), 60);
    make_.count(kBoot, kDc, -45);
    EXPECT_EQ(value_of(at_dc(), "oversold"), 35);
    EXPECT_EQ(value_of(at_dc(), "backorderable"), 45);
    EXPECT_EQ(value_of(explained({.sku = SkuId{kBoot},
                                  .location = LocationId{kDc},
                                  .now = make_.now() - std::chrono::hours(24 * 25)}),
                       "backorderable"),
              0);
}

TEST_F(ExplanationTest, ManyDatesOfSupplyAreToldInPartAndSummedInFull) {
    std::uint64_t newest = 0;
    for (int day = 1; day <= 103; ++day) {
        make_.begin(FactType::inbound_scheduled);
        make_.post(kBoot, kDc, Bucket::inbound, 2);
        make_.writer().text(FieldTag::document, "PO-" + std::to_string(day));
        make_.writer().list<std::uint64_t>(FieldTag::document_lines, std::vector<std::uint64_t>{1});
        make_.writer().value(FieldTag::due, to_raw(make_.now() + std::chrono::hours(24 * day)));
        newest = make_.end();
    }
    const Explanation e = at_dc();
    const Node& expected = input(input(quantity(e, "backorderable"), "supply"), "expected");
    EXPECT_EQ(expected.value, 206);
    ASSERT_EQ(expected.inputs.size(), 101U);
    EXPECT_EQ(expected.inputs.back().value, 6);
    EXPECT_EQ(expected.inputs.back().facts, 3U);
    EXPECT_EQ(expected.inputs.back().fact, newest);
    EXPECT_FALSE(expected.inputs.back().due);
}

TEST_F(ExplanationTest, TellsHowOldTheSourcesAre) {
    make_.begin(FactType::pos_sale).header().source = 9;
    make_.post(kBoot, kDc, Bucket::sellable, -1);
    make_.end();
    make_.begin(FactType::pos_sale).header().source = 9;
    make_.post(kBoot, kShop, Bucket::sellable, -1);
    const std::uint64_t newest = make_.end();
    make_.reserve(kWeb, kBoot, kDc, 1);
    const Explanation e = at_dc();
    ASSERT_EQ(e.sources.size(), 1U);
    EXPECT_EQ(e.sources[0].source, 9U);
    EXPECT_EQ(e.sources[0].fact, newest);
    EXPECT_EQ(at_dc(newest - 1).sources[0].fact, newest - 1);
}

}  // namespace
}  // namespace holdfast::explain
