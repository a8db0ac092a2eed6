// What may be sold: the formulas of docs/glossary.md, "available to sell", each against a few lines
// of its own arithmetic.
#include <algorithm>
#include <numeric>

#include "properties.h"
#include "shop.h"

namespace holdfast::properties {
namespace {

using ledger::available_to_sell;
using ledger::Outcome;

/// A shop with stock, promises, safety stock, buffers and a closed location, and its formula.
struct Stocked {
    explicit Stocked(bool splits = true) : shop(splits) {
        shop.fill(kShoe, *any_shelves());
        if (*rc::gen::arbitrary<bool>()) shop.sold(*any_units(), "SOLD");
        for (std::uint32_t at = 0; at < kLocations; ++at) {
            safety[at] = *between<Units>(0, 4);
            buffer[at] = *between<Units>(0, 3);
            enabled[at] = *between(0, 5) != 0;
            shop.policy(PolicyKind::safety_stock, kShoe, LocationId{at}, safety[at]);
            shop.policy(PolicyKind::buffer, kShoe, LocationId{at}, buffer[at]);
            shop.open(LocationId{at}, enabled[at]);
        }
    }
    [[nodiscard]] Units promisable(std::uint32_t at) const {
        if (!enabled[at]) return 0;
        return std::max<Units>(0, shop.free(kShoe, LocationId{at}) - safety[at] - buffer[at]);
    }
    [[nodiscard]] Units sum() const {
        Units units = 0;
        for (std::uint32_t at = 0; at < kLocations; ++at) units += promisable(at);
        return units;
    }
    [[nodiscard]] Units largest() const {
        Units units = 0;
        for (std::uint32_t at = 0; at < kLocations; ++at) units = std::max(units, promisable(at));
        return units;
    }
    Shop shop;
    std::array<Units, kLocations> safety{};
    std::array<Units, kLocations> buffer{};
    std::array<bool, kLocations> enabled{};
};

void the_formula() {
    const Stocked s;
    RC_ASSERT(s.shop.ats() == s.sum());
    for (std::uint32_t at = 0; at < kLocations; ++at)
        RC_ASSERT(available_to_sell(s.shop.state(), kWeb, kShoe, LocationId{at}).units ==
                  s.promisable(at));
}

void without_splitting() {
    const Stocked s(false);
    RC_ASSERT(s.shop.ats() == s.largest());
}

void no_netting() {
    Stocked s;
    const auto at = *between<std::uint32_t>(0, kLocations);
    const Units others = s.shop.ats() - s.promisable(at);
    s.shop.move({FactType::pos_sale, kShoe, LocationId{at}, *between<Units>(30, 900)});
    RC_ASSERT(s.promisable(at) == 0);
    RC_ASSERT(s.shop.ats() == others);
}

void more_stock_sells_no_less() {
    Stocked s(*rc::gen::arbitrary<bool>());
    const Units before = s.shop.ats();
    Move move = *any_move();
    move.sku = kShoe;
    s.shop.move(move);
    if (move.delta() >= 0)
        RC_ASSERT(s.shop.ats() >= before && s.shop.ats() <= before + move.delta());
    else
        RC_ASSERT(s.shop.ats() <= before && s.shop.ats() >= before + move.delta());
}

void more_safety_sells_no_more(PolicyKind kind) {
    Stocked s(*rc::gen::arbitrary<bool>());
    const auto at = *between<std::uint32_t>(0, kLocations);
    const Units before = s.shop.ats();
    const Units there = s.promisable(at);
    const Units more = *between<Units>(1, 9);
    const Units now = kind == PolicyKind::safety_stock ? s.safety[at] : s.buffer[at];
    s.shop.policy(kind, kShoe, LocationId{at}, now + more);
    RC_ASSERT(s.shop.ats() <= before);
    const Units left = available_to_sell(s.shop.state(), kWeb, kShoe, LocationId{at}).units;
    // Once, not twice, and never below nothing.
    RC_ASSERT(left == std::max<Units>(0, there - more));
}

void closing_a_location() {
    Stocked s;
    const auto at = *between<std::uint32_t>(0, kLocations);
    s.shop.open(LocationId{at}, true);
    const Units open = s.shop.ats();
    const Units there = available_to_sell(s.shop.state(), kWeb, kShoe, LocationId{at}).units;
    s.shop.open(LocationId{at}, false);
    RC_ASSERT(s.shop.ats() == open - there);
    s.shop.open(LocationId{at}, true);
    RC_ASSERT(s.shop.ats() == open);
}

void the_order_of_a_pool() {
    Stocked s(*rc::gen::arbitrary<bool>());
    const Units before = s.shop.ats();
    auto order = all_locations();
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[*between<std::size_t>(0, i)]);
    s.shop.pool(order);
    RC_ASSERT(s.shop.ats() == before);
}

void a_smaller_pool() {
    Stocked s;
    auto part = all_locations();
    part.resize(*between<std::size_t>(0, part.size() + 1));
    Units expected = 0;
    for (const LocationId at : part) expected += s.promisable(at.raw);
    s.shop.pool(part);
    RC_ASSERT(s.shop.ats() == expected);
}

void what_may_be_sold_is_granted() {
    Stocked s(*rc::gen::arbitrary<bool>());
    const Units available = s.shop.ats();
    const Units wanted = *any_units();
    const Answer outcome = s.shop.hold(wanted);
    RC_ASSERT((outcome.kind == Outcome::Kind::recorded) == (wanted <= available));
    if (outcome.kind == Outcome::Kind::refused) {
        RC_ASSERT(outcome.problems.size() == 1U);
        RC_ASSERT(outcome.problems[0].available_to_sell == available);
        RC_ASSERT(outcome.problems[0].requested == wanted);
    }
}

void split_not_allowed() {
    Stocked s(false);
    const Units sum = s.sum(), largest = s.largest();
    const Units wanted = *any_units();
    const Answer outcome = s.shop.hold(wanted);
    const bool could_split = sum >= wanted && wanted > largest;
    RC_ASSERT((outcome.refusal == Refusal::split_not_allowed) == could_split);
    RC_ASSERT((outcome.refusal == Refusal::insufficient_stock) == (sum < wanted));
}

void a_granted_hold_lowers_it() {
    Stocked s;
    s.shop.move({FactType::receipt_posted, kShoe, LocationId{0}, 40});
    s.shop.open(LocationId{0}, true);
    s.enabled[0] = true;
    const Units available = s.shop.ats();
    const Units wanted = *between<Units>(1, available + 1);
    std::array<Units, kLocations> before{};
    for (std::uint32_t at = 0; at < kLocations; ++at) before[at] = s.promisable(at);
    s.shop.hold(wanted);
    RC_ASSERT(s.shop.ats() == available - wanted);
    for (std::uint32_t at = 0; at < kLocations; ++at) RC_ASSERT(s.promisable(at) <= before[at]);
}

/// Lines of one SKU are checked in sum, whatever their number.
void lines_in_sum() {
    Stocked s;
    const auto quantities = *rc::gen::nonEmpty(rc::gen::container<std::vector<Units>>(any_units()));
    std::vector<Line> lines;
    for (const Units units : quantities) lines.push_back({.sku = kShoe, .quantity = units});
    const Units wanted = std::accumulate(quantities.begin(), quantities.end(), Units{0});
    const Units available = s.shop.ats();
    const Answer outcome = s.shop.hold(lines);
    RC_ASSERT((outcome.kind == Outcome::Kind::recorded) == (wanted <= available));
    RC_ASSERT(s.shop.ats() == (wanted <= available ? available - wanted : available));
}

/// In part: each line is held whole or set aside, and no unit is promised that was not there.
void holds_in_part() {
    Stocked s;
    const auto quantities = *rc::gen::nonEmpty(rc::gen::container<std::vector<Units>>(any_units()));
    std::vector<Line> lines;
    for (const Units units : quantities) lines.push_back({.sku = kShoe, .quantity = units});
    const Units available = s.shop.ats();
    const Units reserved = s.shop.sum(kShoe, Bucket::reserved);
    const Answer outcome = s.shop.hold(lines, true);
    const Units held = s.shop.sum(kShoe, Bucket::reserved) - reserved;
    RC_ASSERT(held <= available);
    RC_ASSERT(s.shop.ats() == available - held);
    if (outcome.kind != Outcome::Kind::recorded) {
        RC_ASSERT(outcome.problems.size() == lines.size());
        return;
    }
    Units whole = 0;
    const auto* hold = s.shop.state().reservations.find(ReservationId{outcome.seq});
    std::map<std::uint64_t, Units> by_line;
    for (const ledger::Part& part : s.shop.state().reservations.parts(*hold))
        by_line[part.line] += part.reserved;
    for (const auto& [line, units] : by_line) {
        RC_ASSERT(units == quantities[line - 1]);
        whole += units;
    }
    RC_ASSERT(whole == held);
}

/// The most specific row wins, in whatever order the rows came.
void the_most_specific_policy() {
    Shop shop;
    shop.count(kShoe, LocationId{0}, 100);
    struct Row {
        SkuId sku;
        LocationId at;
        Units value = 0;
    };
    std::vector<Row> rows = {{kNoSku, kNoLocation},
                             {kNoSku, LocationId{0}},
                             {kShoe, kNoLocation},
                             {kShoe, LocationId{0}}};
    std::optional<Units> expected;
    std::vector<Row> set;
    for (Row& row : rows) {  // from the widest to the narrowest
        if (!*rc::gen::arbitrary<bool>()) continue;
        row.value = *between<Units>(0, 50);
        expected = row.value;
        set.push_back(row);
    }
    for (std::size_t i = set.size(); i > 1; --i)
        std::swap(set[i - 1], set[*between<std::size_t>(0, i)]);
    for (const Row& row : set) shop.policy(PolicyKind::safety_stock, row.sku, row.at, row.value);
    RC_ASSERT(shop.ats() == 100 - expected.value_or(0));
    // And without the rows everything is as before.
    for (const Row& row : set) shop.policy(PolicyKind::safety_stock, row.sku, row.at, -1);
    RC_ASSERT(shop.ats() == 100);
}

}  // namespace

