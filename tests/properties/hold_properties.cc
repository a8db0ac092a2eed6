// The life of a hold: what is held comes back whole, by every road, once.
#include <algorithm>
#include <numeric>

#include "properties.h"
#include "shop.h"

namespace holdfast::properties {
namespace {

using ledger::Outcome;
using std::chrono::minutes;

/// A shop with a hold of some of what it has.
struct Held {
    explicit Held(bool splits = true) : shop(splits) {
        auto shelves = *any_shelves();
        if (*std::max_element(shelves.begin(), shelves.end()) <= 0) shelves[1] = *any_units();
        shop.fill(kShoe, shelves);
        quantity = *between<Units>(1, shop.ats() + 1);
        before = shop.levels();
        available = shop.ats();
        const Answer outcome = shop.hold(quantity);
        RC_ASSERT(outcome.kind == Outcome::Kind::recorded);
        id = outcome.seq;
    }
    [[nodiscard]] Units reserved() const { return shop.sum(kShoe, Bucket::reserved); }
    [[nodiscard]] const ledger::Reservation& row() const {
        return *shop.state().reservations.find(ReservationId{id});
    }
    /// The hold ends by its own time; the clock of the hub says so.
    void expire() {
        shop.pass(minutes(16));
        shop.run(ExpireHolds{});
    }
    Shop shop;
    Units quantity = 0;
    Units available = 0;
    std::vector<Units> before;
    std::uint64_t id = 0;
};

void release_gives_all_back() {
    Held h;
    h.shop.step(ReservationStep::release, h.id);
    RC_ASSERT(h.shop.levels() == h.before);
    RC_ASSERT(h.row().ended());
    RC_ASSERT(h.shop.step(ReservationStep::release, h.id).refusal == Refusal::reservation_ended);
}

void expiry_gives_all_back() {
    Held h;
    h.expire();
    RC_ASSERT(h.shop.levels() == h.before);
    RC_ASSERT(h.row().ended());
}

void release_in_pieces() {
    Held h;
    Units left = h.quantity;
    while (left > 0) {
        const Units piece = *between<Units>(1, left + 1);
        const Line lines[] = {{.line = 1, .quantity = piece}};
        const Answer outcome = h.shop.step(ReservationStep::release, h.id, lines);
        RC_ASSERT(outcome.kind == Outcome::Kind::recorded);
        left -= piece;
        RC_ASSERT(h.reserved() == left);
        RC_ASSERT(h.shop.ats() == h.available - left);
    }
    RC_ASSERT(h.shop.levels() == h.before);
}

void no_more_than_is_held() {
    Held h;
    const Line lines[] = {{.line = 1, .quantity = h.quantity + *any_units()}};
    const Hash128 before = h.shop.state().state_hash();
    RC_ASSERT(h.shop.step(ReservationStep::release, h.id, lines).refusal ==
              Refusal::nothing_to_release);
    RC_ASSERT(h.shop.state().state_hash() == before);
}

void adjusting_there_and_back() {
    Held h;
    const Units other = *between<Units>(1, h.available + 1);
    RC_PRE(other != h.quantity);
    const auto adjust = [&](Units to) {
        const Line lines[] = {{.line = 1, .quantity = to}};
        return h.shop.step(ReservationStep::adjust, h.id, lines);
    };
    RC_ASSERT(adjust(other).kind == Outcome::Kind::recorded);
    RC_ASSERT(h.reserved() == other);
    RC_ASSERT(h.shop.ats() == h.available - other);
    RC_ASSERT(adjust(h.quantity).kind == Outcome::Kind::recorded);
    RC_ASSERT(h.reserved() == h.quantity);
    RC_ASSERT(h.shop.ats() == h.available - h.quantity);
}

void growth_is_checked() {
    Held h(*rc::gen::arbitrary<bool>());
    const Units left = h.shop.ats();
    const Units more = *any_units();
    const Line lines[] = {{.line = 1, .quantity = h.quantity + more}};
    const Hash128 before = h.shop.state().state_hash();
    const Answer outcome = h.shop.step(ReservationStep::adjust, h.id, lines);
    RC_ASSERT((outcome.kind == Outcome::Kind::recorded) == (more <= left));
    if (outcome.kind == Outcome::Kind::refused)
        RC_ASSERT(h.shop.state().state_hash() == before);
    else
        RC_ASSERT(h.reserved() == h.quantity + more);
}

void confirmed_never_expires() {
    Held h;
    RC_ASSERT(h.shop.step(ReservationStep::confirm, h.id).kind == Outcome::Kind::recorded);
    h.shop.pass(minutes(*between(0, 100'000)));
    RC_ASSERT(h.shop.run(ExpireHolds{}).kind == Outcome::Kind::idle);
    RC_ASSERT(h.reserved() == h.quantity);
    const Hash128 before = h.shop.state().state_hash();
    RC_ASSERT(h.shop.step(ReservationStep::confirm, h.id).refusal ==
              Refusal::reservation_already_confirmed);
    RC_ASSERT(h.shop.state().state_hash() == before);
}

/// Neither early nor late: open at the last microsecond before its time, gone at it.
void deadlines_are_exact() {
    Held h;
    const Microseconds ttl{*between<std::int64_t>(10, 3'600'000'000)};
    const bool extend = *rc::gen::arbitrary<bool>();
    if (extend)
        h.shop.must(StepReservation{.step = ReservationStep::extend,
                                    .reservation = ReservationId{h.id},
                                    .time_to_live = ttl});
    const std::int64_t deadline = h.row().expires_at;
    RC_ASSERT(deadline == to_raw(h.shop.now() + (extend ? ttl : Microseconds(minutes(15)))));
    // run() moves the clock on by one.
    h.shop.pass(Microseconds{deadline - to_raw(h.shop.now()) - 2});
    RC_ASSERT(h.shop.run(ExpireHolds{}).kind == Outcome::Kind::idle);
    RC_ASSERT(h.shop.run(ExpireHolds{}).kind == Outcome::Kind::recorded);
    RC_ASSERT(h.shop.levels() == h.before);
}

/// The earliest first, as many as asked for, and never one whose time has not come.
void the_earliest_expire_first() {
    Shop shop;
    shop.count(kShoe, LocationId{0}, 1000);
    struct Open {
        std::int64_t deadline;
        std::uint64_t id;
    };
    std::vector<Open> open;
    const auto ttls =
        *rc::gen::container<std::vector<std::int64_t>>(between<std::int64_t>(1'000, 60'000));
    const Line lines[] = {{.sku = kShoe, .quantity = 1}};
    for (const std::int64_t ttl : ttls) {
        const Answer held = shop.must(
            ReserveStock{.channel = kWeb, .lines = lines, .time_to_live = Microseconds{ttl}});
        open.push_back({to_raw(shop.now()) + ttl, held.seq});
    }
    std::sort(open.begin(), open.end(), [](const Open& a, const Open& b) {
        return std::pair(a.deadline, a.id) < std::pair(b.deadline, b.id);
    });
    shop.pass(Microseconds{*between<std::int64_t>(0, 70'000)});
    const auto most = *between<std::uint32_t>(1, 20);
    shop.run(ExpireHolds{.holds_max = most});
    std::size_t ended = 0;
    for (const Open& hold : open) {
        const bool gone = shop.state().reservations.find(ReservationId{hold.id})->ended();
        const bool due = hold.deadline <= to_raw(shop.now());
        RC_ASSERT(gone == (due && ended < most));
        ended += gone ? 1 : 0;
    }
}

void late_but_there() {
    Held h;
    h.expire();
    RC_ASSERT(h.shop.step(ReservationStep::confirm, h.id).kind == Outcome::Kind::recorded);
    RC_ASSERT(h.shop.raised().empty());
    RC_ASSERT(h.reserved() == h.quantity);
    RC_ASSERT(h.shop.ats() == h.available - h.quantity);
    RC_ASSERT(!h.row().ended() && h.row().confirmed);
}

/// Somebody else took the stock meanwhile: the promise stands all the same, and a person is asked.
void late_and_gone() {
    Held h;
    h.expire();
    const Units taken = *between<Units>(0, h.available + 1);
    if (taken > 0) h.shop.hold(taken);
    const Units left = h.shop.ats();
    RC_ASSERT(h.shop.step(ReservationStep::confirm, h.id).kind == Outcome::Kind::recorded);
    const bool short_of_stock = left < h.quantity;
    const auto raised = h.shop.raised();
    RC_ASSERT((std::find(raised.begin(), raised.end(), CaseKind::late_confirm_without_stock) !=
               raised.end()) == short_of_stock);
    RC_ASSERT(h.reserved() == h.quantity + taken);
    RC_ASSERT(h.shop.ats() == std::max<Units>(0, left - h.quantity));
}

void a_basket_is_held_whole_or_not() {
    Shop shop;
    shop.fill(SkuId{0}, *any_shelves());
    shop.fill(SkuId{1}, *any_shelves());
    const Units a = *any_units(), b = *any_units();
    const Line lines[] = {{.sku = SkuId{0}, .quantity = a}, {.sku = SkuId{1}, .quantity = b}};
    const Units has_a = shop.ats(SkuId{0}), has_b = shop.ats(SkuId{1});
    const Hash128 before = shop.state().state_hash();
    const Answer outcome = shop.hold(lines);
    RC_ASSERT((outcome.kind == Outcome::Kind::recorded) == (a <= has_a && b <= has_b));
    if (outcome.kind == Outcome::Kind::recorded) return;
    RC_ASSERT(shop.state().state_hash() == before);
    // Every failing line is told, not the first alone.
    RC_ASSERT(outcome.problems.size() == (a > has_a ? 1U : 0U) + (b > has_b ? 1U : 0U));
}

}  // namespace

void check_holds(Properties& p) {
    p.check("a release gives everything back, once", release_gives_all_back);
    p.check("an expiry gives everything back", expiry_gives_all_back);
    p.check("a release in pieces is a release", release_in_pieces);
    p.check("nobody gets back more than is held", no_more_than_is_held);
    p.check("adjusting a hold there and back changes nothing", adjusting_there_and_back);
    p.check("a hold grows exactly when that much may be sold", growth_is_checked);
    p.check("a confirmed hold never expires, and is confirmed once", confirmed_never_expires);
    p.check("a hold ends at its deadline, not a microsecond earlier or later", deadlines_are_exact);
    p.check("the earliest holds expire first, as many as asked for", the_earliest_expire_first);
    p.check("a late confirmation takes what it had when that is still there", late_but_there);
    p.check("a late confirmation without stock stands and raises a case", late_and_gone);
    p.check("a basket is held whole or not at all, and every failing line is told",
            a_basket_is_held_whole_or_not);
}

}  // namespace holdfast::properties
