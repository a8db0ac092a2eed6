// Orders: promises that were made elsewhere are kept, whatever the shelves say.
#include <algorithm>

#include "properties.h"
#include "shop.h"

namespace holdfast::properties {
namespace {

using ledger::Outcome;

bool raises(const Shop& shop, CaseKind kind) {
    const auto raised = shop.raised();
    return std::find(raised.begin(), raised.end(), kind) != raised.end();
}

/// Units of the pool that are free, safety stock included, no location netting another.
Units free_in_pool(const Shop& shop) {
    Units units = 0;
    for (const LocationId at : all_locations()) units += std::max<Units>(0, shop.free(kShoe, at));
    return units;
}

void sold_elsewhere_is_never_refused() {
    Shop shop;
    shop.fill(kShoe, *any_shelves());
    shop.policy(PolicyKind::safety_stock, kShoe, kNoLocation, *between<Units>(0, 4));
    const Units free = free_in_pool(shop);
    const Units reserved = shop.sum(kShoe, Bucket::reserved);
    const Units wanted = *any_units();
    RC_ASSERT(shop.sold(wanted, "A-1").kind == Outcome::Kind::recorded);
    RC_ASSERT(shop.sum(kShoe, Bucket::reserved) == reserved + wanted);
    // Oversold by exactly what is not there, and exactly then somebody is asked.
    RC_ASSERT(raises(shop, CaseKind::oversold_order) == (wanted > free));
    RC_ASSERT(free_in_pool(shop) == std::max<Units>(0, free - wanted));
}

/// One order of many lines takes what orders of one line each would take.
void lines_of_a_forced_order() {
    Shop together, apart;
    const auto shelves = *any_shelves();
    together.fill(kShoe, shelves);
    apart.fill(kShoe, shelves);
    const auto quantities = *rc::gen::nonEmpty(rc::gen::container<std::vector<Units>>(any_units()));
    std::vector<Line> lines;
    for (const Units units : quantities) lines.push_back({.sku = kShoe, .quantity = units});
    together.must(RecordEvent{.type = FactType::order_created,
                              .channel = kWeb,
                              .lines = lines,
                              .order = "A-1",
                              .already_sold = true});
    for (std::size_t i = 0; i < quantities.size(); ++i)
        apart.sold(quantities[i], std::string("B-") + std::to_string(i));
    RC_ASSERT(together.levels() == apart.levels());
}

void cancelling_gives_back() {
    Shop shop;
    shop.fill(kShoe, *any_shelves());
    const auto before = shop.levels();
    const Units ordered = *any_units();
    shop.sold(ordered, "A-1");
    const Units part = *between<Units>(1, ordered + 1);
    const Line lines[] = {{.line = 1, .sku = kShoe, .quantity = part}};
    RC_ASSERT(shop.order_event(FactType::order_cancelled, "A-1", lines).kind ==
              Outcome::Kind::recorded);
    RC_ASSERT(shop.sum(kShoe, Bucket::reserved) == ordered - part);
    if (part < ordered) shop.order_event(FactType::order_cancelled, "A-1", {});
    RC_ASSERT(shop.levels() == before);
    RC_ASSERT(shop.order_event(FactType::order_cancelled, "A-1", {}).refusal ==
              Refusal::nothing_to_cancel);
}

/// What leaves the shelf of an order frees as much of its promise: what may be sold stays.
void shipping_what_was_promised() {
    Shop shop;
    shop.count(kShoe, LocationId{0}, 20);
    const Units ordered = *any_units();
    shop.sold(ordered, "A-1");
    const Units available = shop.ats();
    const Units shipped = *between<Units>(1, ordered + 1);
    const Line lines[] = {{.sku = kShoe, .quantity = shipped}};
    RC_ASSERT(shop.order_event(FactType::shipment_posted, "A-1", lines, LocationId{0}).kind ==
              Outcome::Kind::recorded);
    RC_ASSERT(shop.level(kShoe, LocationId{0}, Bucket::sellable) == 20 - shipped);
    RC_ASSERT(shop.sum(kShoe, Bucket::reserved) == ordered - shipped);
    RC_ASSERT(shop.ats() == available);
}

void shipments_in_pieces() {
    Shop once, often;
    const Units ordered = *any_units();
    for (Shop* shop : {&once, &often}) {
        shop->count(kShoe, LocationId{0}, 20);
        shop->sold(ordered, "A-1");
    }
    const auto ship = [](Shop& shop, Units units) {
        const Line lines[] = {{.sku = kShoe, .quantity = units}};
        RC_ASSERT(shop.order_event(FactType::shipment_posted, "A-1", lines, LocationId{0}).kind ==
                  Outcome::Kind::recorded);
    };
    ship(once, ordered);
    for (Units left = ordered; left > 0;) {
        const Units piece = *between<Units>(1, left + 1);
        ship(often, piece);
        left -= piece;
    }
    RC_ASSERT(often.levels() == once.levels());
}

/// An order over a hold: exactly what it wants stays promised, and no unit is counted twice.
void an_order_over_its_hold() {
    Shop shop;
    shop.fill(kShoe, *any_shelves());
    shop.count(kShoe, LocationId{2}, *any_units());
    const Units held = *between<Units>(1, shop.ats() + 1);
    const Answer hold = shop.hold(held);
    const Units wanted = *any_units();
    const Units free = free_in_pool(shop);
    const Line lines[] = {{.sku = kShoe, .quantity = wanted}};
    shop.must(RecordEvent{.type = FactType::order_created,
                          .lines = lines,
                          .order = "A-1",
                          .names_reservation = true,
                          .reservation = ReservationId{hold.seq}});
    RC_ASSERT(shop.sum(kShoe, Bucket::reserved) == wanted);
    RC_ASSERT(raises(shop, CaseKind::oversold_order) == (wanted - held > free));
    shop.pass(std::chrono::hours(1));
    RC_ASSERT(shop.run(ExpireHolds{}).kind == Outcome::Kind::idle);
}

void an_order_number_is_used_once() {
    Shop shop;
    shop.count(kShoe, LocationId{0}, 50);
    shop.sold(*any_units(), "A-1");
    const Hash128 before = shop.state().state_hash();
    RC_ASSERT(shop.sold(*any_units(), "A-1").refusal == Refusal::order_already_exists);
    RC_ASSERT(shop.hold(*any_units(), "A-1").refusal == Refusal::order_already_exists);
    RC_ASSERT(shop.state().state_hash() == before);
}

/// A loss under promises: they stand, and a person is asked exactly when they are not covered.
void a_loss_under_promises() {
    Shop shop;
    const Units there = *between<Units>(1, 20);
    shop.count(kShoe, LocationId{0}, there);
    const Units promised = *between<Units>(0, there + 1);
    if (promised > 0) shop.hold(promised);
    const Units lost = *between<Units>(1, 25);
    shop.move({FactType::stock_adjusted, kShoe, LocationId{0}, -lost});
    RC_ASSERT(shop.sum(kShoe, Bucket::reserved) == promised);
    RC_ASSERT(raises(shop, CaseKind::reservation_at_risk) ==
              (promised > 0 && there - lost < promised));
    RC_ASSERT(raises(shop, CaseKind::negative_sellable) == (there - lost < 0));
}

}  // namespace

void check_orders(Properties& p) {
    p.check("an order sold elsewhere is never refused, and oversold by exactly what is missing",
            sold_elsewhere_is_never_refused);
    p.check("the lines of a forced order see what the lines before them took",
            lines_of_a_forced_order);
    p.check("cancelling in part and then the rest gives everything back, once",
            cancelling_gives_back);
    p.check("shipping what was promised changes nothing that may be sold",
            shipping_what_was_promised);
    p.check("a shipment in pieces is a shipment", shipments_in_pieces);
    p.check("an order over its hold promises exactly what it wants", an_order_over_its_hold);
    p.check("an order number is used once", an_order_number_is_used_once);
    p.check("a loss under promises leaves them and tells of those it uncovers",
            a_loss_under_promises);
}

}  // namespace holdfast::properties