void check_availability(Properties& p) {
    p.check("what a channel may sell is the sum of what its locations may promise", the_formula);
    p.check("a channel that may not split sells the largest single location", without_splitting);
    p.check("an oversold location takes nothing from the others of its pool", no_netting);
    p.check("more stock never sells less, and by no more than what came", more_stock_sells_no_less);
    p.check("safety stock is subtracted once",
            [] { more_safety_sells_no_more(PolicyKind::safety_stock); });
    p.check("a buffer is subtracted once", [] { more_safety_sells_no_more(PolicyKind::buffer); });
    p.check("a closed location sells nothing, and all of it again when it opens",
            closing_a_location);
    p.check("the order of a pool does not change what may be sold", the_order_of_a_pool);
    p.check("a channel sells from its pool alone", a_smaller_pool);
    p.check("a hold is granted exactly when that much may be sold", what_may_be_sold_is_granted);
    p.check("split_not_allowed exactly when the sum would do and no single location does",
            split_not_allowed);
    p.check("a granted hold lowers what may be sold by its quantity", a_granted_hold_lowers_it);
    p.check("lines of one item are checked in sum", lines_in_sum);
    p.check("a hold in part takes whole lines and never more than there is", holds_in_part);
    p.check("the most specific policy row wins, in whatever order they came",
            the_most_specific_policy);
}

}  // namespace holdfast::properties
