// The algebra of physical stock: a balance is the sum of what happened, in whatever order, pieces
// and documents it was told.
#include <algorithm>

#include "properties.h"
#include "shop.h"

namespace holdfast::properties {
namespace {

using ledger::Outcome;

std::vector<Units> levels_after(std::span<const Move> moves) {
    Shop shop;
    for (const Move& move : moves) shop.move(move);
    return shop.levels();
}

void any_order_of_deltas() {
    const auto moves = *any_moves();
    auto shuffled = moves;
    for (std::size_t i = shuffled.size(); i > 1; --i)
        std::swap(shuffled[i - 1], shuffled[*between<std::size_t>(0, i)]);
    RC_ASSERT(levels_after(moves) == levels_after(shuffled));
}

void any_split_of_a_quantity() {
    const Move whole = *any_move();
    RC_PRE(whole.quantity > 1);
    const Units first = *between<Units>(1, whole.quantity);
    Move part = whole, rest = whole;
    part.quantity = first;
    rest.quantity -= first;
    RC_ASSERT(levels_after(std::vector{whole}) == levels_after(std::vector{part, rest}));
}

/// The same moves of one type, as one event of many lines or as events of the given sizes.
void any_split_into_batches() {
    const FactType type = *rc::gen::element(FactType::receipt_posted, FactType::pos_sale,
                                            FactType::pos_void, FactType::return_received);
    auto moves = *rc::gen::nonEmpty(any_moves());
    std::vector<Line> lines;
    for (Move& move : moves) {
        move.type = type;
        move.quantity = std::abs(move.quantity);
        lines.push_back({.sku = move.sku,
                         .location = move.at,
                         .names_location = true,
                         .quantity = move.quantity});
    }
    Shop batched;
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t size = *between<std::size_t>(1, lines.size() - at + 1);
        batched.must(RecordEvent{.type = type, .lines = std::span(lines).subspan(at, size)});
        at += size;
    }
    RC_ASSERT(batched.levels() == levels_after(moves));
}

void the_sum_of_deltas() {
    const auto moves = *any_moves();
    std::map<std::pair<SkuId, LocationId>, Units> sums;
    for (const Move& move : moves) sums[{move.sku, move.at}] += move.delta();
    Shop shop;
    for (const Move& move : moves) shop.move(move);
    for (const auto& [where, sum] : sums)
        RC_ASSERT(shop.level(where.first, where.second, Bucket::sellable) == sum);
}

void a_sale_and_its_void() {
    Shop shop;
    shop.fill(kShoe, *any_shelves());
    const auto before = shop.levels();
    const Units units = *any_units();
    const LocationId at{*between<std::uint32_t>(0, kLocations)};
    shop.move({FactType::pos_sale, kShoe, at, units});
    shop.move({FactType::pos_void, kShoe, at, units});
    RC_ASSERT(shop.levels() == before);
}

void a_count_is_what_is_there() {
    Shop shop;
    for (const Move& move : *any_moves()) shop.move(move);
    const LocationId at{*between<std::uint32_t>(0, kLocations)};
    const Units counted = *between<Units>(0, 30);
    shop.count(kShoe, at, counted);
    RC_ASSERT(shop.level(kShoe, at, Bucket::sellable) == counted);
    const auto once = shop.levels();
    shop.count(kShoe, at, counted);
    RC_ASSERT(shop.levels() == once);
}

void below_zero_stays_below_zero() {
    Shop shop;
    const Units there = *between<Units>(0, 5);
    const Units sold = there + *any_units();
    shop.count(kShoe, LocationId{0}, there);
    shop.move({FactType::pos_sale, kShoe, LocationId{0}, sold});
    RC_ASSERT(shop.level(kShoe, LocationId{0}, Bucket::sellable) == there - sold);
    RC_ASSERT(shop.raised() == std::vector{CaseKind::negative_sellable});
    // A correction up to zero finds nothing that could be sold.
    shop.move({FactType::stock_adjusted, kShoe, LocationId{0}, sold - there});
    RC_ASSERT(shop.ats() == 0);
}

/// Between two buckets of one shelf: both adjustments together move nothing in or out.
void damage_and_repair() {
    Shop shop;
    shop.fill(kShoe, *any_shelves());
    const auto before = shop.levels();
    const Units units = *any_units();
    const auto adjust = [&](Units sellable, Units damaged) {
        const Line lines[] = {{.sku = kShoe, .bucket = Bucket::sellable, .quantity = sellable},
                              {.sku = kShoe, .bucket = Bucket::damaged, .quantity = damaged}};
        RecordEvent event{.type = FactType::stock_adjusted,
                          .location = LocationId{1},
                          .names_location = true,
                          .lines = lines};
        event.envelope.reason = "dropped";
        shop.must(event);
    };
    adjust(-units, units);
    adjust(units, -units);
    RC_ASSERT(shop.levels() == before);
}

/// Whatever the fact, what appears somewhere has left somewhere else.
void legs_sum_to_zero() {
    Shop shop;
    for (const Move& move : *any_moves()) shop.move(move);
    const Result<void> read = for_each_fact(shop.facts(), [](const FactView& fact) -> Result<void> {
        std::map<SkuId, Units> legs;
        for (std::size_t i = 0; i < fact.posting_count(); ++i) {
            const Posting posting = fact.posting(i);
            if (is_physical(posting.bucket) || posting.bucket == Bucket::external)
                legs[posting.sku] += posting.delta;
        }
        for (const auto& [sku, sum] : legs) RC_ASSERT(sum == 0);
        return {};
    });
    RC_ASSERT(read.has_value());
}

void an_event_of_an_unknown_thing() {
    Shop shop;
    for (const Move& move : *any_moves()) shop.move(move);
    const Hash128 before = shop.state().state_hash();
    std::vector<Line> lines;
    for (const Move& move : *rc::gen::nonEmpty(any_moves()))
        lines.push_back({.sku = move.sku,
                         .location = move.at,
                         .names_location = true,
                         .quantity = std::abs(move.quantity)});
    Line& wrong = lines[*between<std::size_t>(0, lines.size())];
    const bool item = *rc::gen::arbitrary<bool>();
    if (item)
        wrong.sku = kNoSku;
    else
        wrong.location = kNoLocation;
    const Answer outcome = shop.run(RecordEvent{.type = FactType::receipt_posted, .lines = lines});
    RC_ASSERT(outcome.refusal == (item ? Refusal::unknown_sku : Refusal::unknown_location));
    RC_ASSERT(outcome.problems.size() == 1U);
    RC_ASSERT(shop.state().state_hash() == before);
}

}  // namespace

void check_stock(Properties& p) {
    p.check("any order of deltas gives the same balances", any_order_of_deltas);
    p.check("any split of a quantity gives the same balances", any_split_of_a_quantity);
    p.check("any split into batches gives the same balances", any_split_into_batches);
    p.check("a balance is the sum of its deltas, however far below zero", the_sum_of_deltas);
    p.check("a void takes its sale back", a_sale_and_its_void);
    p.check("a count sets what is there, and once more changes nothing", a_count_is_what_is_there);
    p.check("stock below zero raises a case, and correcting it creates no unit",
            below_zero_stays_below_zero);
    p.check("damage and repair of the same units cancel out", damage_and_repair);
    p.check("the legs of every movement sum to zero", legs_sum_to_zero);
    p.check("one unknown line refuses the event and changes nothing", an_event_of_an_unknown_thing);
}

}  // namespace holdfast::properties
